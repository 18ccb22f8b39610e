"""Who belongs to a promotion, who did, and who is invited; how that changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import Role
from lms.domain.people import sort_key
from lms.domain.words import mark
from lms.errors import Conflict, NotFound
from lms.models import AuditEvent, Invitation, Membership, Promotion, User
from lms.services import audit, invitations, roles


class LastManager(Conflict):
    """The promotion would have nobody left who can manage it."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "La promotion n’aurait plus de chargé ou chargée de promotion : donnez "
                "d’abord ce rôle à une autre personne."
            )
        )


@dataclass(frozen=True, kw_only=True)
class Member:
    """One role of one person.

    :param ended_at: None while it holds.
    :param is_waiting: the person has an account and no password yet.
    """

    membership_id: int
    person_id: int
    name: str
    email: str
    role: Role
    started_at: datetime
    ended_at: datetime | None
    is_waiting: bool


@dataclass(frozen=True, kw_only=True)
class Members:
    """All people of a promotion, by name, and the invitations that wait for an answer."""

    present: tuple[Member, ...]
    former: tuple[Member, ...]
    invited: tuple[Invitation, ...]


def members_of(session: Session, promotion: Promotion, *, now: datetime) -> Members:
    """Return who belongs to a promotion, who did, and who is invited."""
    found = session.scalars(
        select(Membership)
        .join(Membership.user)
        .options(joinedload(Membership.user))
        .where(Membership.promotion_id == promotion.id, User.is_active)
    )
    rows = sorted(found, key=lambda row: (sort_key(row.user.name), row.role))
    return Members(
        present=_members(row for row in rows if _holds(row, now)),
        former=_members(row for row in rows if not _holds(row, now)),
        invited=tuple(invitations.pending(session, promotion)),
    )


def membership_of(session: Session, promotion: Promotion, membership_id: int) -> Membership:
    """Return one membership of a promotion.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Membership, membership_id)
    if found is None or found.promotion_id != promotion.id:
        raise NotFound("Cette personne n’est pas dans la promotion : rechargez la page.")
    return found


def end(
    session: Session, membership: Membership, *, actor_id: int | None, now: datetime
) -> AuditEvent:
    """Let somebody leave; the person's work stays.

    :raises LastManager: if nobody could manage the promotion any more.
    :raises Conflict: if the membership has ended already.
    """
    if not _holds(membership, now):
        raise Conflict("Cette personne est déjà partie : rechargez la page.")
    _refuse_last(session, membership, now)
    return roles.end(session, membership, actor_id=actor_id, now=now)


def restore(
    session: Session, membership: Membership, *, actor_id: int | None, now: datetime
) -> AuditEvent:
    """Let somebody who left come back, with all that was there.

    :raises Conflict: if the membership holds.
    """
    if _holds(membership, now):
        raise Conflict("Cette personne est déjà revenue : rechargez la page.")
    return roles.begin(session, membership, actor_id=actor_id, now=now)


def change_role(
    session: Session,
    membership: Membership,
    role: Role,
    *,
    actor_id: int | None,
    now: datetime,
) -> AuditEvent | None:
    """Give a person another role in place of this one; None when it is the same.

    :raises LastManager: if nobody could manage the promotion any more.
    :raises Conflict: if the person has that role already, or left.
    """
    before = Role(membership.role)
    if before is role:
        return None
    if not _holds(membership, now):
        raise Conflict("Cette personne est partie : faites-la d’abord revenir.")
    if roles.holds(session, membership.user, membership.promotion, role, now=now):
        raise Conflict("Cette personne a déjà ce rôle : retirez-lui plutôt l’autre.")
    _refuse_last(session, membership, now)
    other = roles.other(session, membership, role)
    if other is None:
        membership.role = role.value
    else:  # the person had that role once: its row is there, and the two are exchanged
        other.ended_at, membership.ended_at = None, now
        membership = other
    session.flush()
    return audit.record(
        session,
        "membership.changed",
        f"membership:{membership.id}",
        actor_id=actor_id,
        now=now,
        before=before.value,
        after=role.value,
    )


def _refuse_last(session: Session, membership: Membership, now: datetime) -> None:
    if membership.role != Role.COHORT_MANAGER:
        return
    others = [
        row
        for row in roles.members(session, membership.promotion, now=now)
        if row.role == Role.COHORT_MANAGER and row.id != membership.id
    ]
    if not others:
        raise LastManager


def _holds(row: Membership, now: datetime) -> bool:
    return row.ended_at is None or row.ended_at > now


def _members(rows: Iterable[Membership]) -> tuple[Member, ...]:
    return tuple(
        Member(
            membership_id=row.id,
            person_id=row.user_id,
            name=row.user.name,
            email=row.user.email,
            role=Role(row.role),
            started_at=row.started_at,
            ended_at=row.ended_at,
            is_waiting=row.user.password_hash is None,
        )
        for row in rows
    )
