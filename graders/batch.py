"""Grades many submissions side by side; what was graded before is not graded again."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graders.assignments import AssignmentFile
from graders.engine import Engine, engine_version
from graders.notebooks.read import LIMITS
from graders.protocol import Outcome
from graders.store import Store, digest


@dataclass(frozen=True, kw_only=True)
class GradedFile:
    """One submission's file with its report as JSON.

    :param is_known: it was graded by an earlier command.
    """

    path: Path
    report: dict[str, Any]
    is_known: bool

    @property
    def outcome(self) -> Outcome:
        """How the run ended."""
        return Outcome(self.report["outcome"])


def find_submissions(paths: Iterable[Path]) -> list[Path]:
    """Return the notebooks among files and below folders, each once, in their order."""
    found: dict[str, Path] = {}
    for path in paths:
        below = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        for file in below:
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if not hidden and not file.is_dir():
                # Not resolved: two people's links to one file are two submissions.
                found.setdefault(os.path.abspath(file), file)  # noqa: PTH100
    return list(found.values())


def read_submission(path: Path) -> bytes:
    """Return a file's bytes; of one that is too large one byte too many, to be refused.

    :raises OSError: when it cannot be read, or is a pipe or the like.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("ce n’est pas un fichier")
        return file.read(LIMITS.file_bytes + 1)


class Batch:
    """Grades files against one assignment.

    :param jobs: how many side by side; the engine needs as many slots.
    """

    def __init__(
        self, engine: Engine, assignment: AssignmentFile, *, jobs: int, store: Store
    ) -> None:
        self._engine = engine
        self._assignment = assignment
        self._jobs = jobs
        self._store = store
        self._frame = self._digest_assignment()

    def run(self, paths: Iterable[Path]) -> Iterator[GradedFile]:
        """Yield each file's report as soon as there is one."""
        with ThreadPoolExecutor(self._jobs) as pool:
            waiting = [pool.submit(self._grade, path) for path in paths]
            try:
                for done in as_completed(waiting):
                    yield done.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _grade(self, path: Path) -> GradedFile:
        try:
            submission = read_submission(path)
        except OSError as error:
            words = f"Ce fichier ne peut pas être lu\u00a0: {error.strerror or error}."
            refused = self._engine.refuse(self._assignment.source, words)
            return GradedFile(path=path, report=refused.to_json(), is_known=False)
        key = digest("report", self._frame, submission)
        known = self._store.get(key)
        if known is not None:
            return GradedFile(path=path, report=known, is_known=True)
        report = self._engine.grade(self._assignment.request(submission)).to_json()
        if report["outcome"] != Outcome.SYSTEM_ERROR:
            self._store.put(key, report)
        return GradedFile(path=path, report=report, is_known=False)

    def _digest_assignment(self) -> str:
        files = [
            part
            for name, path in sorted(self._assignment.files.items())
            for part in (name.encode(), path.read_bytes())
        ]
        source = self._assignment.source
        limits = repr(self._assignment.limits)
        return digest(engine_version(), self._engine.digest_of(source), limits, source, *files)
