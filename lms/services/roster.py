"""Taking in a list of people: all of it or nothing, and nothing the second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.roster import BadRoster, RosterLine
from lms.models import Promotion, User
from lms.services import people, roles


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody who got a role and has no password yet."""

    user: User
    promotion: Promotion
    role: Role


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a list changed.

    :param accounts: how many were opened.
    :param memberships: how many began.
    :param unchanged: how many lines changed nothing.
    :param newcomers: whom to invite.
    """

    accounts: int
    memberships: int
    unchanged: int
    newcomers: tuple[Newcomer, ...]


def take_in(
    session: Session,
    lines: Sequence[RosterLine],
    *,
    now: datetime,
    actor_id: int | None = None,
) -> Taken:
    """Open the missing accounts and begin the missing memberships.

    A name that the person has changed since stays as it is.

    :raises BadRoster: if a promotion does not exist or an account is closed; nothing is done.
    """
    promotions = {found.slug: found for found in session.scalars(select(Promotion))}
    _refuse(session, lines, promotions)
    accounts = memberships = 0
    newcomers = []
    for line in lines:
        user, promotion = people.find_user(session, line.email), promotions[line.promotion]
        if user is None:
            user = people.create_user(
                session, email=line.email, name=line.name, now=now, actor_id=actor_id
            )
            accounts += 1
        if roles.holds(session, user, promotion, line.role, now=now):
            continue
        roles.join(session, user, promotion, line.role, now=now, actor_id=actor_id)
        memberships += 1
        if user.password_hash is None:
            newcomers.append(Newcomer(user=user, promotion=promotion, role=line.role))
    return Taken(
        accounts=accounts,
        memberships=memberships,
        unchanged=len(lines) - memberships,
        newcomers=tuple(newcomers),
    )


def _refuse(
    session: Session, lines: Sequence[RosterLine], promotions: dict[str, Promotion]
) -> None:
    mistakes = []
    for line in lines:
        user = people.find_user(session, line.email)
        if line.promotion not in promotions:
            known = ", ".join(sorted(promotions)) or "aucune"
            mistakes.append(
                f"Ligne {line.number} : la promotion « {line.promotion[:60]} » n’existe pas. "
                f"Promotions connues : {known}."
            )
        elif user is not None and not user.is_active:
            mistakes.append(f"Ligne {line.number} : le compte de {line.email} est fermé.")
    if mistakes:
        raise BadRoster(mistakes)
