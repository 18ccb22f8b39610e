"""What plugins failed at lately: a small file that all processes of a site share."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

MAX_BYTES = 256 * 1024
MAX_CHARACTERS = 300
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One time that a plugin failed.

    :param hook: what it was asked; empty when it could not be loaded.
    """

    at: datetime
    plugin: str
    hook: str
    message: str


class FailureLog:
    """The latest failures, appended line by line; the oldest half goes when it grows long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, *, plugin: str, hook: str, error: Exception, at: datetime) -> None:
        """Remember one failure; a full disk costs the note, not the request."""
        message = f"{type(error).__name__}: {error}"[:MAX_CHARACTERS]
        failure = Failure(at=at.astimezone(UTC), plugin=plugin, hook=hook, message=message)
        line = json.dumps({**asdict(failure), "at": failure.at.isoformat()}, ensure_ascii=False)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._make_room()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def latest(self) -> tuple[Failure, ...]:
        """Return the latest failures, the newest first."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return ()
        read = (_failure(line) for line in reversed(lines[-SHOWN:]))
        return tuple(failure for failure in read if failure is not None)

    def _make_room(self) -> None:
        if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
            lines = self._path.read_text(encoding="utf-8").splitlines()
            kept = "\n".join(lines[len(lines) // 2 :])
            self._path.write_text(f"{kept}\n", encoding="utf-8")


def _failure(line: str) -> Failure | None:
    """Return one failure, or None for a line that another process was cutting off."""
    try:
        said = json.loads(line)
        return Failure(**{**said, "at": datetime.fromisoformat(said["at"])})
    except (ValueError, TypeError, KeyError):
        return None
