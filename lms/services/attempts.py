"""A learner and an assignment: what is due, what was handed in, what it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course
from lms.domain.scores import Step, stored_steps
from lms.domain.standing import Standing
from lms.domain.terms import Terms
from lms.domain.unlocking import Unlock, declared_opening
from lms.errors import Conflict, NotAllowed
from lms.models import Promotion, Submission
from lms.services import feedback, openings, scores, submissions
from lms.services.terms import terms_of


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
    :param due_at: this person's own.
    :param attempts_left: None when unlimited.
    :param terms: what else holds: adjustments, lateness, release of feedback.
    :param points: of the attempt that counts; None before the first result.
    :param steps: how these points came about.
    """

    is_learner: bool
    closed: str
    due_at: datetime | None
    attempts_left: int | None
    terms: Terms
    points: float | None
    max_points: float
    steps: tuple[Step, ...]
    history: tuple[AttemptShown, ...]


def desk(
    session: Session,
    user_id: int,
    course: Course,
    assignment: Assignment,
    *,
    now: datetime,
    unlock: Unlock = declared_opening,
) -> Desk:
    """Return what a person finds on the page of an assignment."""
    try:
        promotion = openings.enrolment(session, user_id, course.slug, now=now)
    except NotAllowed:
        return _desk_of_staff(assignment)
    terms = terms_of(session, promotion, user_id, assignment)
    is_open = terms.is_feedback_open(now)
    found = scores.score_of(session, user_id, course.slug, assignment.id)
    score = found if is_open else None
    used = openings.attempts_used(session, user_id, course.slug, assignment.id)
    left = None if terms.attempts is None else max(0, terms.attempts - used)
    return Desk(
        is_learner=True,
        closed=_closed(session, user_id, course, assignment, promotion, now, unlock),
        due_at=terms.due_at,
        attempts_left=left,
        terms=terms,
        points=score.points if score else None,
        max_points=score.max_points if score else assignment.max_points,
        steps=stored_steps(score.steps) if score else (),
        history=tuple(
            _line(session, submission, terms, now)
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
        terms=Terms(),
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
    unlock: Unlock,
) -> str:
    try:
        openings.refuse_closed(
            session, user_id, course, assignment, promotion, now=now, unlock=unlock
        )
    except Conflict as refusal:
        return str(refusal)
    return ""


def _line(
    session: Session, submission: Submission, terms: Terms, now: datetime
) -> AttemptShown:
    is_withheld = not terms.is_feedback_open(now)
    reached = feedback.progress(session, submission.id, now=now, is_withheld=is_withheld)
    return AttemptShown(
        id=submission.id,
        number=submission.attempt,
        filename=submission.filename,
        handed_in_at=submission.handed_in_at,
        is_late=terms.late_s(submission.handed_in_at) > 0,
        standing=reached.standing,
        points=reached.points,
        max_points=reached.max_points,
    )
