"""One learner of a promotion, assignment by assignment, for those who follow the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.board import Cell, CellState
from lms.domain.course import Assignment, Course, Module
from lms.models import GradingRun, Promotion, Score, Submission
from lms.services import traces
from lms.services.traces import LESSONS
from lms.services.watching import Watched


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One submission."""

    submission_id: int
    number: int
    handed_in_at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkShown:
    """One assignment of one learner.

    :param counted_id: the submission from which the points come; None without points.
    :param time_s: estimated; 0 without two traces that are close enough.
    """

    assignment: Assignment
    cell: Cell
    attempts: tuple[Attempt, ...]
    counted_id: int | None
    time_s: float


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One learner's work.

    :param lessons_s: estimated time on lessons and quizzes.
    :param total_s: estimated time on everything.
    """

    modules: tuple[tuple[Module, tuple[WorkShown, ...]], ...]
    passed: int
    last_activity_at: datetime | None
    lessons_s: float
    total_s: float


def follow(
    session: Session,
    promotion: Promotion,
    course: Course,
    watched: Watched,
    learner_id: int,
) -> Followed:
    """Return the work of one learner among those who are watched."""
    facts = watched.facts_of(learner_id)
    attempts = _attempts(session, promotion, course, learner_id)
    counted = _counted(session, course, learner_id)
    spent = traces.time_spent(session, promotion.id, course.slug, learner_id).get(
        learner_id, {}
    )

    def work(assignment: Assignment) -> WorkShown:
        cell = watched.cells.get((learner_id, assignment.id), Cell())
        if cell.state is CellState.BLIND:
            return WorkShown(
                assignment=assignment, cell=cell, attempts=(), counted_id=None, time_s=0.0
            )
        return WorkShown(
            assignment=assignment,
            cell=cell,
            attempts=tuple(attempts.get(assignment.id, ())),
            counted_id=counted.get(assignment.id),
            time_s=spent.get(assignment.id, 0.0),
        )

    return Followed(
        modules=tuple(
            (module, tuple(work(found) for found in module.assignments))
            for module in course.modules
            if module.assignments
        ),
        passed=len(watched.passed.get(learner_id, ())),
        last_activity_at=facts.last_activity_at if facts else None,
        lessons_s=spent.get(LESSONS, 0.0),
        total_s=sum(spent.values()),
    )


def _attempts(
    session: Session, promotion: Promotion, course: Course, learner_id: int
) -> Mapping[str, Sequence[Attempt]]:
    rows = session.execute(
        select(
            Submission.assignment_id,
            Submission.id,
            Submission.attempt,
            Submission.handed_in_at,
        )
        .where(
            Submission.learner_id == learner_id,
            Submission.promotion_id == promotion.id,
            Submission.course_slug == course.slug,
        )
        .order_by(Submission.attempt)
    )
    found: dict[str, list[Attempt]] = {}
    for assignment_id, submission_id, number, at in rows:
        attempt = Attempt(submission_id=submission_id, number=number, handed_in_at=at)
        found.setdefault(assignment_id, []).append(attempt)
    return found


def _counted(session: Session, course: Course, learner_id: int) -> Mapping[str, int]:
    rows = session.execute(
        select(Score.assignment_id, GradingRun.submission_id)
        .join(GradingRun, Score.run_id == GradingRun.id)
        .where(Score.learner_id == learner_id, Score.course_slug == course.slug)
    )
    return dict(rows.all())
