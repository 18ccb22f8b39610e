"""Scores that people set by hand, with their reason, and take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course
from lms.errors import Conflict, Invalid
from lms.models import Promotion, ScoreOverride
from lms.services import audit, scores
from lms.services.scores import Cause
from lms.services.weighing import read_number

REASON_LENGTH = 1000


@dataclass(frozen=True, kw_only=True)
class Place:
    """One learner's place in one column of a promotion's gradebook."""

    promotion: Promotion
    course: Course | None
    learner_id: int
    assignment_id: str
    max_points: float

    @property
    def course_slug(self) -> str:
        """The course that the promotion follows."""
        return self.promotion.programme.course_slug

    @property
    def assignment(self) -> Assignment | None:
        """The assignment; None when the column was never on the platform."""
        return self.course.assignment(self.assignment_id) if self.course else None


def set_score(
    session: Session, place: Place, points: str, reason: str, *, actor_id: int, now: datetime
) -> ScoreOverride:
    """Set a learner's score by hand, whatever was derived before.

    :param points: as typed, out of the place's most points.
    :raises Invalid: if the points cannot be used, or no reason is given.
    """
    value, said = read_number(points), reason.strip()
    if value is None or not 0 <= value <= place.max_points:
        most = f"{place.max_points:g}".replace(".", ",")
        raise Invalid("La note est un nombre entre 0 et %(most)s, tel que « 2,5 ».", most=most)
    if not said:
        raise Invalid("Dites pourquoi : la personne et vos collègues liront cette raison.")
    if len(said) > REASON_LENGTH:
        raise Invalid(
            "La raison dépasse %(reason_length)s caractères : abrégez-la.",
            reason_length=REASON_LENGTH,
        )
    before = current(session, place)
    _end(session, place, actor_id, now)
    made = ScoreOverride(
        learner_id=place.learner_id,
        promotion_id=place.promotion.id,
        course_slug=place.course_slug,
        assignment_id=place.assignment_id,
        points=value,
        max_points=place.max_points,
        reason=said,
        set_by_id=actor_id,
        set_at=now,
    )
    session.add(made)
    session.flush()
    _note(session, "score.set", made, before, actor_id=actor_id, now=now)
    _rederive(session, place, actor_id=actor_id, now=now)
    return made


def take_back(session: Session, place: Place, *, actor_id: int, now: datetime) -> None:
    """Let the score be what is derived again.

    :raises Conflict: if it was not set by hand.
    """
    found = current(session, place)
    if found is None:
        raise Conflict("Cette note n’est pas fixée à la main : il n’y a rien à annuler.")
    _end(session, place, actor_id, now)
    _note(session, "score.released", found, found, actor_id=actor_id, now=now)
    _rederive(session, place, actor_id=actor_id, now=now)


def current(session: Session, place: Place) -> ScoreOverride | None:
    """Return what holds now; None when the score is derived."""
    return session.scalar(
        select(ScoreOverride).where(*_in_force(place)).order_by(ScoreOverride.id.desc())
    )


def _in_force(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        ScoreOverride.learner_id == place.learner_id,
        ScoreOverride.course_slug == place.course_slug,
        ScoreOverride.assignment_id == place.assignment_id,
        ScoreOverride.ended_at.is_(None),
    )


def _end(session: Session, place: Place, actor_id: int, now: datetime) -> None:
    """End whatever holds: two people may have set the score at the same moment."""
    session.execute(
        update(ScoreOverride)
        .where(*_in_force(place))
        .values(ended_at=now, ended_by_id=actor_id)
    )


def _rederive(session: Session, place: Place, *, actor_id: int, now: datetime) -> None:
    cause = Cause.of(place, place.assignment, "override", now=now, actor_id=actor_id)
    scores.rederive(session, cause, [place.learner_id])


def _note(
    session: Session,
    action: str,
    made: ScoreOverride,
    before: ScoreOverride | None,
    *,
    actor_id: int,
    now: datetime,
) -> None:
    audit.record(
        session,
        action,
        f"score:{made.learner_id}:{made.course_slug}:{made.assignment_id}",
        actor_id=actor_id,
        now=now,
        promotion_id=made.promotion_id,
        person_id=made.learner_id,
        assignment=made.assignment_id,
        override=made.id,
        points_before=before.points if before else None,
        points=None if made.ended_at else made.points,
        max_points=made.max_points,
    )
