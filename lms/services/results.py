"""The table of a promotion: each learner's standing and points for each assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.course import Course
from lms.domain.jobs import JobState
from lms.domain.standing import Standing, standing_of_job
from lms.models import GradingRun, Job, Membership, Promotion, Score, Submission, User
from lms.services import progress, roles

#: A learner and an assignment.
Key = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One assignment."""

    assignment_id: str
    title: str
    max_points: float


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One learner's work for one assignment.

    :param submission_id: of the latest attempt; None when nothing was handed in.
    :param standing: of the latest attempt.
    :param points: of the attempt that counts; None before the first result.
    """

    submission_id: int | None = None
    standing: Standing | None = None
    points: float | None = None
    max_points: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One learner, with a cell for each column."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """What trainers and cohort managers see of a promotion."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def results(
    session: Session, promotion: Promotion, course: Course | None, *, now: datetime
) -> Results:
    """Return the table of a promotion.

    :param course: None when its files cannot be read: then there are no columns.
    """
    present = roles.members(session, promotion, now=now)
    columns = tuple(
        Column(
            assignment_id=assignment.id,
            title=assignment.title,
            max_points=assignment.max_points,
        )
        for assignment in (course.assignments if course else ())
    )
    return Results(
        columns=columns,
        rows=tuple(_rows(session, promotion, _learners(present), columns)),
    )


def _learners(present: Sequence[Membership]) -> list[User]:
    return [found.user for found in present if found.role == Role.LEARNER]


def _rows(
    session: Session, promotion: Promotion, learners: Sequence[User], columns: Sequence[Column]
) -> list[Row]:
    latest = _latest(session, promotion)
    standings = _standings(session, list(latest.values()))
    scores = _scores(session, promotion)

    def cell(learner: User, column: Column) -> Cell:
        key = (learner.id, column.assignment_id)
        score, submission_id = scores.get(key), latest.get(key)
        return Cell(
            submission_id=submission_id,
            standing=standings.get(submission_id) if submission_id else None,
            points=score.points if score else None,
            max_points=score.max_points if score else column.max_points,
        )

    return [
        Row(name=learner.name, cells=tuple(cell(learner, column) for column in columns))
        for learner in learners
    ]


def _latest(session: Session, promotion: Promotion) -> Mapping[Key, int]:
    """Return the id of the latest attempt of each learner for each assignment."""
    rows = session.execute(
        select(Submission.learner_id, Submission.assignment_id, Submission.id)
        .where(
            Submission.promotion_id == promotion.id,
            Submission.course_slug == promotion.programme.course_slug,
        )
        .order_by(Submission.attempt)
    )
    return {(learner_id, assignment_id): key for learner_id, assignment_id, key in rows}


def _standings(session: Session, ids: Sequence[int]) -> Mapping[int, Standing]:
    jobs = session.execute(
        select(Job.submission_id, Job.state).where(Job.submission_id.in_(ids)).order_by(Job.id)
    )
    runs = session.execute(
        select(GradingRun.submission_id, progress.is_passed_run()).where(
            GradingRun.submission_id.in_(ids), GradingRun.is_counting
        )
    )
    standings = dict.fromkeys(ids, Standing.HELD)
    standings |= {key: standing_of_job(JobState(state)) for key, state in jobs}
    standings |= {
        key: Standing.PASSED if is_passed else Standing.TO_REDO for key, is_passed in runs
    }
    return standings


def _scores(session: Session, promotion: Promotion) -> Mapping[Key, Score]:
    found = session.scalars(
        select(Score).where(
            Score.promotion_id == promotion.id,
            Score.course_slug == promotion.programme.course_slug,
        )
    )
    return {(score.learner_id, score.assignment_id): score for score in found}
