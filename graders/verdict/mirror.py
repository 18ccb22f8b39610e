"""Files that the learner's code wrote, for the test to read; and the other way round."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graders.verdict.exposed import TEST_MODULE
from graders.verdict.peer import Peer
from graders.verdict.raised import Unproven

MAX_PUSH_BYTES = 32 << 20
#: Never fetched: Python would run these without reading a source.
COMPILED = (".pyc", ".so", ".pth")
#: What starts programs, by the names of Python's audit events.
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Mirror:
    """Fetches a file when the test looks for it, and hands over what the test wrote.

    Files that the author gave are never replaced by the learner's. A fetched file can be
    read, but never imported, run or unpickled.

    :param closed: a folder where nothing of the learner's may ever be: the author's modules.
    """

    def __init__(self, peer: Peer, *, closed: Path | None = None) -> None:
        self._peer = peer
        self._closed = None if closed is None else os.path.realpath(closed)
        self._here = str(Path.cwd())
        self._tmp = os.path.realpath(tempfile.gettempdir())
        self._trusted = {str(path) for path in Path(self._here).rglob("*")}
        self._fetched: dict[str, int] = {}
        self._sources: set[bytes] = set()
        self._written: dict[str, tuple[int, int] | None] = {}
        self._folders: list[str] = []
        self._is_active = False
        self._stat = os.stat

    def install(self) -> None:
        """Watch this process open files; for its whole life."""
        sys.addaudithook(self._audit)
        os.stat = self._watched_stat

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Fetch and hand over during the block."""
        self._is_active = True
        try:
            yield
        finally:
            self._is_active = False
            self._written.clear()
            self._folders.clear()

    @contextmanager
    def _resting(self) -> Iterator[None]:
        self._is_active = False
        try:
            yield
        finally:
            self._is_active = True

    def push(self) -> None:
        """Hand over what the test wrote since the last call."""
        if not (self._written or self._folders) or not self._is_active:
            return
        with self._resting():
            for folder in self._folders:
                if Path(folder).is_dir():
                    self._peer.ask("folder", self._theirs(folder))
            self._folders.clear()
            for path, before in list(self._written.items()):
                details = _details(path)
                if details is not None and details != before:
                    self._written[path] = details
                    data = Path(path).read_bytes()[:MAX_PUSH_BYTES]
                    self._peer.ask("write", self._theirs(path), [data])

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._is_active:
            return
        if event == "open" and type(args[0]) in (str, bytes):
            self._opened(os.fsdecode(args[0]), int(args[2] or 0))
        elif event == "os.mkdir":
            full = self._ours(os.fsdecode(args[0]))
            self._folders += [full] if full is not None else []
        elif event == "sqlite3.connect":
            self._fetch(os.fsdecode(args[0]))
        elif event in ("os.listdir", "os.scandir", "glob.glob"):
            if args[0] is None or isinstance(args[0], str | os.PathLike):
                self._list(os.fspath(args[0] or "."))
        elif self._fetched:
            self._refuse_to_run(event, args)

    def _refuse_to_run(self, event: str, args: tuple[Any, ...]) -> None:
        """Refuse whatever would run code of a fetched file in this process, or in a child.

        :raises Unproven: as long as any file was fetched.
        """
        if event == "pickle.find_class":
            raise Unproven("un fichier pickle, qui pourrait exécuter du code")
        if event in PROGRAMS:
            raise Unproven("un programme que le test lancerait")
        if event not in ("compile", "exec"):
            return
        if (event == "exec" and self._is_fetched(args[0].co_filename)) or (
            event == "compile" and (self._is_source(args[0]) or self._is_fetched(args[1]))
        ):
            raise Unproven("un fichier du carnet, que le test exécuterait")
        if sys._getframe(2).f_globals.get("__name__") == TEST_MODULE:
            # What the test made of a file's text no longer reads as the file does.
            raise Unproven("du code que le test ferait d’un fichier du carnet")

    def _is_fetched(self, path: Any) -> bool:
        return isinstance(path, str | bytes) and self._ours(os.fsdecode(path)) in self._fetched

    def _is_source(self, text: Any) -> bool:
        text = text.encode("utf-8", "replace") if isinstance(text, str) else text
        return isinstance(text, bytes) and _plain(text) in self._sources

    def _opened(self, path: str, flags: int) -> None:
        full = self._ours(path)
        if full is None:
            return
        if flags & WRITING:
            self._written[full] = None
        self._fetch(path)

    def _watched_stat(self, path: Any, *args: Any, **named: Any) -> Any:
        if self._is_active and isinstance(path, str | os.PathLike) and not named.get("dir_fd"):
            self._fetch(os.fspath(path))
        return self._stat(path, *args, **named)

    def _ours(self, path: Any) -> str | None:
        if not isinstance(path, str) or "\0" in path:
            return None
        full = os.path.normpath(Path(self._here, path))
        is_inside = full.startswith((self._here + os.sep, self._tmp + os.sep))
        is_closed = self._closed is not None and full.startswith(self._closed)
        if is_closed or not is_inside or full in self._trusted or full.endswith(COMPILED):
            return None
        return full

    def _theirs(self, full: str) -> str:
        return (
            os.path.relpath(full, self._here) if full.startswith(self._here + os.sep) else full
        )

    def _fetch(self, path: str) -> None:
        """Bring one file up to date, unless the test itself wrote it last."""
        full = self._ours(path)
        if full is None or self._fetched.get(full) == self._peer.asked or self._is_own(full):
            return
        with self._resting():
            data = self._peer.ask("read", self._theirs(full))
            if type(data) is bytes:
                Path(full).parent.mkdir(parents=True, exist_ok=True)
                Path(full).write_bytes(data)
                self._sources.add(_plain(data))
            elif full in self._fetched:
                Path(full).unlink(missing_ok=True)
            if type(data) is bytes or full in self._fetched:
                self._fetched[full] = self._peer.asked

    def _is_own(self, full: str) -> bool:
        """Whether the test wrote the file and the learner's code has not run since."""
        return full in self._written and self._written[full] != _details(full)

    def _list(self, path: str) -> None:
        folder = self._ours(f"{path}/x")
        if folder is None:
            return
        with self._resting():
            found = self._peer.ask("list", self._theirs(folder)[:-2] or ".")
        for row in found if type(found) is list else ():
            if type(row) is list and type(row[0]) is str and "/" not in row[0]:
                self._show(f"{path}/{row[0]}", is_folder=row[1] is True)

    def _show(self, path: str, *, is_folder: bool) -> None:
        full = self._ours(path)
        if full is None or Path(full).name.startswith("."):
            return
        if is_folder:
            Path(full).mkdir(parents=True, exist_ok=True)
        else:
            self._fetch(path)


def _plain(text: bytes) -> bytes:
    """Return a hash of a text that is the same however its lines end."""
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()
    return hashlib.blake2b(lines, digest_size=16).digest()


def _details(path: str) -> tuple[int, int] | None:
    try:
        details = os.lstat(path)
    except OSError:
        return None
    return (details.st_mtime_ns, details.st_size) if stat.S_ISREG(details.st_mode) else None


Push = Callable[[], None]
