"""What a regrade reaches of the engine's throughput, and how long a hand-in waits in it.

    python -m benchmarks.regrades [--submissions 60] [--hand-ins 5] [--slots N]

The same submissions of one six-exercise notebook are graded twice in one run of this
program: by the engine alone, as many side by side as it has slots; then as the jobs of a
regrade by a whole worker, with its database, blobs, leases and records. In the midst of
these, learners hand in one after another; each waits from the commit of the hand-in to the
commit of its result.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.six_exercises import notebook
from graders.engine import Engine
from graders.protocol import GradeRequest, Outcome, Report
from lms.catalogue import Library
from lms.content.notebooks import annotated
from lms.database import Sessions, open_engine, session_factory
from lms.domain.jobs import JobState
from lms.logs import json_log
from lms.migrations import upgrade
from lms.models import AssignmentVersion, GradingRun, Job, Submission
from lms.services import jobs, regrades
from lms.services.regrades import Choice
from lms.worker import Habits, Store, Tools, Worker
from tests.factories import make_membership, make_promotion, make_submission, make_version
from tests.handing_in import Desk, open_desk

LOOK_S = 0.02


def fill(sessions: Sessions, folder: Path, submissions: int) -> Desk:
    """Write learners with one graded submission each, and a newer version of the tests."""
    with sessions.begin() as session:
        promotion = make_promotion(session, ends_on=date(2999, 1, 1))
        desk = open_desk(session, folder, promotion=promotion)
        source = desk.blobs.put(notebook())
        old, new = (_version(session, source, name) for name in ("old", "new"))
        for number in range(submissions):
            work = make_submission(
                session,
                membership=make_membership(session, promotion=promotion),
                version=old,
                notebook_hash=desk.blobs.put(notebook(number)),
            )
            session.add(_graded(work, old))
        desk = desk.with_rules(content_hash=new.content_hash)
        regrades.start(
            session,
            promotion,
            desk.course,
            desk.assignment,
            Choice(),
            actor_id=desk.member.user_id,
            now=datetime.now(UTC),
        )
    return desk


def _version(session: object, source: str, name: str) -> AssignmentVersion:
    return make_version(
        session,  # type: ignore[arg-type]
        notebook_hash=source,
        content_hash=name.ljust(64, "0"),
        run={"wall_s": 120, "cpu_s": 60, "memory_mib": 1024},
    )


def _graded(work: Submission, version: AssignmentVersion) -> GradingRun:
    moment = datetime.now(UTC)
    return GradingRun(
        submission=work,
        version=version,
        outcome="graded",
        points=1.0,
        max_points=12.0,
        is_forgeable=False,
        message="",
        durations_ms={},
        engine_version="0",
        environment_digest="0",
        started_at=moment,
        finished_at=moment,
    )


def batch(engine: Engine, submissions: int, slots: int) -> float:
    """Have the engine alone grade them all, and return how many it does a second."""
    requests = [
        GradeRequest(assignment=notebook(), submission=notebook(number))
        for number in range(submissions)
    ]
    start_s = time.perf_counter()
    with ThreadPoolExecutor(slots) as pool:
        for report in pool.map(engine.grade, requests):
            _whole(report)
    return submissions / (time.perf_counter() - start_s)


def _whole(report: Report) -> Report:
    if report.outcome is not Outcome.GRADED:
        raise SystemExit(f"{report.outcome}: {report.message}")
    return report


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    """Have a worker serve for the time of the block."""
    stop = threading.Event()
    serving = threading.Thread(target=worker.serve, args=(stop,))
    serving.start()
    try:
        yield
    finally:
        stop.set()
        serving.join()


def hand_in(sessions: Sessions, desk: Desk, number: int) -> float:
    """Hand one notebook in, wait for its result, and return for how long, in seconds."""
    with sessions.begin() as session:
        version = session.scalars(
            select(AssignmentVersion).where(AssignmentVersion.content_hash.startswith("new"))
        ).one()
        member = make_membership(session, promotion=session.merge(desk.member.promotion))
        work = make_submission(
            session,
            membership=member,
            version=version,
            notebook_hash=desk.blobs.put(notebook(10_000 + number)),
        )
        jobs.enqueue(session, work, now=datetime.now(UTC))
        key = work.id
    start_s = time.perf_counter()
    while not _count(sessions, GradingRun.submission_id == key):
        time.sleep(LOOK_S)
    return time.perf_counter() - start_s


def _count(sessions: Sessions, *wanted: object) -> int:
    with sessions() as session:
        query = select(func.count(GradingRun.id)).where(*wanted)  # type: ignore[arg-type]
        return session.scalar(query) or 0


def regrade(
    sessions: Sessions, desk: Desk, count: int, hand_ins: int
) -> tuple[float, list[float]]:
    """Wait for the regrade, with hand-ins in its midst; return jobs a second and the waits."""
    is_of_it = GradingRun.regrade_id.is_not(None)
    start_s = time.perf_counter()
    while _count(sessions, is_of_it) < count // 4:
        time.sleep(LOOK_S)
    waits = [hand_in(sessions, desk, number) for number in range(hand_ins)]
    is_in_midst = _count(sessions, is_of_it) < count
    while _unfinished(sessions):
        time.sleep(LOOK_S)
    if not is_in_midst:
        raise SystemExit("the regrade was over before the last hand-in: ask for more")
    return (count + hand_ins) / (time.perf_counter() - start_s), waits


def _unfinished(sessions: Sessions) -> int:
    with sessions() as session:
        query = select(func.count(Job.id)).where(
            Job.state.in_([JobState.WAITING, JobState.RUNNING])
        )
        return session.scalar(query) or 0


def main() -> None:
    """Measure, and print what was measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--submissions", type=int, default=60)
    options.add_argument("--hand-ins", type=int, default=5)
    options.add_argument("--slots", type=int, default=len(os.sched_getaffinity(0)))
    given = options.parse_args()
    print(
        f"{given.submissions} submissions of six exercises, {given.slots} side by side, "
        f"{given.hand_ins} hand-ins in the midst"
    )
    with tempfile.TemporaryDirectory() as name, Engine(slots=given.slots) as engine:
        folder = Path(name)
        database = open_engine(f"sqlite:///{folder}/garrigue.db")
        upgrade(database)
        sessions = session_factory(database)
        desk = fill(sessions, folder, given.submissions)
        batch(engine, given.slots, given.slots)  # both begin with warm rooms
        alone = batch(engine, given.submissions, given.slots)
        print(f"engine alone   {alone:6.2f} a second")
        worker = Worker(
            store=Store(
                sessions=sessions, blobs=desk.blobs, library=Library(folder / "courses")
            ),
            tools=Tools(grade=engine.grade, annotate=annotated, selftest=lambda: ""),
            habits=Habits(name="benchmark", slots=given.slots, budget_mib=64 * 1024),
            log=json_log((folder / "log").open("w")),
        )
        with working(worker):
            reached, waits = regrade(sessions, desk, given.submissions, given.hand_ins)
        print(f"regrade        {reached:6.2f} a second: {reached / alone:.0%} of the engine's")
        print(
            f"hand-in        graded after {statistics.median(waits):.2f} s at the median, "
            f"{max(waits):.2f} s at most"
        )
        database.dispose()


if __name__ == "__main__":
    main()
