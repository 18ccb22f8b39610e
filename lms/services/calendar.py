"""The calendar of a promotion: dates that are computed, dates set by hand, and closures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.calendar import Closed, Placed, place
from lms.domain.course import Assignment
from lms.domain.public_days import public_days
from lms.errors import NotFound
from lms.models import Closure, PromotionDate
from lms.services.planning import Planning

#: Weeks that do not count may carry dates that far beyond the promotion's end.
BEYOND = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class DateShown:
    """One symbolic date of the course, as it is for the promotion.

    :param at: None while nobody placed it.
    :param placed: where the calendar puts it; None when it can only be set by hand.
    """

    symbol: str
    assignments: tuple[Assignment, ...]
    at: datetime | None
    is_by_hand: bool
    placed: Placed | None

    @property
    def is_stale(self) -> bool:
        """Whether the calendar would put it elsewhere than where it is."""
        return not self.is_by_hand and self.placed is not None and self.placed.at != self.at


@dataclass(frozen=True, kw_only=True)
class CalendarShown:
    """The dates of a promotion in their order, with what closes the school."""

    dates: tuple[DateShown, ...]
    closures: tuple[Closure, ...]
    holidays: tuple[Closed, ...]

    @property
    def stale(self) -> tuple[DateShown, ...]:
        """Dates that are not where the calendar puts them."""
        return tuple(shown for shown in self.dates if shown.is_stale)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One date that goes elsewhere; None before it was placed, or when it is taken away."""

    symbol: str
    before: datetime | None
    after: datetime | None


def calendar_of(session: Session, planning: Planning, *, language: str = "fr") -> CalendarShown:
    """Return the calendar of a promotion."""
    kept, closures = stored(session, planning), closures_of(session, planning)
    placed = _placed(planning, closures, language)
    dates = [
        DateShown(
            symbol=symbol,
            assignments=assignments,
            at=row.at if (row := kept.get(symbol)) else None,
            is_by_hand=row.is_by_hand if row else False,
            placed=placed[symbol],
        )
        for symbol, assignments in symbols_of(planning).items()
    ]
    far = planning.now + timedelta(days=36500)
    promotion = planning.promotion
    return CalendarShown(
        dates=tuple(sorted(dates, key=lambda shown: shown.at or far)),
        closures=tuple(closures),
        holidays=public_days(
            planning.holidays, promotion.starts_on, promotion.ends_on, language
        ),
    )


def date_shown(
    session: Session, planning: Planning, symbol: str, *, language: str = "fr"
) -> DateShown:
    """Return one symbolic date.

    :raises NotFound: if the course has none of that name.
    """
    calendar = calendar_of(session, planning, language=language)
    found = next((shown for shown in calendar.dates if shown.symbol == symbol), None)
    if found is None:
        raise NotFound("Le cours n’a pas de date « %(symbol)s ».", symbol=symbol[:40])
    return found


def moves(
    session: Session,
    planning: Planning,
    *,
    added: Closed | None = None,
    removed_id: int | None = None,
) -> tuple[Move, ...]:
    """Return what the calendar would move, perhaps with another closure or without one."""
    kept = stored(session, planning)
    rows = [row for row in closures_of(session, planning) if row.id != removed_id]
    placed = _placed(planning, rows, "fr", added)
    found = [
        Move(symbol=symbol, before=row.at if row else None, after=place.at)
        for symbol, place in placed.items()
        if place is not None
        for row in (kept.get(symbol),)
        if row is None or (not row.is_by_hand and row.at != place.at)
    ]
    return tuple(sorted(found, key=lambda move: move.after or planning.now))


def symbols_of(planning: Planning) -> dict[str, tuple[Assignment, ...]]:
    """Return the symbolic dates of the course with the assignments that are due then."""
    found: dict[str, tuple[Assignment, ...]] = {}
    for assignment in planning.course.assignments:
        if assignment.due:
            found[assignment.due] = (*found.get(assignment.due, ()), assignment)
    return found


def _placed(
    planning: Planning,
    closures: Sequence[Closure],
    language: str,
    added: Closed | None = None,
) -> dict[str, Placed | None]:
    promotion = planning.promotion
    last_on = promotion.ends_on + BEYOND
    own = [_closed(row) for row in closures] + ([added] if added else [])
    public = public_days(planning.holidays, promotion.starts_on, last_on, language)
    closed = [*own, *public]
    return {
        symbol: place(symbol, promotion.starts_on, closed, planning.zone)
        for symbol in symbols_of(planning)
    }


def stored(session: Session, planning: Planning) -> dict[str, PromotionDate]:
    """Return the dates that the promotion has, by symbol."""
    rows = session.scalars(
        select(PromotionDate).where(PromotionDate.promotion_id == planning.promotion.id)
    )
    return {row.symbol: row for row in rows}


def closures_of(session: Session, planning: Planning) -> Sequence[Closure]:
    """Return the closures of a promotion, by date."""
    return session.scalars(
        select(Closure)
        .where(Closure.promotion_id == planning.promotion.id)
        .order_by(Closure.first_on, Closure.id)
    ).all()


def _closed(row: Closure) -> Closed:
    return Closed(first_on=row.first_on, last_on=row.last_on, label=row.label)
