"""How people mark an assignment in a promotion: double, blind, by peers, with which rubrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.peers import PeerMode
from lms.errors import Conflict, Invalid
from lms.models import (
    ManualMark,
    MarkingPlan,
    PeerReview,
    Promotion,
    Rubric,
    RubricUse,
    RubricVersion,
    Submission,
)
from lms.services import audit


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How one assignment is marked in one promotion; without a row, all is off."""

    is_double: bool = False
    is_blind: bool = False
    peers: PeerMode = PeerMode.NONE
    has_peer_rubric: bool = False
    peers_give_points: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """One assignment in one promotion: where a plan and the rubrics hold."""

    promotion_id: int
    course_slug: str
    assignment_id: str

    @property
    def name(self) -> str:
        """What audit events call it."""
        return f"marking:{self.promotion_id}/{self.course_slug}/{self.assignment_id}"


def place_in(promotion: Promotion, assignment_id: str) -> Place:
    """Return the assignment of the promotion's course."""
    return Place(
        promotion_id=promotion.id,
        course_slug=promotion.programme.course_slug,
        assignment_id=assignment_id,
    )


def place_of(submission: Submission) -> Place:
    """Return the assignment and the promotion of a submission."""
    return Place(
        promotion_id=submission.promotion_id,
        course_slug=submission.course_slug,
        assignment_id=submission.assignment_id,
    )


def plan_of(session: Session, place: Place) -> Plan:
    """Return how the assignment is marked there."""
    row = _row(session, place)
    return _plan(row) if row else Plan()


def plans_in(session: Session, promotion: Promotion) -> Mapping[str, Plan]:
    """Return the plans of a promotion's course, by assignment; those that are off are not."""
    rows = session.scalars(
        select(MarkingPlan).where(
            MarkingPlan.promotion_id == promotion.id,
            MarkingPlan.course_slug == promotion.programme.course_slug,
        )
    )
    return {row.assignment_id: _plan(row) for row in rows}


def uses_of(session: Session, place: Place) -> Mapping[str, RubricVersion]:
    """Return the rubrics with which the exercises are marked there, by exercise."""
    rows = session.scalars(
        select(RubricUse)
        .options(joinedload(RubricUse.version).joinedload(RubricVersion.rubric))
        .where(
            RubricUse.promotion_id == place.promotion_id,
            RubricUse.course_slug == place.course_slug,
            RubricUse.assignment_id == place.assignment_id,
        )
    )
    return {row.exercise_id: row.version for row in rows}


def keep(session: Session, place: Place, plan: Plan, *, actor_id: int, now: datetime) -> None:
    """Decide how the assignment is marked from now on.

    :raises Conflict: if reading has begun and the change would leave marks without a place.
    :raises Invalid: if peers should give points without a rubric.
    """
    before = plan_of(session, place)
    if plan == before:
        return
    if plan.peers_give_points and not plan.has_peer_rubric:
        raise Invalid(
            "Pour que les pairs donnent des points, demandez-leur aussi de remplir la grille."
        )
    _refuse_begun(session, place, before, plan)
    row = _row(session, place) or MarkingPlan(
        promotion_id=place.promotion_id,
        course_slug=place.course_slug,
        assignment_id=place.assignment_id,
    )
    row.is_double, row.is_blind = plan.is_double, plan.is_blind
    row.peers, row.has_peer_rubric = plan.peers.value, plan.has_peer_rubric
    row.peers_give_points, row.changed_at = plan.peers_give_points, now
    session.add(row)
    changed: dict[str, Any] = {
        f"{name}_{when}": str(value) if name == "peers" else value
        for when, said in (("before", before), ("after", plan))
        for name, value in asdict(said).items()
        if getattr(before, name) != getattr(plan, name)
    }
    audit.record(
        session,
        "marking.planned",
        place.name,
        actor_id=actor_id,
        now=now,
        promotion_id=place.promotion_id,
        **changed,
    )
    session.flush()


def choose_rubrics(
    session: Session,
    place: Place,
    organisation_id: int,
    chosen: Mapping[str, int | None],
    *,
    actor_id: int,
    now: datetime,
) -> None:
    """Choose the version of a rubric with which each exercise is marked from now on.

    Marks that were begun keep theirs.

    :param chosen: id of a version by exercise; None for no rubric.
    :raises Invalid: if a version is not one of the organisation's.
    """
    before = uses_of(session, place)
    for exercise_id, version_id in chosen.items():
        was = before.get(exercise_id)
        if version_id == (was.id if was else None):
            continue
        _choose(
            session, place, exercise_id, _version(session, organisation_id, version_id), now
        )
        audit.record(
            session,
            "marking.rubric-chosen",
            place.name,
            actor_id=actor_id,
            now=now,
            promotion_id=place.promotion_id,
            exercise=exercise_id,
            version_before=was.id if was else None,
            version_after=version_id,
        )
    session.flush()


def _version(
    session: Session, organisation_id: int, version_id: int | None
) -> RubricVersion | None:
    if version_id is None:
        return None
    found = session.scalar(
        select(RubricVersion)
        .join(Rubric)
        .where(RubricVersion.id == version_id, Rubric.organisation_id == organisation_id)
    )
    if found is None:
        raise Invalid("Cette grille n’existe pas, ou plus. Choisissez-en une autre.")
    return found


def _choose(
    session: Session,
    place: Place,
    exercise_id: str,
    version: RubricVersion | None,
    now: datetime,
) -> None:
    names = {
        "promotion_id": place.promotion_id,
        "course_slug": place.course_slug,
        "assignment_id": place.assignment_id,
        "exercise_id": exercise_id,
    }
    row = session.scalar(select(RubricUse).filter_by(**names))
    if version is None:
        session.delete(row)
        return
    row = row or RubricUse(**names)
    row.version, row.chosen_at = version, now
    session.add(row)


def _refuse_begun(session: Session, place: Place, before: Plan, plan: Plan) -> None:
    at_place = (
        Submission.promotion_id == place.promotion_id,
        Submission.course_slug == place.course_slug,
        Submission.assignment_id == place.assignment_id,
    )
    has_marks = select(ManualMark.id).join(Submission).where(*at_place).limit(1)
    if before.is_double != plan.is_double and session.scalar(has_marks) is not None:
        raise Conflict(
            "La lecture de cet exercice a commencé : on ne peut plus passer à la double "
            "lecture, ni en revenir. Ce choix se fait avant la première lecture."
        )
    sent = select(PeerReview.id).join(Submission).where(*at_place).limit(1)
    if before.peers != plan.peers and session.scalar(sent) is not None:
        raise Conflict(
            "Les relectures sont réparties : on ne peut plus changer qui se connaît. "
            "Masquez les relectures une à une si besoin."
        )


def _row(session: Session, place: Place) -> MarkingPlan | None:
    return session.scalar(
        select(MarkingPlan).where(
            MarkingPlan.promotion_id == place.promotion_id,
            MarkingPlan.course_slug == place.course_slug,
            MarkingPlan.assignment_id == place.assignment_id,
        )
    )


def _plan(row: MarkingPlan) -> Plan:
    return Plan(
        is_double=row.is_double,
        is_blind=row.is_blind,
        peers=PeerMode(row.peers),
        has_peer_rubric=row.has_peer_rubric,
        peers_give_points=row.peers_give_points,
    )
