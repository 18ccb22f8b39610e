"""What a worker is given: slots by cores and memory, and a name of its own."""

from __future__ import annotations

import os

from lms.config import Config
from lms.workshop import Capacity, capacity, habits


def test_takes_no_more_slots_than_cores_and_at_least_one() -> None:
    alone, many = capacity(), capacity(workers=64)

    assert 1 <= alone.slots <= len(os.sched_getaffinity(0))
    assert many.slots == 1
    assert many.budget_mib <= alone.budget_mib


def test_names_the_worker_by_its_process(config: Config) -> None:
    found = habits(config, Capacity(slots=3, budget_mib=2048))

    assert found.name.endswith(f":{os.getpid()}")
    assert (found.slots, found.lease_s) == (3, config.lease_s)
