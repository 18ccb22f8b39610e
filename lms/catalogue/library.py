"""The courses of the site: the last good form of each, and what is wrong with the newest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lms.catalogue.problems import CourseProblem
from lms.catalogue.publishing import published_folders, stamp_of
from lms.catalogue.read import is_course, read_course
from lms.config import Config
from lms.domain.activities import ReadActivity, read_nothing
from lms.domain.course import Course
from lms.domain.marks import OUR_RULES, ScoreRules
from lms.errors import NotFound, Unavailable

#: In the instance folder.
PUBLISHED = "courses"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One course as the library holds it.

    :param folder: where the files of `course` stand.
    :param signature: of the folder's files when they were read; empty when none is watched.
    :param course: the last good one; None when there never was one.
    :param problems: of the newest reading.
    """

    folder: Path
    signature: str
    course: Course | None
    problems: tuple[CourseProblem, ...]


Tell = Callable[[str, Sequence[CourseProblem]], None]


def _tell_nobody(slug: str, problems: Sequence[CourseProblem]) -> None:
    """What a library does with errors when nobody asked for them."""


class Library:
    """The course folders under one folder, read when they are first asked for.

    With live reload, a course is read anew when one of its files changed. Without it, it is
    read anew when `garrigue course sync` published another version in `published`; a course
    that was never published is read once, from `folder`. A course that can no longer be read
    stays as it was.
    """

    def __init__(
        self,
        folder: Path,
        *,
        has_live_reload: bool = False,
        published: Path | None = None,
        tell: Tell = _tell_nobody,
        read_activity: ReadActivity = read_nothing,
        score_rules: ScoreRules = OUR_RULES,
    ) -> None:
        """Read nothing yet.

        :param tell: called with a course's slug and its errors whenever a reading has some.
        :param read_activity: finds the questions of a page.
        :param score_rules: what assignments may name as `score`.
        """
        self.folder = folder
        self._tell = tell
        self._read_activity = read_activity
        self._score_rules = score_rules
        self.has_live_reload = has_live_reload
        self._published = None if has_live_reload else published
        self._shelves: dict[str, Shelf] = {}
        self._stamp: str | None = None
        self._lock = threading.Lock()

    def courses(self) -> tuple[Course, ...]:
        """Return the courses that can be served, by title."""
        found = (shelf.course for shelf in self._current().values())
        return tuple(sorted((c for c in found if c is not None), key=lambda c: c.title))

    def course(self, slug: str) -> Course:
        """Return one course.

        :raises NotFound: if there is no such course.
        :raises Unavailable: if its folder has an error and no good version is known.
        """
        course = self._shelf(slug).course
        if course is None:
            raise Unavailable(
                "Ce cours ne peut pas être affiché pour le moment : son dossier contient une "
                "erreur. L’équipe pédagogique peut la trouver avec "
                "« garrigue course check %(slug)s ».",
                slug=slug,
            )
        return course

    def unavailable(self) -> tuple[str, ...]:
        """Return the slugs of the courses that cannot be served."""
        shelves = self._current().items()
        return tuple(sorted(slug for slug, shelf in shelves if shelf.course is None))

    def slugs(self) -> tuple[str, ...]:
        """Return the slugs of all courses, served or not."""
        return tuple(sorted(self._current()))

    def problems(self, slug: str) -> tuple[CourseProblem, ...]:
        """Return what is wrong with the newest form of a course.

        :raises NotFound: if there is no such course.
        """
        return self._shelf(slug).problems

    def read(self, course: Course, path: PurePosixPath) -> bytes:
        """Return one of the files that the course uses.

        :raises NotFound: if it is none of them, or is gone.
        """
        try:
            return self.path(course, path).read_bytes()
        except OSError:
            raise NotFound("Ce fichier n’existe pas dans le cours.") from None

    def path(self, course: Course, path: PurePosixPath) -> Path:
        """Return where one of the files that the course uses stands.

        :raises NotFound: if it is none of them, or leads out of the course's folder.
        """
        folder = self._shelf(course.slug).folder
        target = folder / path
        is_inside = target.resolve().is_relative_to(folder.resolve())
        if path not in course.files or not is_inside:
            raise NotFound("Ce fichier n’existe pas dans le cours.")
        return target

    def _shelf(self, slug: str) -> Shelf:
        shelf = self._current().get(slug)
        if shelf is None:
            raise NotFound("Ce cours n’existe pas.")
        return shelf

    def _current(self) -> dict[str, Shelf]:
        with self._lock:
            stamp = stamp_of(self._published) if self._published else ""
            if self.has_live_reload or stamp != self._stamp:
                self._shelves = self._read_all()
                self._stamp = stamp
            return self._shelves

    def _read_all(self) -> dict[str, Shelf]:
        folders = course_folders(self.folder)
        if self._published:
            folders |= published_folders(self._published)
        return {slug: self._read(slug, folder) for slug, folder in folders.items()}

    def _read(self, slug: str, folder: Path) -> Shelf:
        known = self._shelves.get(slug)
        signature = _signature(folder) if self.has_live_reload else ""
        if known and known.folder == folder and known.signature == signature:
            return known
        reading = read_course(
            folder,
            slug=slug,
            read_activity=self._read_activity,
            score_rules=self._score_rules,
        )
        course = reading.course
        if course is None:
            self._tell(slug, reading.problems)
        if course is None and known is not None:
            course, folder = known.course, known.folder
        return Shelf(
            folder=folder, signature=signature, course=course, problems=reading.problems
        )


def open_library(
    config: Config,
    *,
    tell: Tell = _tell_nobody,
    read_activity: ReadActivity = read_nothing,
    score_rules: ScoreRules = OUR_RULES,
) -> Library:
    """Return the library that the web and the workers of a site share."""
    return Library(
        config.courses,
        has_live_reload=config.has_live_reload,
        published=config.instance / PUBLISHED,
        tell=tell,
        read_activity=read_activity,
        score_rules=score_rules,
    )


def course_folders(folder: Path) -> dict[str, Path]:
    """Return the course folders under a folder, by slug."""
    if not folder.is_dir():
        return {}
    return {child.name: child for child in sorted(folder.iterdir()) if is_course(child)}


def _signature(folder: Path) -> str:
    """Return what changes when a file of the folder does: cheap, since nothing is opened."""
    lines = []
    for path in sorted(folder.rglob("*")):
        try:
            status = path.stat()
        except OSError:  # removed meanwhile: the next call sees it gone
            continue
        lines.append(f"{path}\0{status.st_mtime_ns}\0{status.st_size}")
    return "\n".join(lines)
