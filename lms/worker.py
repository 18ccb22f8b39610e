"""The worker: leases jobs, has the engine grade them in rooms, records the reports."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from structlog.typing import FilteringBoundLogger

from graders.protocol import MIB, GradeRequest, Limits, Outcome, Report
from lms.blobs import BlobStore, DiskFull
from lms.catalogue import Library
from lms.database import Session, Sessions, is_full
from lms.domain.course import Assignment
from lms.errors import Refusal
from lms.leases import Leases
from lms.memory import MemoryBudget
from lms.services import grading, jobs, queue
from lms.services.grading import FinishedRun, Task
from lms.transactions import in_transaction

T = TypeVar("T")
Grade = Callable[[GradeRequest], Report]

#: How long a job waits when the disk is full or the sandbox broken: not its fault.
POSTPONED = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where submissions, their files and the courses are."""

    sessions: Sessions
    blobs: BlobStore
    library: Library


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the worker grades with.

    :param grade: turns a request into a report, in rooms.
    :param annotate: turns the executed notebook into clean HTML.
    :param selftest: says why nothing may be graded here; empty when all holds.
    """

    grade: Grade
    annotate: Callable[[bytes], str]
    selftest: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a worker works. The unit is the end of each name.

    :param budget_mib: memory that all runs together may ask for.
    :param retest_s: how often a worker that may not grade looks again whether it may.
    """

    name: str
    slots: int = 1
    budget_mib: int = 4096
    lease_s: float = 60.0
    poll_s: float = 0.5
    grace_s: float = 20.0
    retest_s: float = 30.0


