"""Groups of a promotion's learners: making them, filling them, taking them away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import Role
from lms.domain.people import sort_key
from lms.errors import Conflict, Invalid, NotFound
from lms.models import Adjustment, AuditEvent, Group, GroupMember, User
from lms.services import audit, roles
from lms.services.planning import Planning, rederive

MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, kw_only=True)
class GroupShown:
    """One group with its people, by name."""

    id: int
    name: str
    people: tuple[User, ...]


def learners_of(session: Session, planning: Planning) -> list[User]:
    """Return the learners that a promotion has now, by name."""
    found = roles.members(session, planning.promotion, now=planning.now)
    return [member.user for member in found if member.role == Role.LEARNER]


def groups_of(session: Session, planning: Planning) -> tuple[GroupShown, ...]:
    """Return the groups of a promotion, by name, with those of their learners who are there."""
    present = {learner.id for learner in learners_of(session, planning)}
    rows = session.scalars(
        select(Group).where(Group.promotion_id == planning.promotion.id)
    ).all()
    members = session.scalars(
        select(GroupMember)
        .options(joinedload(GroupMember.learner))
        .where(GroupMember.group_id.in_([row.id for row in rows]))
    ).all()
    return tuple(
        GroupShown(
            id=row.id,
            name=row.name,
            people=tuple(
                sorted(
                    (
                        member.learner
                        for member in members
                        if member.group_id == row.id and member.learner_id in present
                    ),
                    key=lambda learner: sort_key(learner.name),
                )
            ),
        )
        for row in sorted(rows, key=lambda row: sort_key(row.name))
    )


def group_of(session: Session, planning: Planning, group_id: int) -> Group:
    """Return one group of the promotion.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Group, group_id)
    if found is None or found.promotion_id != planning.promotion.id:
        raise NotFound("Ce groupe n’existe plus : rechargez la page.")
    return found


def create_group(
    session: Session, planning: Planning, name: str, learner_ids: Collection[int] = ()
) -> AuditEvent:
    """Make a group.

    :raises Invalid: if the name cannot be used.
    :raises Conflict: if another group has it.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_CHARACTERS:
        raise Invalid(
            "Donnez au groupe un nom de %(most)s caractères au plus.", most=MAX_NAME_CHARACTERS
        )
    known = select(Group.id).where(
        Group.promotion_id == planning.promotion.id, Group.name == name
    )
    if session.scalar(known) is not None:
        raise Conflict("Un groupe « %(name)s » existe déjà.", name=name)
    row = Group(promotion_id=planning.promotion.id, name=name)
    session.add(row)
    session.flush()
    _put(session, row, set(learner_ids))
    return _note(session, planning, "group.created", row, learners=sorted(learner_ids))


def fill_group(
    session: Session, planning: Planning, group: Group, learner_ids: Collection[int]
) -> AuditEvent | None:
    """Set who is in a group; None when that changes nothing.

    People who left the promotion stay in it, so that they are there when they come back.

    :raises Invalid: if somebody is no learner of the promotion.
    """
    present = {learner.id for learner in learners_of(session, planning)}
    wanted, before = set(learner_ids), set(member_ids(session, group))
    if wanted - present - before:
        raise Invalid("Un groupe ne réunit que des personnes apprenantes de la promotion.")
    after = wanted | (before - present)
    if before == after:
        return None
    _put(session, group, after)
    _rederive(session, planning, before ^ after)
    return _note(
        session,
        planning,
        "group.changed",
        group,
        before=sorted(before),
        after=sorted(after),
    )


def remove_group(session: Session, planning: Planning, group: Group) -> AuditEvent:
    """Take a group away; its learners stay in the promotion.

    :raises Conflict: while adjustments hold for it.
    """
    in_force = select(Adjustment.id).where(
        Adjustment.group_id == group.id, Adjustment.revoked_at.is_(None)
    )
    if session.scalar(in_force.limit(1)) is not None:
        raise Conflict(
            "Des aménagements valent pour ce groupe : retirez-les d’abord, ou gardez le groupe."
        )
    event = _note(
        session,
        planning,
        "group.removed",
        group,
        learners=sorted(member_ids(session, group)),
    )
    _put(session, group, set())
    session.delete(group)
    session.flush()
    return event


def member_ids(session: Session, group: Group) -> Sequence[int]:
    """Return the ids of all who are in a group."""
    return session.scalars(
        select(GroupMember.learner_id).where(GroupMember.group_id == group.id)
    ).all()


def _put(session: Session, group: Group, learner_ids: set[int]) -> None:
    for row in session.scalars(select(GroupMember).where(GroupMember.group_id == group.id)):
        if row.learner_id not in learner_ids:
            session.delete(row)
    known = set(member_ids(session, group))
    session.add_all(
        GroupMember(group_id=group.id, learner_id=learner_id)
        for learner_id in learner_ids - known
    )
    session.flush()


def _rederive(session: Session, planning: Planning, learner_ids: set[int]) -> None:
    rederive(session, planning, learner_ids=learner_ids, what="adjustments")


def _note(
    session: Session, planning: Planning, action: str, group: Group, **details: Any
) -> AuditEvent:
    return audit.record(
        session,
        action,
        f"group:{group.id}",
        actor_id=planning.actor_id,
        now=planning.now,
        promotion_id=planning.promotion.id,
        name=group.name,
        **details,
    )
