"""Processor and wall time of everything that a block of code starts, rooms included."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

V1 = Path("/sys/fs/cgroup/cpuacct")


@dataclass(kw_only=True)
class Spent:
    """What a block took; filled when it ends."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


class Account:
    """Counts in a control group where there is one; else what children that ended used."""

    def __init__(self) -> None:
        self._group: Path | None = None
        self.method = "getrusage of this process and of its children that have ended"
        if os.access(V1, os.W_OK):
            self._group = V1 / f"garrigue-benchmark-{os.getpid()}"
            self._group.mkdir(exist_ok=True)
            (self._group / "cgroup.procs").write_text(str(os.getpid()))
            self.method = "cpuacct.usage of a control group that holds all processes"

    def cpu_s(self) -> float:
        """Return what was used so far."""
        if self._group is not None:
            return int((self._group / "cpuacct.usage").read_text()) / 1e9
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        used = [resource.getrusage(kind) for kind in kinds]
        return sum(each.ru_utime + each.ru_stime for each in used)

    @contextmanager
    def spent(self) -> Iterator[Spent]:
        """Count a block."""
        spent = Spent()
        cpu_s, wall_s = self.cpu_s(), time.monotonic()
        try:
            yield spent
        finally:
            spent.cpu_s = self.cpu_s() - cpu_s
            spent.wall_s = time.monotonic() - wall_s
