"""How a course stands for the person who opens it: steps, dates, and what opens what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course, Module
from lms.domain.path import (
    ModuleProgress,
    Prerequisite,
    Resume,
    Trail,
    module_progress,
    prerequisites,
    resume,
)
from lms.domain.terms import Terms
from lms.services import catalogue, openings, progress, withholding


@dataclass(frozen=True, kw_only=True)
class NextDue:
    """The assignment of a module that is due next.

    :param is_past: the date is gone by; the work is still taken.
    """

    assignment: Assignment
    at: datetime
    is_past: bool


@dataclass(frozen=True, kw_only=True)
class PrerequisiteShown:
    """What has to be done in another module first, and how far the learner is.

    :param reached: share of the points reached so far, 0 to 100; None before any result.
    """

    prerequisite: Prerequisite
    module: Module
    reached: float | None

    @property
    def is_met(self) -> bool:
        """Whether that much was reached."""
        return self.reached is not None and self.reached >= self.prerequisite.score


@dataclass(frozen=True, kw_only=True)
class ModuleShown:
    """One module as it stands for a person.

    :param progress: None for people who do not follow the course as learners.
    :param next_due: what comes first of what is not passed yet.
    :param is_current: « Reprendre » leads into it.
    """

    module: Module
    progress: ModuleProgress | None = None
    next_due: NextDue | None = None
    prerequisites: tuple[PrerequisiteShown, ...] = ()
    is_current: bool = False

    @property
    def waits_for(self) -> tuple[PrerequisiteShown, ...]:
        """What is still missing before all its assignments open."""
        return tuple(shown for shown in self.prerequisites if not shown.is_met)


@dataclass(frozen=True, kw_only=True)
class CourseOverview:
    """A course as it stands for a person.

    :param resume: where a learner goes on; None for everybody else.
    """

    modules: tuple[ModuleShown, ...]
    trail: Trail
    is_learner: bool
    resume: Resume | None = None

    @property
    def done(self) -> int:
        """Steps that are done, of all modules."""
        return sum(shown.progress.done for shown in self.modules if shown.progress)

    @property
    def total(self) -> int:
        """All steps of all modules."""
        return sum(shown.progress.total for shown in self.modules if shown.progress)


@dataclass(frozen=True, kw_only=True)
class ModuleOverview:
    """A module among the others.

    :param resume: where a learner goes on within it; None for everybody else.
    """

    shown: ModuleShown
    trail: Trail
    is_learner: bool
    before: Module | None
    after: Module | None
    resume: Resume | None


def course_overview(
    session: Session, user_id: int, course: Course, *, now: datetime
) -> CourseOverview:
    """Return a course with all its modules."""
    promotion = catalogue.learner_promotion(session, user_id, course.slug, now=now)
    if promotion is None:
        plain = tuple(ModuleShown(module=module) for module in course.modules)
        return CourseOverview(modules=plain, trail=Trail(), is_learner=False)
    terms = withholding.own_terms(session, promotion, course, user_id)
    withheld = withholding.withheld_ids(terms, now)
    trail = progress.trail_of(session, user_id, course, withheld=withheld)
    goes_on = resume(course, trail)
    reached = {
        key: share
        for key, share in openings.reached(session, user_id, course).items()
        if key not in withheld
    }
    return CourseOverview(
        modules=tuple(
            _module(course, module, trail, goes_on, terms, reached, now)
            for module in course.modules
        ),
        trail=trail,
        is_learner=True,
        resume=goes_on,
    )


def module_overview(
    session: Session, user_id: int, course: Course, module: Module, *, now: datetime
) -> ModuleOverview:
    """Return one module of a course, with its neighbours."""
    whole = course_overview(session, user_id, course, now=now)
    position = course.modules.index(module)
    following = course.modules[position + 1 : position + 2]
    alone = replace(course, modules=(module,))
    return ModuleOverview(
        shown=whole.modules[position],
        trail=whole.trail,
        is_learner=whole.is_learner,
        before=course.modules[position - 1] if position else None,
        after=following[0] if following else None,
        resume=resume(alone, whole.trail) if whole.is_learner else None,
    )


def _module(
    course: Course,
    module: Module,
    trail: Trail,
    goes_on: Resume | None,
    terms: Mapping[str, Terms],
    reached: Mapping[str, float],
    now: datetime,
) -> ModuleShown:
    due = [
        NextDue(assignment=found, at=at, is_past=at < now)
        for found in module.assignments
        if (at := terms[found.id].due_at) is not None and found.id not in trail.passed
    ]
    return ModuleShown(
        module=module,
        progress=module_progress(module, trail),
        next_due=min(due, key=lambda one: one.at, default=None),
        prerequisites=tuple(
            _prerequisite(course, found, reached) for found in prerequisites(course, module)
        ),
        is_current=goes_on is not None and goes_on.step.module_id == module.id,
    )


def _prerequisite(
    course: Course, found: Prerequisite, reached: Mapping[str, float]
) -> PrerequisiteShown:
    module = course.module(found.assignment.module_id)
    assert module is not None  # it comes from the course
    return PrerequisiteShown(
        prerequisite=found, module=module, reached=reached.get(found.assignment.id)
    )
