"""Reads what a room has used from its control groups' files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a room has used so far; None where nothing measures it."""

    cpu_ms: float | None = None
    peak_memory_bytes: int | None = None
    oom_kills: int = 0


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One number in a control group's file.

    :param factor: what the number is multiplied by to get our unit.
    """

    file: str
    pattern: str
    factor: float = 1.0

    def read(self, descriptor: int) -> float | None:
        """Return the number; None once the group is gone."""
        try:
            text = os.pread(descriptor, 4096, 0).decode()
        except OSError:
            return None
        found = re.search(self.pattern, text)
        return int(found[1]) * self.factor if found else None


class Meter:
    """Reads what a room has used, through descriptors that outlive any change of names."""

    def __init__(self, gauges: Sequence[Gauge], descriptors: Sequence[int]) -> None:
        pairs = list(zip(gauges, descriptors, strict=True))
        self._gauges = dict(zip(("cpu", "peak", "kills"), pairs, strict=False))
        self._last = Usage()

    def read(self) -> Usage:
        """Return the usage so far, or the last known once the room is gone."""
        values = {name: gauge.read(fd) for name, (gauge, fd) in self._gauges.items()}
        if not values or None in values.values():
            return self._last
        self._last = Usage(
            cpu_ms=values["cpu"],
            peak_memory_bytes=int(values["peak"] or 0),
            oom_kills=int(values["kills"] or 0),
        )
        return self._last

    def kills(self) -> int:
        """Return how many processes were killed for want of memory; it costs little."""
        if "kills" not in self._gauges:
            return self._last.oom_kills
        gauge, descriptor = self._gauges["kills"]
        killed = gauge.read(descriptor)
        return self._last.oom_kills if killed is None else int(killed)

    def close(self) -> None:
        """Close the descriptors; `read` goes on giving the last usage."""
        for _, descriptor in self._gauges.values():
            os.close(descriptor)
        self._gauges = {}
