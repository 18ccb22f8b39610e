"""How long handing in, claiming and recording take, alone and with four workers at once.

Run it with `.venv/bin/python -m benchmarks.jobs`. Everything is real but the grading itself:
a SQLite file with `synchronous = FULL`, blobs that are fsynced, the services of the site.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from lms.database import Sessions, open_engine, session_factory
from lms.migrations import upgrade
from lms.services import grading, jobs
from lms.transactions import in_transaction
from tests.handing_in import Desk, answered, finished, open_desk

SUBMISSIONS = 200
WORKERS = 4


def timed_ms(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    start_s = time.perf_counter()
    work()
    return (time.perf_counter() - start_s) * 1000


def line(what: str, samples_ms: list[float]) -> str:
    """Return a line with the median and the 95th percentile."""
    p95 = statistics.quantiles(samples_ms, n=20)[18]
    return f"{what:<44} median {statistics.median(samples_ms):6.1f} ms   p95 {p95:6.1f} ms"


def hand_in_all(desk: Desk, first: int) -> list[float]:
    """Hand in that many notebooks, each in a transaction of its own."""

    def one(number: int) -> None:
        desk.upload(answered(f"double = {number}"), now=datetime.now(UTC))
        desk.session.commit()

    return [timed_ms(lambda n=number: one(n)) for number in range(first, first + SUBMISSIONS)]  # type: ignore[misc]


def work_off(sessions: Sessions, name: str) -> list[tuple[float, float]]:
    """Claim and record until nothing is left; return both times of each job."""
    spent: list[tuple[float, float]] = []
    while True:
        held: list[jobs.Claim | None] = []

        def claim(held: list[jobs.Claim | None] = held) -> None:
            now = datetime.now(UTC)
            held.append(
                in_transaction(sessions, lambda s: jobs.claim(s, name, now=now, lease_s=60))
            )

        claim_ms = timed_ms(claim)
        job = held[0]
        if job is None:
            return spent
        run = finished(4.0, at=datetime.now(UTC))
        record_ms = timed_ms(
            lambda job=job, run=run: in_transaction(  # type: ignore[misc]
                sessions, lambda s: grading.record(s, job, run)
            )
        )
        spent.append((claim_ms, record_ms))


def work_off_together(sessions: Sessions) -> None:
    """Have several workers do what waits at the same time, and print how it went."""
    start_s = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        names = (f"worker-{number}" for number in range(WORKERS))
        done = list(pool.map(lambda name: work_off(sessions, name), names))
    spent_s = time.perf_counter() - start_s
    total = sum(map(len, done))
    assert total == SUBMISSIONS, total
    shares = ", ".join(str(len(part)) for part in done)
    rate = f"{total / spent_s:.0f} a second"
    print(f"\n{WORKERS} workers: {total} jobs in {spent_s:.1f} s, {rate}")
    print(f"each job was done once; shares: {shares}")


def main() -> None:
    """Measure, and print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/garrigue.db")
        upgrade(engine)
        sessions = session_factory(engine)
        with sessions() as session:
            desk = open_desk(session, Path(folder))
            session.commit()
            print(f"{SUBMISSIONS} submissions of one exercise, SQLite in {folder}\n")
            print(line("hand in (blob, rows, job; committed)", hand_in_all(desk, 0)))
            alone = work_off(sessions, "alone")
            print(line("claim, one worker", [claim for claim, _ in alone]))
            print(line("record (run, score, evidence, audit)", [record for _, record in alone]))
            hand_in_all(desk, SUBMISSIONS)
        work_off_together(sessions)
        engine.dispose()


if __name__ == "__main__":
    main()