@dataclass(kw_only=True)
class Worker:
    """One worker: `serve` works until it is told to stop, `drain` until nothing waits.

    :param then: done after each transaction: has the plugins hear of its events.
    """

    store: Store
    tools: Tools
    habits: Habits
    log: FilteringBoundLogger
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    then: Callable[[Session], None] = field(default=lambda _session: None)
    halted: str = ""

    def __post_init__(self) -> None:
        self._is_tested = False
        self._memory = MemoryBudget(self.habits.budget_mib)
        self._leases = Leases(
            store=self.store.sessions, lease_s=self.habits.lease_s, now=self.now, log=self.log
        )

    def serve(self, stop: threading.Event) -> None:
        """Grade what comes until told to stop, then finish what is begun or give it back."""
        running: set[Future[None]] = set()
        pool = ThreadPoolExecutor(self.habits.slots, thread_name_prefix="slot")
        self._begin(stop)
        while not stop.is_set():
            self._look_again()
            running = {future for future in running if not future.done()}
            is_full = len(running) >= self.habits.slots
            held = None if is_full else self._next()
            if held is not None:
                running.add(pool.submit(self._do, held))
            elif is_full:  # the next job begins when one ends, not at the next look
                wait(running, timeout=self.habits.poll_s, return_when=FIRST_COMPLETED)
            else:
                stop.wait(self.habits.poll_s)
        wait(running, timeout=self.habits.grace_s)
        self._leases.give_all_back()
        self._change(lambda session: queue.say_gone(session, self.habits.name))
        pool.shutdown(wait=False, cancel_futures=True)  # closing the engine ends what runs

    def drain(self, on_done: Callable[[], None] = lambda: None) -> None:
        """Grade everything that can be claimed now, then return."""
        stop = threading.Event()
        pulse = self._begin(stop)
        with ThreadPoolExecutor(self.habits.slots, thread_name_prefix="slot") as pool:
            slots = [pool.submit(self._empty, on_done) for _ in range(self.habits.slots)]
        stop.set()
        pulse.join()
        self._change(lambda session: queue.say_gone(session, self.habits.name))
        for slot in slots:
            slot.result()

    def _begin(self, stop: threading.Event) -> threading.Thread:
        if not self._is_tested:
            self.test()
        pulse = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        pulse.start()
        return pulse

    def _empty(self, on_done: Callable[[], None]) -> None:
        while (held := self._claim()) is not None:
            self._do(held)
            on_done()

    def _next(self) -> jobs.Claim | None:
        """Return the next job; none either while the database does not answer."""
        try:
            return self._claim()
        except OperationalError:
            self.log.exception("no claim possible")
            return None

    def _claim(self) -> jobs.Claim | None:
        if self.halted:
            return None
        return self._change(
            lambda session: jobs.claim(
                session, self.habits.name, now=self.now(), lease_s=self.habits.lease_s
            )
        )

    def _do(self, held: jobs.Claim) -> None:
        """Grade one job and record the report; whatever goes wrong is never a score."""
        with self._leases.holding(held):
            try:
                self._grade_and_record(held)
            except jobs.StaleLease as stale:
                self.log.warning("report refused", job=held.job_id, reason=str(stale))
            except Exception as fault:
                self.log.exception("grading failed", job=held.job_id)
                self._give_up(held, fault)

    def _grade_and_record(self, held: jobs.Claim) -> None:
        task = self._change(lambda session: grading.task_of(session, held))
        started_at = self.now()
        with self._memory.taken(task.limits.memory_mib):
            report = self.tools.grade(self._request(task))
        if report.outcome is Outcome.SYSTEM_ERROR:
            self._note_fault(held, report.message)
            return
        finished = FinishedRun(
            report=report,
            feedback_hash=None if held.regrade_id else self._annotated(report, task),
            executed_hash=self._executed(report) if held.regrade_id else None,
            assignment=self._assignment(task),
            started_at=started_at,
            finished_at=self.now(),
        )
        self._change(lambda session: grading.record(session, held, finished))
        self.log.info(
            "graded",
            job=held.job_id,
            submission=held.submission_id,
            outcome=report.outcome.value,
            points=report.points,
            duration_ms=round((finished.finished_at - started_at) / timedelta(milliseconds=1)),
        )

    def _request(self, task: Task) -> GradeRequest:
        blobs = self.store.blobs
        return GradeRequest(
            assignment=blobs.get(task.source_hash),
            submission=blobs.get(task.notebook_hash),
            files={path: blobs.path(blob) for path, blob in task.files.items()},
            limits=Limits(
                wall_s=task.limits.wall_s,
                cell_wall_s=min(Limits.cell_wall_s, task.limits.wall_s),
                cpu_s=task.limits.cpu_s,
                memory_bytes=task.limits.memory_mib * MIB,
            ),
        )

    def _executed(self, report: Report) -> str | None:
        return self.store.blobs.put(report.notebook) if report.notebook else None

    def _annotated(self, report: Report, task: Task) -> str | None:
        if not report.notebook:
            return None
        try:
            html = self.tools.annotate(report.notebook)
        except Exception:  # a page less is no reason to grade again
            self.log.exception("notebook not annotated", submission=task.submission_id)
            return None
        return self.store.blobs.put(html.encode())

    def _assignment(self, task: Task) -> Assignment | None:
        """Return the assignment as the course says now; None when it is gone."""
        try:
            course = self.store.library.course(task.course_slug)
        except Refusal:
            return None
        return course.assignment(task.assignment_id)

    def _give_up(self, held: jobs.Claim, fault: Exception) -> None:
        """Have the job done later: at no cost for it when the disk is to blame."""
        try:
            if isinstance(fault, DiskFull) or is_full(fault):
                self._postpone(held, str(fault))
            else:
                self._note_fault(held, f"{type(fault).__name__}: {fault}")
        except Exception:  # the lease runs out, and the job is claimed again
            self.log.exception("job left to its lease", job=held.job_id)

    def _note_fault(self, held: jobs.Claim, message: str) -> None:
        self.test()
        if self.halted:
            self._postpone(held, self.halted)
            return
        state = self._change(lambda session: jobs.fail(session, held, message, now=self.now()))
        self.log.error("system error", job=held.job_id, fault=message, state=state.value)

    def _postpone(self, held: jobs.Claim, fault: str) -> None:
        self._change(
            lambda session: jobs.give_back(
                session, held, now=self.now(), wait=POSTPONED, fault=fault
            )
        )

    def test(self) -> None:
        """Find out whether this machine may grade, and say so."""
        self.halted = self.tools.selftest()
        self._is_tested, self._tested_at_s = True, time.monotonic()
        if self.halted:
            self.log.error("grading halted", reason=self.halted)
        self._say_alive()

    def _look_again(self) -> None:
        if self.halted and time.monotonic() - self._tested_at_s >= self.habits.retest_s:
            self.test()

    def _beat(self, stop: threading.Event) -> None:
        """Say that the worker lives and renew its leases, whatever its slots do."""
        while not stop.wait(min(queue.HEARTBEAT_S, self.habits.lease_s / 3)):
            try:
                self._say_alive()
                self._leases.renew()
            except Exception:
                self.log.exception("heartbeat missed")

    def _say_alive(self) -> None:
        habits = self.habits
        self._change(
            lambda session: queue.say_alive(
                session, habits.name, slots=habits.slots, halted=self.halted, now=self.now()
            )
        )

    def _change(self, work: Callable[[Session], T]) -> T:
        return in_transaction(self.store.sessions, work, then=self.then)
