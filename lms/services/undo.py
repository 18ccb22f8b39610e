"""Taking back what was done: each usual action names what reverses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN, Action, Role
from lms.domain.calendar import Closed
from lms.domain.referentials import Edition
from lms.errors import Conflict, NotFound, Unavailable
from lms.models import AuditEvent, LevelDecision, Membership, Programme
from lms.services import (
    adjustments,
    calendar,
    closures,
    dates,
    groups,
    levels,
    members,
    referentials,
    term_rules,
)
from lms.services.planning import Planning


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """Who takes an event back, and when.

    :param planning: of the event's promotion; None while its course cannot be read.
    """

    actor_id: int | None
    now: datetime
    planning: Planning | None = None

    @property
    def plan(self) -> Planning:
        """The promotion's planning.

        :raises Unavailable: while its course cannot be read.
        """
        if self.planning is None:
            raise Unavailable(
                "Le cours de cette promotion ne peut pas être lu pour le moment : réessayez "
                "quand il sera de retour."
            )
        return self.planning


#: Does the opposite by an ordinary service; None when there is nothing left to do.
Reverse = Callable[[Session, AuditEvent, Undoing], AuditEvent | None]


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


def undo(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    """Take an event back by doing the opposite, which is an event of its own.

    :raises Conflict: if it cannot be taken back, was already, or things have changed since.
    """
    reversal = reversal_of(event)
    if reversal is None:
        raise Conflict("Cette action ne s’annule pas : faites le changement inverse à la main.")
    known = session.scalar(select(AuditEvent.id).where(AuditEvent.reverses_id == event.id))
    if known is not None:
        raise Conflict("Cette action a déjà été annulée.")
    done = reversal.reverse(session, event, by)
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


def _end(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    return members.end(session, _membership(session, event), actor_id=by.actor_id, now=by.now)


def _restore(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    return members.restore(
        session, _membership(session, event), actor_id=by.actor_id, now=by.now
    )


def _change_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent | None:
    membership = _membership(session, event)
    if membership.role != event.details["after"]:
        raise Conflict("Le rôle de cette personne a changé depuis.")
    before = Role(event.details["before"])
    return members.change_role(session, membership, before, actor_id=by.actor_id, now=by.now)


def _set_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent | None:
    symbol, told = event.details["symbol"], event.details
    row = calendar.stored(session, by.plan).get(symbol)
    if dates.text(row.at if row else None) != told["after"]:
        raise Conflict("Cette date a changé depuis : rien n’est annulé.")
    before = dates.moment(told["before"])
    by_hand = told["was_by_hand"]
    return dates.set_date(session, by.plan, symbol, before, is_by_hand=by_hand)


def _move_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent | None:
    return dates.take_back(session, by.plan, event.details["moves"])


def _open_again(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    closed = _closed(event)
    known = calendar.closures_of(session, by.plan)
    days = (closed.first_on, closed.last_on)
    found = next((row for row in known if (row.first_on, row.last_on) == days), None)
    if found is None:
        raise Conflict("Cette fermeture n’est plus là.")
    return closures.remove_closure(session, by.plan, found)


def _close_again(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    return closures.add_closure(session, by.plan, _closed(event))


def _closed(event: AuditEvent) -> Closed:
    return Closed(
        first_on=date.fromisoformat(event.details["first_on"]),
        last_on=date.fromisoformat(event.details["last_on"]),
        label=event.details["label"],
    )


def _revoke(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    row = adjustments.adjustment_of(session, by.plan, subject_id(event))
    return adjustments.revoke(session, by.plan, row)


def _grant_again(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    row = adjustments.adjustment_of(session, by.plan, subject_id(event))
    return adjustments.restore(session, by.plan, row)


def _remove_group(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    group = groups.group_of(session, by.plan, subject_id(event))
    return groups.remove_group(session, by.plan, group)


def _fill_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent | None:
    group = groups.group_of(session, by.plan, subject_id(event))
    if sorted(groups.member_ids(session, group)) != event.details["after"]:
        raise Conflict("Ce groupe a changé depuis : rien n’est annulé.")
    return groups.fill_group(session, by.plan, group, event.details["before"])


def _create_again(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    told = event.details
    return groups.create_group(session, by.plan, told["name"], told["learners"])


def _rules_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent | None:
    told = event.details
    name = told["assignment"] or term_rules.PROMOTION
    now = term_rules.rules_of(session, by.plan, name)
    if term_rules.as_json(now) != told["after"]:
        raise Conflict("Ces réglages ont changé depuis : rien n’est annulé.")
    before = term_rules.from_json(told["before"])
    return term_rules.set_rules(session, by.plan, name, before)


def _release(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    return term_rules.release(session, by.plan, event.details["assignment"])


def _withhold(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    return term_rules.withhold(session, by.plan, event.details["assignment"])


def _take_back(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    decision = session.get(LevelDecision, subject_id(event))
    if decision is None or by.actor_id is None:
        raise Conflict("Cette décision ne peut plus être retirée d’ici.")
    undone = levels.UNDONE
    return levels.take_back(session, decision, undone, actor_id=by.actor_id, now=by.now)


def _follow_before(session: Session, event: AuditEvent, by: Undoing) -> AuditEvent:
    programme, told = session.get(Programme, subject_id(event)), event.details
    if programme is None or told["before"] is None:
        raise Conflict("La formation ne suivait aucune version avant celle-ci.")
    return referentials.move(
        session,
        programme,
        Edition(referential=told["referential"], version=told["before"]),
        promotion_id=event.promotion_id,
        actor_id=by.actor_id,
        now=by.now,
    )


REVERSALS: Mapping[str, Reversal] = {
    "membership.started": Reversal(right=Action.ENROL, reverse=_end),
    "membership.ended": Reversal(right=Action.ENROL, reverse=_restore),
    "membership.changed": Reversal(right=Action.ENROL, reverse=_change_back),
    "date.set": Reversal(right=Action.SET_TERMS, reverse=_set_back),
    "calendar.applied": Reversal(right=Action.SET_TERMS, reverse=_move_back),
    "closure.added": Reversal(right=Action.SET_TERMS, reverse=_open_again),
    "closure.removed": Reversal(right=Action.SET_TERMS, reverse=_close_again),
    "adjustment.granted": Reversal(right=Action.SET_TERMS, reverse=_revoke),
    "adjustment.revoked": Reversal(right=Action.SET_TERMS, reverse=_grant_again),
    "group.created": Reversal(right=Action.SET_TERMS, reverse=_remove_group),
    "group.changed": Reversal(right=Action.SET_TERMS, reverse=_fill_back),
    "group.removed": Reversal(right=Action.SET_TERMS, reverse=_create_again),
    "rules.set": Reversal(right=Action.SET_TERMS, reverse=_rules_back),
    "feedback.released": Reversal(right=Action.SET_TERMS, reverse=_withhold),
    "feedback.withheld": Reversal(right=Action.SET_TERMS, reverse=_release),
    "level.decided": Reversal(right=Action.DECIDE_LEVEL, reverse=_take_back),
    "referential.bound": Reversal(right=Action.FOLLOW_VERSION, reverse=_follow_before),
}
