"""How long somebody worked, estimated from the traces that the work left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

#: Between two traces further apart than that, nobody knows what happened: it counts nothing.
LONGEST_GAP = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, order=True)
class Trace:
    """One moment at which a person is known to have worked.

    :param place: on what: the id of an assignment; empty for lessons and questions.
    """

    at: datetime
    place: str = ""


def time_spent_s(traces: Iterable[Trace]) -> Mapping[str, float]:
    """Return the seconds of work at each place: the sum of the gaps of 30 minutes at most.

    A gap counts for the place at which it ends: the work before a trace is what led to it.

    >>> from datetime import UTC
    >>> start = datetime(2030, 1, 15, 9, 0, tzinfo=UTC)
    >>> minutes = lambda number: start + timedelta(minutes=number)
    >>> time_spent_s([Trace(at=minutes(0), place="a"), Trace(at=minutes(20), place="a")])
    {'a': 1200.0}
    >>> time_spent_s([Trace(at=minutes(0), place="a"), Trace(at=minutes(40), place="a")])
    {}
    """
    spent: dict[str, float] = {}
    for before, after in pairwise(sorted(traces)):
        gap = after.at - before.at
        if timedelta(0) < gap <= LONGEST_GAP:
            spent[after.place] = spent.get(after.place, 0.0) + gap.total_seconds()
    return spent
