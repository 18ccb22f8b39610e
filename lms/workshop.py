"""What a worker needs, put together from the settings: store, engine, room for runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graders.engine import DEFAULT_ENVIRONMENT, Engine
from graders.protocol import MIB
from graders.sandbox.environment import find_environment
from graders.sandbox.errors import SandboxError
from graders.sandbox.selftest import run_selftest
from lms.blobs import BlobStore
from lms.catalogue.library import open_library
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.worker import Habits, Store, Tools

#: Share of the free memory that all runs together may ask for.
MEMORY_SHARE = 0.6

#: What an ordinary run may ask for; slots are counted with it.
USUAL_RUN_MIB = 1024


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What one worker process may use."""

    slots: int
    budget_mib: int


def capacity(workers: int = 1) -> Capacity:
    """Return what each of so many worker processes may use of this machine."""
    budget_mib = max(USUAL_RUN_MIB, int(free_mib() * MEMORY_SHARE) // workers)
    cores = max(1, len(os.sched_getaffinity(0)) // workers)
    return Capacity(
        slots=max(1, min(cores, budget_mib // USUAL_RUN_MIB)), budget_mib=budget_mib
    )


def habits(config: Config, given: Capacity) -> Habits:
    """Return how a worker of this process works."""
    return Habits(
        name=f"{socket.gethostname()}:{os.getpid()}",
        slots=given.slots,
        budget_mib=given.budget_mib,
        lease_s=config.lease_s,
    )


@contextmanager
def open_store(config: Config) -> Iterator[Store]:
    """Give the database, the blobs and the courses of the site."""
    engine = open_engine(config.database)
    try:
        yield Store(
            sessions=session_factory(engine),
            blobs=BlobStore(config.instance / "blobs"),
            library=open_library(config),
        )
    finally:
        engine.dispose()


@contextmanager
def open_tools(slots: int) -> Iterator[Tools]:
    """Give the engine with its warm rooms; they end with the block."""
    from lms.content.notebooks import annotated  # imports nbconvert: a second

    with Engine(slots=slots) as engine:
        yield Tools(grade=engine.grade, annotate=annotated, selftest=why_not)


def why_not() -> str:
    """Say why nothing may be graded on this machine; empty when all that we promise holds."""
    try:
        findings = run_selftest(find_environment(DEFAULT_ENVIRONMENT))
    except SandboxError as error:
        return str(error)
    lacking = [found for found in findings if found.is_required and not found.is_ok]
    return " ".join(f"{found.sentence} {found.remedy}".strip() for found in lacking)


def free_mib() -> int:
    """Return the memory that this machine could still give."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _colon, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024 // MIB
    return USUAL_RUN_MIB
