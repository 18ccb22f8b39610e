"""The files of one course folder: found safely, read within limits, remembered by hash."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from lms.config import MIB

MAX_TEXT_BYTES = 10 * MIB
MAX_FILE_BYTES = 200 * MIB


class BadFile(Exception):
    """The file cannot be used; the message, in French, says why."""


class Unservable(BadFile):
    """The file is there, and must not be shown to learners as it is."""


class CourseFiles:
    """One course folder, and the hashes of the files that were asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hashes: dict[PurePosixPath, str] = {}
        self._root = folder.resolve()

    def find(self, text: str) -> PurePosixPath:
        """Return the path of a file that an author named.

        :raises BadFile: when there is no such file, or it may not be used.
        """
        path = PurePosixPath(text)
        if not text or "\0" in text or "\\" in text or path.is_absolute():
            raise BadFile(f"« {text} » n’est pas un chemin relatif au dossier du cours.")
        if any(part == ".." or part.startswith(".") for part in path.parts):
            raise BadFile(f"« {text} » sort du dossier du cours, ou nomme un fichier caché.")
        target = self.folder / path
        if not target.is_file():
            raise BadFile(f"le fichier « {text} » n’existe pas dans le dossier du cours.")
        if not target.resolve().is_relative_to(self._root):
            raise BadFile(f"« {text} » est un lien vers un fichier hors du dossier du cours.")
        return path

    def read(self, path: PurePosixPath) -> bytes:
        """Return a page or a notebook, and remember its hash.

        :raises BadFile: when it is too large.
        """
        data = self._bytes(path, MAX_TEXT_BYTES)
        self.hashes[path] = hashlib.sha256(data).hexdigest()
        return data

    def hash(self, path: PurePosixPath) -> str:
        """Return a file's hash, and remember it.

        :raises BadFile: when it is too large.
        """
        if path not in self.hashes:
            data = self._bytes(path, MAX_FILE_BYTES)
            self.hashes[path] = hashlib.sha256(data).hexdigest()
        return self.hashes[path]

    def _bytes(self, path: PurePosixPath, most: int) -> bytes:
        target = self.folder / path
        try:
            if target.stat().st_size > most:
                raise BadFile(f"« {path} » dépasse {most // MIB} Mio.")
            return target.read_bytes()
        except OSError as error:
            raise BadFile(f"« {path} » ne peut pas être lu ({error.strerror}).") from error
