"""A memory budget that runs side by side share: who asks for more than is left waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MemoryBudget:
    """So much memory for all runs together; a run that alone asks for more runs alone."""

    def __init__(self, budget_mib: int) -> None:
        self.budget_mib = budget_mib
        self._taken_mib = 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, wanted_mib: int) -> Iterator[None]:
        """Hold that much for the length of the block, once it is free."""
        wanted_mib = min(wanted_mib, self.budget_mib)
        with self._changed:
            self._changed.wait_for(lambda: self._taken_mib + wanted_mib <= self.budget_mib)
            self._taken_mib += wanted_mib
        try:
            yield
        finally:
            with self._changed:
                self._taken_mib -= wanted_mib
                self._changed.notify_all()
