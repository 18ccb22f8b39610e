"""A course as its files say it: frozen values, read once and shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lms.domain.marks import BEST, ScoreRule

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class RunLimits:
    """What one run of an assignment may use. The unit is the end of each name."""

    wall_s: int = 120
    cpu_s: int = 60
    memory_mib: int = 1024


@dataclass(frozen=True, kw_only=True)
class UnlockRule:
    """The assignment opens when another one has reached a score.

    :param after: id of the other assignment.
    :param score: share of its points that is asked for, 0 to 100.
    """

    after: str
    score: float = 0


@dataclass(frozen=True, kw_only=True)
class Page:
    """One lesson: a Markdown file or an ungraded notebook.

    :param path: relative to the course's folder.
    :param slug: its name in addresses, unique in its module.
    :param activity: kind of the questions that it asks, such as `quiz`; empty without any.
    :param questions: how many it asks.
    """

    path: PurePosixPath
    slug: str
    title: str
    activity: str = ""
    questions: int = 0

    @property
    def is_notebook(self) -> bool:
        """Whether the lesson is a notebook, shown with the outputs that its author kept."""
        return self.path.suffix == ".ipynb"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One graded notebook.

    :param id: stable and unique in the course.
    :param content_hash: SHA-256 over notebook, data files and settings, in hexadecimal.
    :param due: symbolic date that each promotion gives a moment; None when never due.
    :param attempts: how many submissions count; None when unlimited.
    :param score: what several attempts give together.
    :param competences: level aimed at (1 imiter, 2 adapter, 3 transposer) by competence.
    :param data: data files, relative to the course's folder.
    :param room_files: the same files, by the path under which the notebook's code opens them.
    """

    id: str
    title: str
    module_id: str
    notebook: PurePosixPath
    content_hash: str
    max_points: float
    due: str | None = None
    opens: UnlockRule | None = None
    attempts: int | None = None
    score: ScoreRule = BEST
    competences: Mapping[str, int] = field(default_factory=dict)
    data: tuple[PurePosixPath, ...] = ()
    room_files: Mapping[str, PurePosixPath] = field(default_factory=dict)
    run: RunLimits = field(default_factory=RunLimits)


@dataclass(frozen=True, kw_only=True)
class Module:
    """One part of a course: its lessons in order, then its assignments."""

    id: str
    title: str
    weeks: int | None = None
    pages: tuple[Page, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    def page(self, slug: str) -> Page | None:
        """Return the page of that slug, or None."""
        return next((page for page in self.pages if page.slug == slug), None)


@dataclass(frozen=True, kw_only=True)
class Course:
    """One course folder at one moment.

    :param slug: the folder's name.
    :param content_hash: SHA-256 over every file that the course uses, in hexadecimal.
    :param language: of its lessons, as HTML's `lang` has it.
    :param files: SHA-256 of every file that the course uses, relative to its folder; no
        other file of the folder is ever read.
    :param assets: those of the files that people may fetch: images and data that a page or
        an assignment names.
    :param glossary: the page that defines the course's terms; None when there is none.
    :param terms: slugs of these terms.
    """

    slug: str
    title: str
    content_hash: str
    modules: tuple[Module, ...] = ()
    referentials: tuple[str, ...] = ()
    language: str = "fr"
    files: Mapping[PurePosixPath, str] = field(default_factory=dict)
    assets: frozenset[PurePosixPath] = frozenset()
    glossary: PurePosixPath | None = None
    terms: frozenset[str] = frozenset()

    def module(self, module_id: str) -> Module | None:
        """Return the module of that id, or None."""
        return next((module for module in self.modules if module.id == module_id), None)

    def assignment(self, assignment_id: str) -> Assignment | None:
        """Return the assignment of that id, or None."""
        return next(
            (found for found in self.assignments if found.id == assignment_id),
            None,
        )

    @property
    def pages(self) -> tuple[tuple[Module, Page], ...]:
        """All lessons with their modules, in reading order."""
        return tuple((module, page) for module in self.modules for page in module.pages)

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """All assignments, in the order of the course."""
        return tuple(found for module in self.modules for found in module.assignments)
