"""Where the symbolic dates of a course fall on a school's calendar, and why there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = re.compile(r"semaine-([1-9][0-9]{0,2})\Z")
DAY = timedelta(days=1)
WORKING_DAYS = 5
EVENING = time(18, 0)

#: More weeks than any training has, closed ones included.
MOST_WEEKS = 1500


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Days without teaching, both ends included.

    :param label: why, as people read it.
    :param is_public: a public holiday rather than a closure of the school.
    """

    first_on: date
    last_on: date
    label: str
    is_public: bool = False

    def covers(self, day: date) -> bool:
        """Whether there is no teaching on that day because of this."""
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One symbolic date on the calendar.

    :param weeks_skipped: weeks without teaching before it, which do not count.
    :param skipped: what closed them.
    :param moved_from: the Friday that it would be; None when it is a Friday.
    :param closed_by: why it is no Friday.
    """

    at: datetime
    weeks_skipped: int = 0
    skipped: tuple[Closed, ...] = ()
    moved_from: date | None = None
    closed_by: Closed | None = None


def place(
    symbol: str, starts_on: date, closed: Sequence[Closed], zone: ZoneInfo
) -> Placed | None:
    """Return when a symbolic date is: the evening of a week's Friday, or the next open day.

    `semaine-3` is the third week with teaching, from the week in which the promotion starts.
    A week whose five days are all closed does not count. None when the symbol is no week.
    """
    found = WEEK.match(symbol)
    if found is None:
        return None
    counted, skipped, weeks = 0, [], 0
    for monday in _mondays(starts_on):
        reasons = _closing(monday, closed)
        if reasons is None:
            counted += 1
        else:
            weeks += 1
            skipped += reasons
        if counted == int(found[1]):
            return _placed(monday, closed, zone, weeks, tuple(dict.fromkeys(skipped)))
    return None


def _placed(
    monday: date,
    closed: Sequence[Closed],
    zone: ZoneInfo,
    weeks: int,
    skipped: tuple[Closed, ...],
) -> Placed:
    friday = monday + DAY * (WORKING_DAYS - 1)
    day, first = friday, _closed_by(friday, closed)
    while day.weekday() >= WORKING_DAYS or _closed_by(day, closed):
        day += DAY
    return Placed(
        at=datetime.combine(day, EVENING, zone),
        weeks_skipped=weeks,
        skipped=skipped,
        moved_from=friday if first else None,
        closed_by=first,
    )


def _mondays(starts_on: date) -> Iterator[date]:
    monday = starts_on - DAY * starts_on.weekday()
    return (monday + 7 * DAY * number for number in range(MOST_WEEKS))


def _closing(monday: date, closed: Sequence[Closed]) -> list[Closed] | None:
    """Return what closes a whole week; None when one of its days has teaching."""
    reasons = [_closed_by(monday + DAY * number, closed) for number in range(WORKING_DAYS)]
    found = [reason for reason in reasons if reason is not None]
    if len(found) < WORKING_DAYS:
        return None
    return [reason for reason in found if not reason.is_public] or found


def _closed_by(day: date, closed: Sequence[Closed]) -> Closed | None:
    return next((reason for reason in closed if reason.covers(day)), None)
