"""What a preview knows at each moment: the course's problems, and how often it changed."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from lms.blobs import BlobStore
from lms.catalogue import CourseProblem, Library
from lms.course_check import check_course
from lms.database import Session, Sessions
from lms.domain.course import Course
from lms.errors import Refusal
from lms.plugins import Plugins
from lms.services import versions
from lms.transactions import in_transaction


class Preview:
    """One course that is being written; `refresh` is called whenever its files changed."""

    def __init__(
        self,
        folder: Path,
        *,
        library: Library,
        blobs: BlobStore,
        sessions: Sessions,
        plugins: Plugins,
    ) -> None:
        """Read nothing yet.

        :param folder: the course's, as its author has it.
        """
        self.slug = folder.name
        self._folder = folder
        self._library = library
        self._blobs = blobs
        self._sessions = sessions
        self._plugins = plugins
        self._problems: tuple[CourseProblem, ...] = ()
        self._run = secrets.token_hex(4)
        self._count = 0
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Changes with each change of the course, and with each start of the preview."""
        return f"{self._run}-{self._count}"

    @property
    def problems(self) -> tuple[CourseProblem, ...]:
        """What is wrong with the course as it is written now; errors first."""
        return tuple(sorted(self._problems, key=lambda found: found.is_warning))

    def refresh(self, *, now: datetime) -> None:
        """Read the course anew, and let its pages know."""
        with self._lock:
            reading, problems = check_course(self._folder, self._plugins)
            if reading.course is not None:
                problems = (*problems, *self._keep_versions(now))
            self._problems = problems
            self._count += 1

    def _keep_versions(self, now: datetime) -> tuple[CourseProblem, ...]:
        """Keep the assignments' released forms, so that their pages can be shown."""
        try:
            course = self._library.course(self.slug)
            in_transaction(self._sessions, lambda session: self._sync(session, course, now))
        except (Refusal, OSError, SQLAlchemyError) as error:
            return (CourseProblem(file=self.slug, message=str(error)),)
        return ()

    def _sync(self, session: Session, course: Course, now: datetime) -> None:
        versions.sync(session, self._blobs, self._library, course, now=now)


def follow(
    folder: Path,
    refresh: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Call `refresh` after each change of a file in the folder, until told to stop."""
    from watchfiles import watch

    for _changes in watch(folder, stop_event=stop, debounce=200, step=50):
        refresh()
