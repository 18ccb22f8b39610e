"""The leases that one worker holds: renewed while it works, given back when it stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from lms.database import Sessions
from lms.services import jobs
from lms.services.jobs import Claim, StaleLease
from lms.transactions import in_transaction


class Leases:
    """What a worker holds at this moment, shared by its slots and its heartbeat."""

    def __init__(
        self,
        *,
        store: Sessions,
        lease_s: float,
        now: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self._sessions = store
        self._lease_s = lease_s
        self._now = now
        self._log = log
        self._held: dict[int, Claim] = {}
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, held: Claim) -> Iterator[None]:
        """Keep the lease alive for the length of the block."""
        with self._lock:
            self._held[held.job_id] = held
        try:
            yield
        finally:
            self._forget(held)

    def renew(self) -> None:
        """Renew every lease; one that is lost is noted, and its report will be refused."""
        for held in self._all():
            try:
                in_transaction(
                    self._sessions,
                    lambda session, held=held: jobs.renew(  # type: ignore[misc]
                        session, held, now=self._now(), lease_s=self._lease_s
                    ),
                )
            except StaleLease as stale:
                self._log.warning("lease lost", job=held.job_id, reason=str(stale))
                self._forget(held)

    def give_all_back(self) -> None:
        """Let other workers do at once what is still under way here."""
        for held in self._all():
            try:
                in_transaction(
                    self._sessions,
                    lambda session, held=held: jobs.give_back(  # type: ignore[misc]
                        session, held, now=self._now()
                    ),
                )
            except StaleLease:
                continue  # finished, or taken over, meanwhile
            self._log.info("given back", job=held.job_id)

    def _all(self) -> list[Claim]:
        with self._lock:
            return list(self._held.values())

    def _forget(self, held: Claim) -> None:
        with self._lock:
            self._held.pop(held.job_id, None)
