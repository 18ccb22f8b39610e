"""The worker: grades what waits, makes no score of a fault of ours, halts when it must."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from graders.protocol import MIB, GradeRequest, Outcome, Report
from lms.blobs import DiskFull
from lms.domain.jobs import MAX_ATTEMPTS, JobState
from lms.logs import json_log
from lms.models import GradingRun, Job, Score
from lms.models import Worker as WorkerRow
from lms.services import feedback, jobs, regrades
from lms.services.regrades import Choice
from lms.web.context import Site
from lms.worker import Habits, Store, Tools, Worker
from tests.handing_in import Desk, answered, open_desk, publish, report, source_bytes

HOLDS = ""


@dataclass
class Bench:
    """A worker with a desk that gives it work."""

    desk: Desk
    worker: Worker
    session: Session

    def submit(self, code: str = "double = None") -> int:
        """Hand a notebook in and return the submission's id."""
        number = self.desk.submission(answered(code), now=datetime.now(UTC)).id
        self.session.commit()
        return number

    def job(self) -> Job:
        """Return the only job as it stands now."""
        self.session.expire_all()
        return self.session.scalars(select(Job)).one()

    def count(self, table: type) -> int:
        """Return how many rows a table has."""
        self.session.expire_all()
        return self.session.scalar(select(func.count()).select_from(table)) or 0


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(session: Session, site: Site) -> MakeBench:
    """Make a worker that grades with the given function."""

    def make(
        grade: Callable[[GradeRequest], Report] = lambda _request: report(4.0),
        *,
        selftest: Callable[[], str] = lambda: HOLDS,
        annotate: Callable[[bytes], str] = lambda _notebook: "<p>Annoté</p>",
        **habits: Any,
    ) -> Bench:
        desk = open_desk(session, site.config.instance)
        session.commit()
        worker = Worker(
            store=Store(sessions=site.sessions, blobs=desk.blobs, library=site.library),
            tools=Tools(grade=grade, annotate=annotate, selftest=selftest),
            habits=Habits(**{"name": "w1", "poll_s": 0.02} | habits),
            log=json_log(io.StringIO()),
        )
        return Bench(desk=desk, worker=worker, session=session)

    return make


class TestGrading:
    def test_records_what_the_engine_says(self, make_bench: MakeBench) -> None:
        bench = make_bench(lambda _request: report(4.0, notebook=b"{}"))
        submission = bench.submit()
        done: list[None] = []
        bench.worker.drain(lambda: done.append(None))

        run = feedback.run_of(bench.session, submission)
        assert run is not None
        assert (run.points, bench.job().state, len(done)) == (4.0, JobState.DONE, 1)
        assert bench.desk.blobs.get(run.feedback_hash or "") == "<p>Annoté</p>".encode()

    def test_gives_the_engine_source_answer_and_limits(self, make_bench: MakeBench) -> None:
        seen: list[GradeRequest] = []
        bench = make_bench(lambda request: seen.append(request) or report(4.0))  # type: ignore[func-returns-value]
        bench.submit("double = 3")
        bench.worker.drain()

        assert seen[0].assignment == source_bytes()
        assert seen[0].submission == answered("double = 3")
        assert (seen[0].limits.wall_s, seen[0].limits.memory_bytes) == (30, 512 * MIB)

    def test_records_a_result_even_without_an_annotated_notebook(
        self, make_bench: MakeBench
    ) -> None:
        def broken(_notebook: bytes) -> str:
            raise ValueError("nbconvert")

        bench = make_bench(lambda _request: report(4.0, notebook=b"{}"), annotate=broken)
        submission = bench.submit()
        bench.worker.drain()

        run = feedback.run_of(bench.session, submission)
        assert run is not None
        assert run.feedback_hash is None

    def test_keeps_the_notebook_of_a_regrade_as_it_ran(self, make_bench: MakeBench) -> None:
        bench = make_bench(lambda _request: report(4.0, notebook=b"{}"))
        bench.submit()
        bench.worker.drain()
        version = publish(bench.session, bench.desk.blobs, content_hash="b" * 64)
        desk = bench.desk.with_rules(content_hash=version.content_hash)
        regrades.start(
            bench.session,
            desk.member.promotion,
            desk.course,
            desk.assignment,
            Choice(),
            actor_id=desk.member.user_id,
            now=datetime.now(UTC),
        )
        bench.session.commit()
        bench.worker.drain()

        bench.session.expire_all()
        run = bench.session.scalars(select(GradingRun).order_by(GradingRun.id.desc())).first()
        assert run is not None
        assert (run.is_counting, run.feedback_hash) == (False, None)
        assert bench.desk.blobs.get(run.executed_hash or "") == b"{}"

    def test_grades_side_by_side(self, make_bench: MakeBench) -> None:
        together = threading.Barrier(2, timeout=20)

        def grade(_request: GradeRequest) -> Report:
            together.wait()
            return report(4.0)

        bench = make_bench(grade, slots=2)
        bench.submit("double = 1")
        bench.submit("double = 2")
        bench.worker.drain()

        assert bench.count(GradingRun) == 2

    def test_runs_alone_what_asks_for_the_whole_memory(self, make_bench: MakeBench) -> None:
        running, most = [0], [0]
        lock = threading.Lock()

        def grade(_request: GradeRequest) -> Report:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            threading.Event().wait(0.05)
            with lock:
                running[0] -= 1
            return report(4.0)

        bench = make_bench(grade, slots=3, budget_mib=512)
        for number in range(3):
            bench.submit(f"double = {number}")
        bench.worker.drain()

        assert (bench.count(GradingRun), most[0]) == (3, 1)


