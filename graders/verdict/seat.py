"""Brings two processes that speak in turn onto one processor while they say much.

Waking a process on another processor, above all one that sleeps, costs more than all the rest
of a question. The two never work at the same time, so they can share one: once enough quick
questions have passed, and until one is slow. A slow one means that the learner's code computes
or that the processor is in demand, and then each must go wherever there is room.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic  # bound now, because a test may replace it in its module
from typing import Any

#: Where `/proc/<pid>/stat` tells the processor, counted after the name in parentheses.
PROCESSOR_FIELD = 36
#: Longer is slow.
QUICK_S = 1e-3
#: So much goes faster between two processors: one fills the socket while the other empties it.
LARGE_BYTES = 1 << 20
#: How many quick questions make the two come together; twice as many after each time that
#: turned out badly.
ENOUGH = 8


class Seat:
    """Which processors this thread may use."""

    def __init__(self) -> None:
        self._everywhere: set[int] | None = None

    def take(self, number: int | None) -> None:
        """Stay on one processor, or be free again to go to any other."""
        with suppress(OSError):  # the operator may change meanwhile what we may use
            if number is None:
                if self._everywhere is not None:
                    os.sched_setaffinity(0, self._everywhere)
                self._everywhere = None
            else:
                self._everywhere = self._everywhere or os.sched_getaffinity(0)
                os.sched_setaffinity(0, {number})


class Pace:
    """Says, from how long questions took, whether the two should share a processor."""

    def __init__(self) -> None:
        self._has_choice = len(os.sched_getaffinity(0)) > 1
        self._needed = ENOUGH
        self._quick = 0
        self.is_together = False
        self._said_bytes = 0
        self._spoke_s = monotonic()

    @property
    def is_to_change(self) -> bool:
        """Whether the two should come together, or part."""
        return self._has_choice and self.is_together != (self._quick >= self._needed)

    def speaks(self, buffers: list[Any]) -> None:
        """Note that something is said to the other side now."""
        self._said_bytes = sum(map(len, buffers)) if buffers else 0
        self._spoke_s = monotonic()

    def heard(self, buffers: list[Any]) -> None:
        """Note that the other side has answered."""
        took_s = monotonic() - self._spoke_s
        size_bytes = self._said_bytes + (sum(map(len, buffers)) if buffers else 0)
        if size_bytes < LARGE_BYTES and took_s < QUICK_S:
            self._quick += 1
        else:
            self._quick = 0
            self._needed *= 2 if self.is_together else 1

    def changed(self) -> int | None:
        """Note that they do, and return on which processor; None when they part."""
        self.is_together = not self.is_together
        return processor() if self.is_together else None


def processor() -> int | None:
    """Return the number of the processor that the main thread is on, if it can be known."""
    with suppress(OSError, ValueError, IndexError):
        stat = Path("/proc/self/stat").read_bytes()
        return int(stat.rpartition(b")")[2].split()[PROCESSOR_FIELD])
    return None
