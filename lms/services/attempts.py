"""A learner and an assignment: what is due, what was handed in, what it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course
from lms.domain.scores import Step, stored_steps
from lms.domain.standing import Standing
from lms.errors import Conflict, NotAllowed
from lms.models import Promotion, Submission
from lms.services import feedback, openings, scores, submissions


@dataclass(frozen=True, kw_only=True)
class AttemptShown:
    """One line of the history.

    :param points: None before a result.
    :param is_late: handed in after the due date.
    """

    id: int
    number: int
    filename: str
    handed_in_at: datetime
    is_late: bool
    standing: Standing
    points: float | None
    max_points: float | None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What one person finds on the page of an assignment.

    :param is_learner: whether this person could hand something in here at all.
    :param closed: why nothing can be handed in now; empty when it can.
    :param attempts_left: None when unlimited.
    :param points: of the attempt that counts; None before the first result.
    :param steps: how these points came about.
    """

    is_learner: bool
    closed: str
    due_at: datetime | None
    attempts_left: int | None
    points: float | None
    max_points: float
    steps: tuple[Step, ...]
    history: tuple[AttemptShown, ...]


def desk(
    session: Session, user_id: int, course: Course, assignment: Assignment, *, now: datetime
) -> Desk:
    """Return what a person finds on the page of an assignment."""
    try:
        promotion = openings.enrolment(session, user_id, course.slug, now=now)
    except NotAllowed:
        return _desk_of_staff(assignment)
    due_at = openings.due_at(session, promotion, assignment)
    score = scores.score_of(session, user_id, course.slug, assignment.id)
    used = openings.attempts_used(session, user_id, course.slug, assignment.id)
    left = None if assignment.attempts is None else max(0, assignment.attempts - used)
    return Desk(
        is_learner=True,
        closed=_closed(session, user_id, course, assignment, promotion, now),
        due_at=due_at,
        attempts_left=left,
        points=score.points if score else None,
        max_points=score.max_points if score else assignment.max_points,
        steps=stored_steps(score.steps) if score else (),
        history=tuple(
            _line(session, submission, due_at, now)
            for submission in submissions.attempts_of(
                session, user_id, course.slug, assignment.id
            )
        ),
    )


def _desk_of_staff(assignment: Assignment) -> Desk:
    return Desk(
        is_learner=False,
        closed="",
        due_at=None,
        attempts_left=assignment.attempts,
        points=None,
        max_points=assignment.max_points,
        steps=(),
        history=(),
    )


def _closed(
    session: Session,
    user_id: int,
    course: Course,
    assignment: Assignment,
    promotion: Promotion,
    now: datetime,
) -> str:
    try:
        openings.refuse_closed(session, user_id, course, assignment, promotion, now=now)
    except Conflict as refusal:
        return str(refusal)
    return ""


def _line(
    session: Session, submission: Submission, due_at: datetime | None, now: datetime
) -> AttemptShown:
    reached = feedback.progress(session, submission.id, now=now)
    return AttemptShown(
        id=submission.id,
        number=submission.attempt,
        filename=submission.filename,
        handed_in_at=submission.handed_in_at,
        is_late=due_at is not None and submission.handed_in_at > due_at,
        standing=reached.standing,
        points=reached.points,
        max_points=reached.max_points,
    )
