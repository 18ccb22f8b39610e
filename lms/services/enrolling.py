"""What a list of people would change in one promotion, told line by line, then done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.roster import RosterLine
from lms.errors import TooLarge
from lms.models import Membership, Promotion, User
from lms.services import roster
from lms.services.roster import Taken

#: More belongs to the command line: a page must stay readable.
MAX_LINES = 300


class Outcome(StrEnum):
    """What becomes of one line."""

    NEW = "new"  # an account is opened and the role begins; an invitation is sent
    ROLE = "role"  # the person has an account, and gets the role
    BACK = "back"  # the person had the role, left, and comes back
    SAME = "same"  # nothing changes
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class PlannedLine:
    """One line, with what it would change.

    :param reason: why it is refused; empty otherwise.
    """

    line: RosterLine
    outcome: Outcome
    reason: str = ""


def plan(
    session: Session, promotion: Promotion, lines: Sequence[RosterLine], *, now: datetime
) -> tuple[PlannedLine, ...]:
    """Return what each line would change in the promotion; nothing is changed.

    :raises TooLarge: if there are more lines than a page can show.
    """
    if len(lines) > MAX_LINES:
        raise TooLarge(
            "La liste a %(count)s lignes, et cette page en montre %(most)s au plus : "
            "partagez-la en plusieurs.",
            count=len(lines),
            most=MAX_LINES,
        )
    emails = [line.email for line in lines]
    users = {
        user.email: user for user in session.scalars(select(User).where(User.email.in_(emails)))
    }
    memberships = {
        (row.user_id, row.role): row
        for row in session.scalars(
            select(Membership).where(Membership.promotion_id == promotion.id)
        )
    }

    def planned(line: RosterLine) -> PlannedLine:
        user = users.get(line.email)
        refusal = _refusal(line, promotion, user)
        if refusal:
            return PlannedLine(line=line, outcome=Outcome.REFUSED, reason=refusal)
        if user is None:
            return PlannedLine(line=line, outcome=Outcome.NEW)
        row = memberships.get((user.id, line.role.value))
        if row is None:
            return PlannedLine(line=line, outcome=Outcome.ROLE)
        is_there = row.ended_at is None or row.ended_at > now
        return PlannedLine(line=line, outcome=Outcome.SAME if is_there else Outcome.BACK)

    return tuple(planned(line) for line in lines)


def enrol(
    session: Session,
    promotion: Promotion,
    lines: Sequence[RosterLine],
    *,
    actor_id: int | None,
    now: datetime,
) -> Taken:
    """Do what the plan says; lines that it refuses are left aside."""
    accepted = [
        found.line
        for found in plan(session, promotion, lines, now=now)
        if found.outcome is not Outcome.REFUSED
    ]
    return roster.take_in(session, accepted, now=now, actor_id=actor_id)


def _refusal(line: RosterLine, promotion: Promotion, user: User | None) -> str:
    if line.promotion != promotion.slug:
        return f"La ligne est pour la promotion « {line.promotion[:60]} »."
    if user is not None and not user.is_active:
        return "Le compte de cette adresse est fermé."
    return ""
