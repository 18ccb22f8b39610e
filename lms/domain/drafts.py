"""Which versions of a draft are kept as they grow old."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: All of them for an hour, then the last of each ten minutes for a day, then of each day.
#: A slot ends where a larger one does, so thinning early loses nothing that thinning late
#: would have kept.
ALL_FOR = timedelta(hours=1)
FINE_FOR = timedelta(days=1)
FINE_SLOT_S = 600
COARSE_SLOT_S = 86400


@dataclass(frozen=True, kw_only=True)
class Saved:
    """One version as the rule sees it.

    :param number: versions count up.
    :param is_pinned: something refers to it: it was handed in, or a question shows it.
    """

    number: int
    saved_at: datetime
    is_pinned: bool = False


def kept(versions: Iterable[Saved], *, now: datetime) -> frozenset[int]:
    """Return the numbers of the versions to keep: always the latest one, and all pinned."""
    ordered = sorted(versions, key=lambda version: version.number)
    last_of: dict[Hashable, int] = {}
    for version in ordered:
        last_of[_slot(version, now)] = version.number
    pinned = {version.number for version in ordered if version.is_pinned}
    return frozenset(last_of.values()) | pinned | {v.number for v in ordered[-1:]}


def _slot(version: Saved, now: datetime) -> Hashable:
    age = now - version.saved_at
    if age <= ALL_FOR:
        return version.number
    slot_s = FINE_SLOT_S if age <= FINE_FOR else COARSE_SLOT_S
    return slot_s, int(version.saved_at.astimezone(UTC).timestamp()) // slot_s
