"""Taking back what was done: each usual action names what reverses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN, Action, Role
from lms.errors import Conflict, NotFound
from lms.models import AuditEvent, Membership
from lms.services import members

#: Does the opposite by an ordinary service, and returns the event of that.
Reverse = Callable[[Session, AuditEvent, int | None, datetime], AuditEvent | None]


@dataclass(frozen=True, kw_only=True)
class Reversal:
    """How one kind of event is taken back.

    :param right: what a person must be allowed to do, in the event's promotion.
    """

    right: Action
    reverse: Reverse


def event_of(session: Session, event_id: int) -> AuditEvent:
    """Return one event.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(AuditEvent, event_id)
    if found is None:
        raise NotFound(HIDDEN)
    return found


def reversal_of(event: AuditEvent) -> Reversal | None:
    """Return how an event is taken back; None when it cannot be."""
    return REVERSALS.get(event.action)


def undo(
    session: Session, event: AuditEvent, *, actor_id: int | None, now: datetime
) -> AuditEvent:
    """Take an event back by doing the opposite, which is an event of its own.

    :raises Conflict: if it cannot be taken back, was already, or things have changed since.
    """
    reversal = reversal_of(event)
    if reversal is None:
        raise Conflict("Cette action ne s’annule pas : faites le changement inverse à la main.")
    known = session.scalar(select(AuditEvent.id).where(AuditEvent.reverses_id == event.id))
    if known is not None:
        raise Conflict("Cette action a déjà été annulée.")
    done = reversal.reverse(session, event, actor_id, now)
    if done is None:
        raise Conflict("Rien n’est à annuler : tout est déjà comme avant cette action.")
    done.reverses_id = event.id
    session.flush()
    return done


def subject_id(event: AuditEvent) -> int:
    """Return the number of the row that an event is about."""
    return int(event.subject.partition(":")[2])


def _membership(session: Session, event: AuditEvent) -> Membership:
    found = session.get(Membership, subject_id(event))
    if found is None:
        raise Conflict("Cette personne n’est plus dans la promotion.")
    return found


def _end(
    session: Session, event: AuditEvent, actor_id: int | None, now: datetime
) -> AuditEvent:
    return members.end(session, _membership(session, event), actor_id=actor_id, now=now)


def _restore(
    session: Session, event: AuditEvent, actor_id: int | None, now: datetime
) -> AuditEvent:
    return members.restore(session, _membership(session, event), actor_id=actor_id, now=now)


def _change_back(
    session: Session, event: AuditEvent, actor_id: int | None, now: datetime
) -> AuditEvent | None:
    membership = _membership(session, event)
    if membership.role != event.details["after"]:
        raise Conflict("Le rôle de cette personne a changé depuis.")
    before = Role(event.details["before"])
    return members.change_role(session, membership, before, actor_id=actor_id, now=now)


REVERSALS: Mapping[str, Reversal] = {
    "membership.started": Reversal(right=Action.ENROL, reverse=_end),
    "membership.ended": Reversal(right=Action.ENROL, reverse=_restore),
    "membership.changed": Reversal(right=Action.ENROL, reverse=_change_back),
}
