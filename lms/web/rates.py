"""How often an address may be asked for from one host: counted in this process alone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_HOSTS = 10_000


@dataclass(kw_only=True)
class Window:
    """Counts what each host does in a stretch of time.

    :param limit: how often in `length_s`.
    """

    limit: int
    length_s: float
    clock: Callable[[], float] = field(default=time.monotonic)

    def __post_init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def is_open(self, host: str) -> bool:
        """Count one more, and say whether that is not too many."""
        now_s = self.clock()
        with self._lock:
            begun_s, count = self._counts.pop(host, (now_s, 0))
            if now_s - begun_s >= self.length_s:
                begun_s, count = now_s, 0
            self._counts[host] = begun_s, count + 1
            if len(self._counts) > MOST_HOSTS:
                self._counts.popitem(last=False)
            return count < self.limit
