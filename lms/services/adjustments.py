"""Adjustments: more time or more attempts for somebody, with a reason, until revoked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Adjustment, AuditEvent
from lms.services import audit, groups
from lms.services.planning import Planning, rederive

MAX_REASON_CHARACTERS = 300
MAX_EXTRA_DAYS = 365
MAX_EXTRA_ATTEMPTS = 100


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What somebody is to be given.

    :param learner_id: for one learner; or `group_id`, for a group.
    :param assignment_id: None for every assignment.
    :param due_at: a due date of its own, in place of extra days.
    """

    learner_id: int | None = None
    group_id: int | None = None
    assignment_id: str | None = None
    due_at: datetime | None = None
    extra_days: int = 0
    extra_attempts: int = 0
    reason: str


def adjustments_of(session: Session, planning: Planning) -> Sequence[Adjustment]:
    """Return all adjustments of a promotion, those in force first, the latest first."""
    rows = session.scalars(
        select(Adjustment)
        .options(joinedload(Adjustment.learner), joinedload(Adjustment.group))
        .where(Adjustment.promotion_id == planning.promotion.id)
        .order_by(Adjustment.granted_at.desc(), Adjustment.id.desc())
    )
    return sorted(rows, key=lambda row: row.revoked_at is not None)


def adjustment_of(session: Session, planning: Planning, adjustment_id: int) -> Adjustment:
    """Return one adjustment of the promotion.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Adjustment, adjustment_id)
    if found is None or found.promotion_id != planning.promotion.id:
        raise NotFound("Cet aménagement n’existe pas : rechargez la page.")
    return found


def grant(session: Session, planning: Planning, wanted: Grant) -> AuditEvent:
    """Give a learner or a group more time or more attempts.

    :raises Invalid: if it gives nothing, has no reason, or is for nobody of the promotion.
    """
    reason = _read(session, planning, wanted)
    row = Adjustment(
        promotion_id=planning.promotion.id,
        learner_id=wanted.learner_id,
        group_id=wanted.group_id,
        assignment_id=wanted.assignment_id,
        due_at=wanted.due_at,
        extra_days=wanted.extra_days,
        zone=planning.zone.key,
        extra_attempts=wanted.extra_attempts,
        reason=reason,
        granted_by_id=planning.actor_id,
        granted_at=planning.now,
    )
    session.add(row)
    return _changed(session, planning, "adjustment.granted", row)


def revoke(session: Session, planning: Planning, row: Adjustment) -> AuditEvent:
    """End an adjustment.

    :raises Conflict: if it has ended already.
    """
    if row.revoked_at is not None:
        raise Conflict("Cet aménagement est déjà retiré.")
    row.revoked_at, row.revoked_by_id = planning.now, planning.actor_id
    return _changed(session, planning, "adjustment.revoked", row)


def restore(session: Session, planning: Planning, row: Adjustment) -> AuditEvent:
    """Let an adjustment hold again.

    :raises Conflict: if it holds.
    """
    if row.revoked_at is None:
        raise Conflict("Cet aménagement vaut déjà.")
    row.revoked_at = row.revoked_by_id = None
    return _changed(session, planning, "adjustment.granted", row)


def people_of(session: Session, planning: Planning, row: Adjustment) -> Collection[int]:
    """Return the ids of those whom an adjustment is for."""
    if row.group_id is None:
        return [row.learner_id] if row.learner_id is not None else []
    return groups.member_ids(session, groups.group_of(session, planning, row.group_id))


def _read(session: Session, planning: Planning, wanted: Grant) -> str:
    """Return the reason, tidied, once all of the grant can be used."""
    learners = {learner.id for learner in groups.learners_of(session, planning)}
    if wanted.group_id is not None:
        groups.group_of(session, planning, wanted.group_id)
    elif wanted.learner_id not in learners:
        raise Invalid("Choisissez une personne apprenante de la promotion, ou un groupe.")
    if wanted.assignment_id is not None and not planning.course.assignment(
        wanted.assignment_id
    ):
        raise Invalid("Cet exercice n’est pas, ou plus, dans le cours.")
    _refuse_amounts(wanted)
    reason = " ".join(wanted.reason.split())
    if not reason:
        raise Invalid("Écrivez le motif, en quelques mots : « Accord du 12 octobre ».")
    if len(reason) > MAX_REASON_CHARACTERS:
        raise Invalid(
            "Le motif est trop long : %(most)s caractères au plus.", most=MAX_REASON_CHARACTERS
        )
    return reason


def _refuse_amounts(wanted: Grant) -> None:
    if not 0 <= wanted.extra_days <= MAX_EXTRA_DAYS:
        raise Invalid("De 0 à %(most)s jours de plus.", most=MAX_EXTRA_DAYS)
    if not 0 <= wanted.extra_attempts <= MAX_EXTRA_ATTEMPTS:
        raise Invalid("De 0 à %(most)s tentatives de plus.", most=MAX_EXTRA_ATTEMPTS)
    if wanted.due_at is not None and wanted.extra_days:
        raise Invalid("Donnez des jours de plus, ou une date : pas les deux.")
    if wanted.due_at is None and not wanted.extra_days and not wanted.extra_attempts:
        raise Invalid("Donnez des jours de plus, une date, ou des tentatives de plus.")


def _changed(session: Session, planning: Planning, action: str, row: Adjustment) -> AuditEvent:
    """Derive scores anew, and record what was changed, without the reason."""
    session.flush()
    rederive(
        session,
        planning,
        assignment_ids=None if row.assignment_id is None else [row.assignment_id],
        learner_ids=people_of(session, planning, row),
        what="adjustments",
    )
    return audit.record(
        session,
        action,
        f"adjustment:{row.id}",
        actor_id=planning.actor_id,
        now=planning.now,
        promotion_id=planning.promotion.id,
        person_id=row.learner_id,
        group=row.group.name if row.group is not None else None,
        assignment=row.assignment_id,
        due_at=row.due_at.isoformat() if row.due_at else None,
        extra_days=row.extra_days,
        extra_attempts=row.extra_attempts,
    )