class TestFaults:
    def test_a_fault_of_the_engine_is_no_score(self, make_bench: MakeBench) -> None:
        bench = make_bench(
            lambda _request: report(0.0, Outcome.SYSTEM_ERROR, message="noyau introuvable")
        )
        bench.submit()
        bench.worker.drain()

        assert (bench.count(GradingRun), bench.count(Score)) == (0, 0)
        assert (bench.job().state, bench.job().fault) == (JobState.WAITING, "noyau introuvable")

    def test_an_exception_is_no_score_either(self, make_bench: MakeBench) -> None:
        def broken(_request: GradeRequest) -> Report:
            raise OSError("disque arraché")

        bench = make_bench(broken)
        bench.submit()
        bench.worker.drain()

        assert bench.count(GradingRun) == 0
        assert bench.job().fault == "OSError: disque arraché"

    def test_a_full_disk_costs_the_job_no_attempt(self, make_bench: MakeBench) -> None:
        def full(_request: GradeRequest) -> Report:
            raise DiskFull

        bench = make_bench(full)
        bench.submit()
        bench.worker.drain()

        assert (bench.job().state, bench.job().attempts) == (JobState.WAITING, 0)
        assert bench.count(GradingRun) == 0

    def test_a_sandbox_that_breaks_halts_the_worker_and_costs_no_attempt(
        self, make_bench: MakeBench
    ) -> None:
        states = iter([HOLDS, "bubblewrap manque"])
        bench = make_bench(
            lambda _request: report(0.0, Outcome.SYSTEM_ERROR), selftest=lambda: next(states)
        )
        bench.submit()
        bench.worker.drain()

        assert bench.worker.halted == "bubblewrap manque"
        assert (bench.job().state, bench.job().attempts) == (JobState.WAITING, 0)

    def test_a_poisonous_submission_is_set_aside_for_a_person(
        self, make_bench: MakeBench
    ) -> None:
        bench = make_bench(lambda _request: report(0.0, Outcome.SYSTEM_ERROR, message="poison"))
        bench.submit()
        for _ in range(MAX_ATTEMPTS):
            bench.job().run_after = datetime.now(UTC)
            bench.session.commit()
            bench.worker.drain()

        assert (bench.job().state, bench.job().fault) == (JobState.QUARANTINED, "poison")
        assert bench.count(Score) == 0

    def test_a_stale_report_is_dropped(self, make_bench: MakeBench) -> None:
        benches: list[Bench] = []

        def slow(_request: GradeRequest) -> Report:
            bench = benches[0]
            bench.job().token += 1  # another worker claims it meanwhile
            bench.session.commit()
            return report(4.0)

        benches.append(make_bench(slow))
        benches[0].submit()
        benches[0].worker.drain()

        assert benches[0].count(GradingRun) == 0


class TestServing:
    def test_claims_nothing_while_the_selftest_fails(self, make_bench: MakeBench) -> None:
        stop = threading.Event()
        looked = []

        def selftest() -> str:
            looked.append(None)
            if len(looked) == 3:
                stop.set()
            return "les espaces de noms sont interdits"

        bench = make_bench(selftest=selftest, retest_s=0.0)
        bench.submit()
        bench.worker.serve(stop)

        assert (bench.job().state, bench.job().attempts) == (JobState.WAITING, 0)

    def test_says_that_it_lives_then_that_it_is_gone(self, make_bench: MakeBench) -> None:
        stop = threading.Event()
        seen: list[int] = []

        def grade(_request: GradeRequest) -> Report:
            seen.append(bench.count(WorkerRow))
            stop.set()
            return report(4.0)

        bench = make_bench(grade)
        bench.submit()
        bench.worker.serve(stop)

        assert (seen, bench.count(WorkerRow)) == ([1], 0)
        assert bench.job().state == JobState.DONE

    def test_gives_back_what_it_cannot_finish_in_time(self, make_bench: MakeBench) -> None:
        stop, let_go = threading.Event(), threading.Event()

        def endless(_request: GradeRequest) -> Report:
            stop.set()
            let_go.wait(20)
            return report(4.0)

        bench = make_bench(endless, grace_s=0.1)
        bench.submit()
        bench.worker.serve(stop)
        given_back = bench.job()

        assert (given_back.state, given_back.attempts) == (JobState.WAITING, 0)
        let_go.set()

    def test_renews_its_leases_while_it_grades(self, make_bench: MakeBench) -> None:
        renewed = threading.Event()

        def slow(_request: GradeRequest) -> Report:
            first = bench.job().lease_until
            while bench.job().lease_until == first:
                renewed.wait(0.05)
            return report(4.0)

        bench = make_bench(slow, lease_s=1.0)
        bench.submit()
        bench.worker.drain()

        assert bench.job().state == JobState.DONE


def test_keeps_working_when_the_course_is_gone(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = make_bench()
    bench.worker.store = replace(
        bench.worker.store, library=type(bench.worker.store.library)(tmp_path / "nothing")
    )
    bench.submit()
    bench.worker.drain()

    assert bench.job().state == JobState.DONE
    assert jobs.unfinished(bench.session) == []
