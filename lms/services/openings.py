"""When an assignment takes work: enrolment, unlock rules, attempts, due dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.course import Assignment, Course
from lms.domain.jobs import JobState
from lms.domain.marks import percent
from lms.domain.unlocking import Unlock, declared_opening
from lms.domain.words import mark
from lms.errors import Conflict, NotAllowed
from lms.models import (
    Job,
    Membership,
    Programme,
    Promotion,
    PromotionDate,
    Score,
    Submission,
)
from lms.services.terms import terms_of


class AttemptsUsed(Conflict):
    """The learner has no attempt left."""

    def __init__(self, attempts: int) -> None:
        super().__init__(
            mark(
                "Vous avez utilisé vos %(attempts)s tentatives pour cet exercice. Demandez une "
                "tentative de plus à votre formatrice ou formateur si vous en avez besoin."
            )
            if attempts > 1
            else mark("Cet exercice ne se dépose qu’une fois, et vous l’avez déjà déposé."),
            attempts=attempts,
        )


class Locked(Conflict):
    """Something else comes first."""


class PromotionEnded(Conflict):
    """The promotion takes no more work."""

    def __init__(self, name: str) -> None:
        super().__init__(
            mark("La promotion « %(name)s » est terminée : elle ne prend plus de rendus."),
            name=name,
        )


def enrolment(
    session: Session, learner_id: int, course_slug: str, *, now: datetime
) -> Promotion:
    """Return the promotion in which a learner follows a course: the latest, if several.

    :raises NotAllowed: if there is none.
    """
    promotion = session.scalar(
        select(Promotion)
        .join(Membership)
        .join(Programme, Promotion.programme_id == Programme.id)
        .where(
            Membership.user_id == learner_id,
            Membership.role == Role.LEARNER,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
            Programme.course_slug == course_slug,
        )
        .order_by(Promotion.starts_on.desc(), Promotion.id.desc())
        .limit(1)
    )
    if promotion is None:
        raise NotAllowed(
            "Seules les personnes inscrites comme apprenantes dans une promotion de ce cours "
            "peuvent déposer un rendu."
        )
    return promotion


def refuse_closed(
    session: Session,
    learner_id: int,
    course: Course,
    assignment: Assignment,
    promotion: Promotion,
    *,
    now: datetime,
    unlock: Unlock = declared_opening,
) -> None:
    """Refuse work that comes too late, too early or too often.

    :raises Conflict: with the reason, and what opens it where something does.
    """
    if promotion.ends_on < now.date():
        raise PromotionEnded(promotion.name)
    refuse_locked(session, learner_id, course, assignment, unlock=unlock)
    allowed = terms_of(session, promotion, learner_id, assignment).attempts
    used = attempts_used(session, learner_id, course.slug, assignment.id)
    if allowed is not None and used >= allowed:
        raise AttemptsUsed(allowed)


def refuse_locked(
    session: Session,
    learner_id: int,
    course: Course,
    assignment: Assignment,
    *,
    unlock: Unlock = declared_opening,
) -> None:
    """Refuse an assignment that something else must open first.

    :raises Locked: with what is missing.
    """
    opening = unlock(course, assignment, reached(session, learner_id, course))
    if not opening.is_open:
        raise Locked(opening.reason)


def reached(session: Session, learner_id: int, course: Course) -> dict[str, float]:
    """Return the share of the points, 0 to 100, of each assignment that has a score."""
    scores = session.scalars(
        select(Score).where(Score.learner_id == learner_id, Score.course_slug == course.slug)
    )
    return {score.assignment_id: percent(score.points, score.max_points) for score in scores}


def attempts_used(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> int:
    """Count the submissions that use an attempt: not those that a fault of ours holds up."""
    held_up = select(Job.submission_id).where(
        Job.state == JobState.QUARANTINED, Job.regrade_id.is_(None)
    )
    return (
        session.scalar(
            select(func.count(Submission.id)).where(
                Submission.learner_id == learner_id,
                Submission.course_slug == course_slug,
                Submission.assignment_id == assignment_id,
                Submission.id.not_in(held_up),
            )
        )
        or 0
    )


def due_at(session: Session, promotion: Promotion, assignment: Assignment) -> datetime | None:
    """Return when an assignment is due for everybody without adjustment; None when never."""
    if assignment.due is None:
        return None
    return session.scalar(
        select(PromotionDate.at).where(
            PromotionDate.promotion_id == promotion.id,
            PromotionDate.symbol == assignment.due,
        )
    )
