"""Changing the dates of a promotion: by its calendar, by hand, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.errors import Conflict, NotFound
from lms.models import AuditEvent, PromotionDate
from lms.services import audit
from lms.services.calendar import Move, date_shown, moves, stored, symbols_of
from lms.services.planning import Planning, rederive


def follow(session: Session, planning: Planning) -> AuditEvent | None:
    """Put every date that nobody set by hand where the calendar has it; None when all are."""
    told = follow_quietly(session, planning)
    if not told:
        return None
    return note(session, planning, "calendar.applied", planning.subject, moves=told)


def take_back(
    session: Session, planning: Planning, told: Mapping[str, Sequence[str | None]]
) -> AuditEvent | None:
    """Put dates back where they were before the calendar moved them.

    :param told: before and after of each, as the event of the move has them.
    :raises Conflict: if one of them was moved since.
    """
    rows = stored(session, planning)
    back = [
        Move(symbol=symbol, before=moment(after), after=moment(before))
        for symbol, (before, after) in told.items()
    ]
    for move in back:
        row = rows.get(move.symbol)
        if (row.at if row else None) != move.before:
            raise Conflict(
                "La date « %(symbol)s » a changé depuis : rien n’est annulé.",
                symbol=move.symbol,
            )
    _move(session, planning, back)
    return note(session, planning, "calendar.applied", planning.subject, moves=_told(back))


def set_date(
    session: Session,
    planning: Planning,
    symbol: str,
    at: datetime | None,
    *,
    is_by_hand: bool = True,
) -> AuditEvent | None:
    """Set one date by hand; None when that changes nothing.

    :param at: None takes the date away.
    :param is_by_hand: False when an undoing puts back what the calendar had found.
    :raises NotFound: if the course has no such date.
    """
    if symbol not in symbols_of(planning):
        raise NotFound("Le cours n’a pas de date « %(symbol)s ».", symbol=symbol[:40])
    row = stored(session, planning).get(symbol)
    before, was_by_hand = (row.at, row.is_by_hand) if row else (None, False)
    if (before, was_by_hand) == (at, is_by_hand):
        return None
    _put(session, planning, symbol, at, is_by_hand=is_by_hand)
    _rederive(session, planning, [symbol])
    return note(
        session,
        planning,
        "date.set",
        f"date:{symbol}",
        symbol=symbol,
        before=text(before),
        after=text(at),
        was_by_hand=was_by_hand,
        is_by_hand=is_by_hand,
    )


def free_date(session: Session, planning: Planning, symbol: str) -> AuditEvent | None:
    """Let the calendar place a date again that was set by hand.

    :raises Conflict: if no calendar can place it.
    """
    placed = date_shown(session, planning, symbol).placed
    if placed is None:
        raise Conflict(
            "« %(symbol)s » n’est pas une semaine : sa date ne peut être fixée qu’à la main.",
            symbol=symbol,
        )
    return set_date(session, planning, symbol, placed.at, is_by_hand=False)


def follow_quietly(session: Session, planning: Planning) -> dict[str, list[str | None]]:
    """Do as `follow`, and return the moves for the event of what caused them."""
    session.flush()
    found = moves(session, planning)
    _move(session, planning, found)
    return _told(found)


def note(
    session: Session, planning: Planning, action: str, subject: str, **details: Any
) -> AuditEvent:
    """Record a change of the promotion's calendar."""
    return audit.record(
        session,
        action,
        subject,
        actor_id=planning.actor_id,
        now=planning.now,
        promotion_id=planning.promotion.id,
        **details,
    )


def _move(session: Session, planning: Planning, found: Sequence[Move]) -> None:
    for move in found:
        _put(session, planning, move.symbol, move.after, is_by_hand=False)
    if found:
        _rederive(session, planning, [move.symbol for move in found])


def _put(
    session: Session, planning: Planning, symbol: str, at: datetime | None, *, is_by_hand: bool
) -> None:
    row = stored(session, planning).get(symbol)
    if at is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(
            PromotionDate(
                promotion_id=planning.promotion.id,
                symbol=symbol,
                at=at,
                is_by_hand=is_by_hand,
            )
        )
    else:
        row.at, row.is_by_hand = at, is_by_hand
    session.flush()


def _rederive(session: Session, planning: Planning, symbols: Sequence[str]) -> None:
    ids = {found.id for symbol in symbols for found in symbols_of(planning).get(symbol, ())}
    rederive(session, planning, assignment_ids=ids, what="dates")


def _told(found: Sequence[Move]) -> dict[str, list[str | None]]:
    return {move.symbol: [text(move.before), text(move.after)] for move in found}


def text(moment: datetime | None) -> str | None:
    """Return a moment as events keep it."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def moment(text: str | None) -> datetime | None:
    """Return the moment that an event kept."""
    return None if text is None else datetime.fromisoformat(text)
