"""The states of a job, what goes first, and when a failed one is tried again."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum

#: Claims after which a job is set aside for a person.
MAX_ATTEMPTS = 5

FIRST_BACK_OFF = timedelta(seconds=2)
LONGEST_BACK_OFF = timedelta(minutes=5)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    QUARANTINED = "quarantined"  # tried too often: a person must look


class Priority(IntEnum):
    """What a worker takes first: the lowest number."""

    INTERACTIVE = 0
    REGRADE = 10


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after the `attempts`-th fault: doubled each time, with a cap.

    >>> back_off(1), back_off(2)
    (datetime.timedelta(seconds=2), datetime.timedelta(seconds=4))
    >>> back_off(60)
    datetime.timedelta(seconds=300)
    """
    doubled = FIRST_BACK_OFF.total_seconds() * 2 ** min(attempts - 1, 30)
    return min(timedelta(seconds=doubled), LONGEST_BACK_OFF)
