"""Files kept under the hash of their content, safe on disk before their name is given out."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from lms.domain.words import mark
from lms.errors import NotFound, Unavailable

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
HASH_LENGTH = 64


class DiskFull(Unavailable):
    """The disk took no more; nothing was half-written."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "Le disque du site est plein : votre fichier n’a pas pu être enregistré. "
                "Gardez-le, prévenez l’équipe pédagogique, et déposez-le à nouveau plus tard."
            )
        )


class DamagedBlob(Unavailable):
    """What is stored no longer has the hash that names it."""

    def __init__(self, content_hash: str) -> None:
        super().__init__(
            mark(
                "Un fichier enregistré est abîmé : prévenez l’équipe pédagogique, qui le "
                "rétablira depuis une sauvegarde (fichier %(hash)s)."
            ),
            hash=content_hash[:12],
        )


class BlobStore:
    """A folder of immutable files, each named by the SHA-256 of its content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, content_hash: str) -> Path:
        """Return where the blob of that hash stands, whether or not it is there.

        :raises NotFound: if this is no hash.
        """
        if len(content_hash) != HASH_LENGTH or set(content_hash) - set("0123456789abcdef"):
            raise NotFound("Ce fichier n’existe pas.")
        return self.folder / content_hash[:2] / content_hash

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their hash, once they would survive a power cut.

        :raises DiskFull: if the disk takes no more.
        """
        content_hash = hashlib.sha256(data).hexdigest()
        target = self.path(content_hash)
        if target.is_file() and target.stat().st_size == len(data):
            return content_hash
        try:
            self._write(target, data)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise DiskFull from error
            raise
        return content_hash

    def get(self, content_hash: str) -> bytes:
        """Return the bytes of that hash.

        :raises NotFound: if there are none.
        :raises DamagedBlob: if the disk gives other bytes than were stored.
        """
        try:
            data = self.path(content_hash).read_bytes()
        except FileNotFoundError:
            raise NotFound("Ce fichier n’existe pas.") from None
        if hashlib.sha256(data).hexdigest() != content_hash:
            raise DamagedBlob(content_hash)
        return data

    def _write(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(0o644)
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        # The name lives in the folder, and the folder in its parent.
        for folder in (target.parent, self.folder):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
