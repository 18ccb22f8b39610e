"""Published courses: copies that change only when `garrigue course sync` says so.

<published>/stamp                   changes with each publication; the web looks at it
<published>/<course>/current        name of the folder that is served
<published>/<course>/<hash>/…       the files that the course uses
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from lms.domain.course import Course
from lms.domain.words import mark
from lms.errors import Conflict

NAME_LENGTH = 20


class ChangedMeanwhile(Conflict):
    """A file of the course changed while it was read."""

    def __init__(self, path: object) -> None:
        super().__init__(
            mark("« %(path)s » a changé pendant la lecture du cours. Recommencez."), path=path
        )


def publish(folder: Path, course: Course, published: Path) -> bool:
    """Have the web serve this course; return False when it already does.

    The copy stands complete before anything points to it, so a crash leaves the version
    before.

    :param folder: where the course was read from.
    :raises ChangedMeanwhile: if a file no longer has the hash that the course knows.
    """
    shelf = published / course.slug
    name = course.content_hash[:NAME_LENGTH]
    before = _current_name(shelf)
    if before == name and (shelf / name).is_dir():
        return False
    shelf.mkdir(parents=True, exist_ok=True)
    if not (shelf / name).is_dir():
        _copy(folder, course, shelf / name)
    _write(shelf / "current", name)
    _write(published / "stamp", os.urandom(16).hex())
    for old in shelf.iterdir():
        # The version before stays: a request may be reading it.
        if old.is_dir() and old.name not in (name, before):
            shutil.rmtree(old, ignore_errors=True)
    return True


def published_folders(published: Path) -> dict[str, Path]:
    """Return the folder that is served of each published course, by slug."""
    if not published.is_dir():
        return {}
    named = {shelf: _current_name(shelf) for shelf in published.iterdir() if shelf.is_dir()}
    return {
        shelf.name: shelf / name
        for shelf, name in named.items()
        if name and (shelf / name).is_dir()
    }


def stamp_of(published: Path) -> str:
    """Return what changes with each publication; empty before the first."""
    try:
        status = (published / "stamp").stat()
    except OSError:
        return ""
    return f"{status.st_ino}:{status.st_mtime_ns}"


def _current_name(shelf: Path) -> str:
    try:
        name = (shelf / "current").read_text().strip()
    except OSError:
        return ""
    return name if name.isalnum() else ""


def _copy(folder: Path, course: Course, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as name:
        copy = Path(name) / "course"
        for path, content_hash in course.files.items():
            data = (folder / path).read_bytes()
            if hashlib.sha256(data).hexdigest() != content_hash:
                raise ChangedMeanwhile(path)
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)
        copy.rename(target)


def _write(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)  # whoever serves may be another user than who publishes
    Path(file.name).replace(path)
