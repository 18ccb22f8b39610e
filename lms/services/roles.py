"""Memberships: who has which role in which promotion, from when until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import Actor, Role
from lms.domain.people import sort_key
from lms.errors import NotFound
from lms.models import AuditEvent, Membership, Promotion, User
from lms.services import audit


def actor_of(session: Session, user: User, *, now: datetime) -> Actor:
    """Return what the person may act as at this moment."""
    held: dict[int, set[Role]] = {}
    found = session.execute(
        select(Membership.promotion_id, Membership.role).where(
            Membership.user_id == user.id,
            Membership.started_at <= now,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
    )
    for promotion_id, role in found:
        held.setdefault(promotion_id, set()).add(Role(role))
    return Actor(
        user_id=user.id,
        is_operator=user.is_operator,
        roles={key: frozenset(roles) for key, roles in held.items()},
    )


def join(
    session: Session,
    user: User,
    promotion: Promotion,
    role: Role,
    *,
    now: datetime,
    actor_id: int | None = None,
) -> Membership:
    """Give the person a role in the promotion; one that had ended begins again."""
    membership = _find(session, user, promotion, role)
    if membership is not None and _holds(membership, now):
        return membership
    if membership is None:
        membership = Membership(user=user, promotion=promotion, role=role.value, started_at=now)
        session.add(membership)
    begin(session, membership, actor_id=actor_id, now=now)
    return membership


def leave(
    session: Session,
    user: User,
    promotion: Promotion,
    role: Role,
    *,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """End the person's role in the promotion; their work stays.

    :raises NotFound: if the person does not have it.
    """
    membership = _find(session, user, promotion, role)
    if membership is None or not _holds(membership, now):
        raise NotFound(
            "%(email)s n’a pas le rôle « %(value)s » dans %(slug)s.",
            email=user.email,
            value=role.value,
            slug=promotion.slug,
        )
    end(session, membership, actor_id=actor_id, now=now)


def begin(
    session: Session, membership: Membership, *, actor_id: int | None, now: datetime
) -> AuditEvent:
    """Let a membership hold, for the first time or again."""
    membership.ended_at = None
    session.flush()
    return _note(session, "membership.started", membership, actor_id, now)


def end(
    session: Session, membership: Membership, *, actor_id: int | None, now: datetime
) -> AuditEvent:
    """End a membership; the person's work stays."""
    membership.ended_at = now
    return _note(session, "membership.ended", membership, actor_id, now)


def _note(
    session: Session, action: str, membership: Membership, actor_id: int | None, now: datetime
) -> AuditEvent:
    subject = f"membership:{membership.id}"
    return audit.record(
        session, action, subject, actor_id=actor_id, now=now, role=membership.role
    )


def members(session: Session, promotion: Promotion, *, now: datetime) -> list[Membership]:
    """Return the memberships that hold now, with their people, by name."""
    found = session.scalars(
        select(Membership)
        .join(Membership.user)
        .options(joinedload(Membership.user))
        .where(
            Membership.promotion_id == promotion.id,
            Membership.started_at <= now,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
            User.is_active,
        )
    )
    return sorted(found, key=lambda member: (sort_key(member.user.name), member.role))


def other(session: Session, membership: Membership, role: Role) -> Membership | None:
    """Return the row of another role of the same person in the same promotion, or None."""
    return _find(session, membership.user, membership.promotion, role)


def told_first(session: Session, promotion: Promotion, *, now: datetime) -> list[User]:
    """Return who is told of what learners ask: the trainers, else the cohort managers."""
    present = members(session, promotion, now=now)
    for role in (Role.TRAINER, Role.COHORT_MANAGER):
        found = [member.user for member in present if member.role == role]
        if found:
            return found
    return []


def holds(
    session: Session, user: User, promotion: Promotion, role: Role, *, now: datetime
) -> bool:
    """Whether the person has the role in the promotion, or will have it."""
    membership = _find(session, user, promotion, role)
    return membership is not None and _holds(membership, now)


def _holds(membership: Membership, now: datetime) -> bool:
    return membership.ended_at is None or membership.ended_at > now


def _find(session: Session, user: User, promotion: Promotion, role: Role) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.user_id == user.id,
            Membership.promotion_id == promotion.id,
            Membership.role == role.value,
        )
    )
