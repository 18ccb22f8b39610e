"""What a worker needs, put together from the settings: store, engine, room for runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graders.engine import DEFAULT_ENVIRONMENT, Engine
from graders.protocol import MIB, GradeRequest, Report
from graders.sandbox.environment import find_environment
from graders.sandbox.errors import SandboxError
from graders.sandbox.selftest import run_selftest
from lms.blobs import BlobStore
from lms.catalogue.library import open_library
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.failures import FailureLog
from lms.logs import json_log
from lms.plugins import FAILURES, Plugins, activity_reader, load_plugins, score_rules
from lms.worker import Grade, Habits, Store, Tools

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
    plugins = plugins_of(config)
    try:
        yield Store(
            sessions=session_factory(engine),
            blobs=BlobStore(config.instance / "blobs"),
            library=open_library(
                config,
                read_activity=activity_reader(plugins),
                score_rules=score_rules(plugins),
            ),
        )
    finally:
        engine.dispose()


@contextmanager
def open_tools(config: Config, slots: int) -> Iterator[Tools]:
    """Give the plugins that grade, the engine among them; its rooms end with the block."""
    from lms.content.notebooks import annotated  # imports nbconvert: a second

    with Engine(slots=slots) as engine:
        grade = grader(plugins_of(config), engine.grade)
        yield Tools(grade=grade, annotate=annotated, selftest=why_not)


def grader(plugins: Plugins, engine: Grade) -> Grade:
    """Return what asks the plugins to grade, the engine last.

    :raises RuntimeError: if none of them could, when it is called.
    """

    def grade(request: GradeRequest) -> Report:
        report: Report | None = plugins.ask("grade", request=request, engine=engine)
        if report is None:
            raise RuntimeError("No plugin gave a report: the log names those that failed.")
        return report

    return grade


def plugins_of(config: Config) -> Plugins:
    """Return the plugins of a site, for a process that is not its web."""
    return load_plugins(
        json_log(),
        has_installed=config.has_plugins,
        failures=FailureLog(config.instance / FAILURES),
    )


def why_not() -> str:
    """Say why nothing may be graded on this machine; empty when all that we promise holds."""
    try:
        findings = run_selftest(find_environment(DEFAULT_ENVIRONMENT), is_loaded=False)
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
