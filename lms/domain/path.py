"""A learner's way through a course: its steps, how far it went, where it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lms.domain.course import Assignment, Course, Module


class StepKind(StrEnum):
    """What one step of a course is."""

    PAGE = "page"
    ASSIGNMENT = "assignment"


class Why(StrEnum):
    """Why a step is the one to go on with."""

    START = "start"  # nothing was done yet
    STOPPED = "stopped"  # the latest lesson that was open, or the latest draft
    REDO = "redo"  # the latest submission is not passed yet
    NEXT = "next"  # the latest submission is passed: what follows it
    FINISHED = "finished"  # the latest submission is passed, and nothing is left to do


@dataclass(frozen=True, kw_only=True)
class Step:
    """One lesson or one assignment, where it stands in the course.

    :param id: the page's slug or the assignment's id.
    """

    kind: StepKind
    module_id: str
    module_title: str
    id: str
    title: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells this step from all others of its kind."""
        return (self.module_id, self.id)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The heading of a lesson at which reading stopped.

    :param anchor: its id in the page.
    """

    anchor: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What one learner did in one course.

    :param seen: when each lesson was last open, by (module id, page slug).
    :param stopped_at: the heading that was reached, where it is known.
    :param drafted: when work that is not handed in was last saved, by assignment.
    :param handed_in: when each assignment was last handed in, by its id.
    :param passed: ids of the assignments that have all their points.
    """

    seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    stopped_at: Mapping[tuple[str, str], Stop] = field(default_factory=dict)
    drafted: Mapping[str, datetime] = field(default_factory=dict)
    handed_in: Mapping[str, datetime] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()

    def is_done(self, step: Step) -> bool:
        """Whether the step was read, or passed."""
        return step.id in self.passed if _is_assignment(step) else step.key in self.seen

    def moment_of(self, step: Step) -> datetime | None:
        """Return when the learner last worked on the step; None when never."""
        if not _is_assignment(step):
            return self.seen.get(step.key)
        moments = (self.drafted.get(step.id), self.handed_in.get(step.id))
        return max((moment for moment in moments if moment is not None), default=None)

    def is_under_way(self, assignment_id: str) -> bool:
        """Whether there is a draft that is newer than what was handed in."""
        drafted, handed_in = self.drafted.get(assignment_id), self.handed_in.get(assignment_id)
        return drafted is not None and (handed_in is None or drafted > handed_in)


@dataclass(frozen=True, kw_only=True)
class Resume:
    """The one step to offer, and why.

    :param stop: where in the lesson; None for its beginning.
    """

    step: Step
    why: Why
    stop: Stop | None = None


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """An assignment of another module that comes first.

    :param score: share of its points that is asked for, 0 to 100.
    """

    assignment: Assignment
    score: float


@dataclass(frozen=True, kw_only=True)
class ModuleProgress:
    """How far a learner is in one module."""

    id: str
    title: str
    weeks: int | None
    pages_seen: int
    pages: int
    passed: int
    assignments: int

    @property
    def done(self) -> int:
        """Steps that are done."""
        return self.pages_seen + self.passed

    @property
    def total(self) -> int:
        """All steps."""
        return self.pages + self.assignments


def steps_of(course: Course) -> tuple[Step, ...]:
    """Return the steps of a course in their order."""
    return tuple(step for module in course.modules for step in _steps_of_module(module))


def resume(course: Course, trail: Trail) -> Resume | None:
    """Return where the learner goes on: exactly where the work stopped.

    None when the course is empty.
    """
    steps = steps_of(course)
    if not steps:
        return None
    moments = [
        (moment, position)
        for position, step in enumerate(steps)
        if (moment := trail.moment_of(step)) is not None
    ]
    if not moments:
        return Resume(step=steps[0], why=Why.START)
    position = max(moments)[1]
    latest = steps[position]
    if not _is_assignment(latest):
        return Resume(step=latest, why=Why.STOPPED, stop=trail.stopped_at.get(latest.key))
    if trail.is_under_way(latest.id):
        return Resume(step=latest, why=Why.STOPPED)
    if not trail.is_done(latest):
        return Resume(step=latest, why=Why.REDO)
    left = [step for step in steps[position:] + steps[:position] if not trail.is_done(step)]
    return Resume(step=left[0], why=Why.NEXT) if left else Resume(step=latest, why=Why.FINISHED)


def prerequisites(course: Course, module: Module) -> tuple[Prerequisite, ...]:
    """Return the assignments of other modules that open those of a module, in course order."""
    needed: dict[str, float] = {}
    for found in module.assignments:
        if found.opens is not None:
            after = found.opens.after
            needed[after] = max(found.opens.score, needed.get(after, 0))
    return tuple(
        Prerequisite(assignment=found, score=needed[found.id])
        for found in course.assignments
        if found.id in needed and found.module_id != module.id
    )


def module_progress(module: Module, trail: Trail) -> ModuleProgress:
    """Return how far a learner is in one module."""
    return ModuleProgress(
        id=module.id,
        title=module.title,
        weeks=module.weeks,
        pages_seen=sum((module.id, page.slug) in trail.seen for page in module.pages),
        pages=len(module.pages),
        passed=sum(assignment.id in trail.passed for assignment in module.assignments),
        assignments=len(module.assignments),
    )


def _steps_of_module(module: Module) -> list[Step]:
    named = [(StepKind.PAGE, page.slug, page.title) for page in module.pages]
    named += [(StepKind.ASSIGNMENT, found.id, found.title) for found in module.assignments]
    return [
        Step(kind=kind, module_id=module.id, module_title=module.title, id=id, title=title)
        for kind, id, title in named
    ]


def _is_assignment(step: Step) -> bool:
    return step.kind is StepKind.ASSIGNMENT
