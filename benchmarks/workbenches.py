"""Opens many workbenches on one gateway and measures how soon their cells answer.

Run it with the project's interpreter, on a quiet machine:

    .venv/bin/python benchmarks/workbenches.py [--learners 100] [--period 10] [--seconds 60]

The gateway is a process of its own, as `garrigue serve` starts it, on an instance of its own;
the pages are in this process and speak to it over the loopback. First they open, a few at a
time; then all rest, to see what idle kernels cost; then each runs a trivial cell every period,
and saves its draft through the service that the web calls; then some of them check an exercise.
At the end, each stored draft is compared with what was last sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.draft_load import DraftLoad, add_learners
from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from lms import tickets
from lms.blobs import BlobStore
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.listening import listen
from lms.models import AssignmentVersion, Base

TRIVIAL = "x = 1\nx + 1"
ANSWER = "def double(x):\n    return 2 * x"
OPENING_TOGETHER = 4
IDLE_S = 10.0
CHECKS = 20
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Workbench:
    """One learner's page."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket

    async def hello(self, ticket: str) -> None:
        """Open the kernel."""
        await self._send({"type": "hello", "ticket": ticket, "last_seq": None})
        await self._until(type="status", state="idle")

    async def execute(self, number: int) -> float:
        """Run a trivial cell; return milliseconds from the click to the end."""
        return await self._timed(
            {"type": "execute", "id": f"e{number}", "cell": "c", "source": TRIVIAL}
        )

    async def check(self, number: int) -> float:
        """Check an exercise; return milliseconds from the click to the result."""
        return await self._timed(
            {
                "type": "check",
                "id": f"k{number}",
                "exercise": "double",
                "sources": {"double": ANSWER},
            }
        )

    async def _timed(self, frame: dict[str, Any]) -> float:
        began_s = time.perf_counter()
        await self._send(frame)
        done = await self._until(type="done", id=frame["id"])
        assert done["status"] == "ok", done
        return (time.perf_counter() - began_s) * 1000

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.write_message(json.dumps(frame))

    async def _until(self, **wanted: Any) -> dict[str, Any]:
        while True:
            text = await self._socket.read_message()
            if text is None:
                raise ConnectionError("the gateway hung up")
            frame: dict[str, Any] = json.loads(text)
            if frame.get("state") in {"dead", "waiting"}:
                raise ConnectionError(frame["message"])
            if wanted.items() <= frame.items():
                return frame


def main() -> None:
    """Measure and print."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="workbenches-") as folder,
        _gateway(Path(folder), options.learners) as (config, version_id, process_id),
    ):
        print(f"{options.learners} learners, load {os.getloadavg()[0]:.1f} before")
        asyncio.run(_measure(config, version_id, process_id, options))
        print(f"load {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--period", type=float, default=10.0, help="seconds between cells")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long cells are run")
    return parser.parse_args()


async def _measure(
    config: Config, version_id: int, process_id: int, options: argparse.Namespace
) -> None:
    add_learners(session_factory(open_engine(config.database)), options.learners)
    benches, opened_ms = await _open_all(config, version_id, options.learners)
    print(f"opening, {OPENING_TOGETHER} at a time    {_summary(opened_ms)}")
    first_ms = [await bench.execute(0) for bench in benches]
    print(f"first cells, one by one {_summary(first_ms)}")
    await _report_idle(process_id)
    with DraftLoad(config=config, version_id=version_id) as load:
        cells_ms = await _run_cells(benches, options, load)
        lost = await asyncio.to_thread(load.lost)
    print(
        f"cells, every {options.period:g} s       {_summary(cells_ms)}, {len(cells_ms)} in all"
    )
    print(f"drafts saved meanwhile  {_summary(load.taken_ms)}, {len(load.taken_ms)} in all")
    print(f"drafts lost             {len(lost)}")
    cold_ms = [await bench.check(0) for bench in benches[:CHECKS]]
    warm_ms = [await bench.check(1) for bench in benches[:CHECKS]]
    print(f"first checks            {_summary(cold_ms)}")
    print(f"later checks            {_summary(warm_ms)}")


async def _open_all(
    config: Config, version_id: int, learners: int
) -> tuple[list[Workbench], list[float]]:
    turns = asyncio.Semaphore(OPENING_TOGETHER)

    async def open_one(user_id: int) -> tuple[Workbench, float]:
        async with turns:
            began_s = time.perf_counter()
            offer = tickets.offer(
                config, user_id=user_id, version_id=version_id, promotion_id=1, language="fr"
            )
            request = HTTPRequest(str(offer["url"]), headers={"Origin": config.public_url})
            bench = Workbench(await websocket_connect(request))
            await bench.hello(str(offer["ticket"]))
            return bench, (time.perf_counter() - began_s) * 1000

    opened = await asyncio.gather(*(open_one(number) for number in range(1, learners + 1)))
    return [bench for bench, _ms in opened], [ms for _bench, ms in opened]


async def _run_cells(
    benches: Sequence[Workbench], options: argparse.Namespace, load: DraftLoad
) -> list[float]:
    taken_ms: list[float] = []

    async def work(learner_id: int, bench: Workbench) -> None:
        await asyncio.sleep(random.uniform(0, options.period))
        ends_at_s = time.monotonic() + options.seconds - options.period
        number = 1
        while time.monotonic() < ends_at_s:
            began_s = time.monotonic()
            load.save_soon(learner_id, f"{ANSWER}  # {number}")
            taken_ms.append(await bench.execute(number))
            number += 1
            await asyncio.sleep(max(0.0, options.period - (time.monotonic() - began_s)))

    await asyncio.gather(*map(work, range(1, len(benches) + 1), benches))
    return taken_ms


async def _report_idle(process_id: int) -> None:
    family = _family(process_id)
    before = {pid: _cpu_s(pid) for pid in family}
    await asyncio.sleep(IDLE_S)
    spent_s = sum(_cpu_s(pid) - before[pid] for pid in family)
    private = {pid: _private_mib(pid) for pid in family}
    rest = sum(private.values()) - private[process_id]
    print(
        f"at rest                 {spent_s / IDLE_S * 100:.1f} % of one core, "
        f"gateway {private[process_id]:.0f} MiB private, "
        f"kernels and all other processes {rest:.0f} MiB private ({len(family) - 1})"
    )


def _summary(taken_ms: Sequence[float]) -> str:
    points = statistics.quantiles(taken_ms, n=20, method="inclusive")
    return f"p50 {points[9]:.0f} ms, p95 {points[18]:.0f} ms, most {max(taken_ms):.0f} ms"


@contextmanager
def _gateway(folder: Path, learners: int) -> Iterator[tuple[Config, int, int]]:
    """Give a gateway that is ready: its settings, an assignment, its process."""
    with listen("127.0.0.1", None) as listener:
        port = listener.getsockname()[1]
        config = Config(
            secret_key="secret of the benchmark, long enough",
            instance=folder,
            courses=folder,
            gateway_url=f"http://127.0.0.1:{port}",
            gateway_kernels=learners + 1,
        )
        version_id = _publish(config)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "lms.cli", "gateway", "--with-parent"),
                *("--descriptor", str(listener.fileno())),
            ],
            pass_fds=[listener.fileno()],
            env={
                **os.environ,
                "GARRIGUE_SECRET_KEY": config.secret_key,
                "GARRIGUE_INSTANCE": str(folder),
                "GARRIGUE_COURSES": str(folder),
                "GARRIGUE_PUBLIC_URL": config.public_url,
                "GARRIGUE_GATEWAY_URL": config.gateway_url,
                "GARRIGUE_GATEWAY_KERNELS": str(config.gateway_kernels),
            },
        )
    try:
        with urllib.request.urlopen(f"{config.gateway_url}/sante", timeout=60):
            yield config, version_id, process.pid
    finally:
        process.terminate()
        process.wait()


def _publish(config: Config) -> int:
    """Make the database with one assignment, and return its number."""
    marks = {"schema_version": 3, "grade": False, "solution": True, "locked": False}
    tests = marks | {"grade": True, "solution": False, "locked": True, "points": 1}
    cells = [
        _cell("double", ANSWER, marks),
        _cell("double-test", "assert double(2) == 4", tests),
    ]
    body = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    source = json.dumps(body).encode()
    engine, blobs = open_engine(config.database), BlobStore(config.instance / "blobs")
    Base.metadata.create_all(engine)
    with session_factory(engine).begin() as session:
        version = AssignmentVersion(
            course_slug="banc",
            assignment_id="banc",
            content_hash="0" * 64,
            title="Banc",
            notebook_hash=blobs.put(source),
            released_hash=blobs.put(write_notebook(release(read_notebook(source)))),
            max_points=1.0,
            seen_at=datetime.now(UTC),
        )
        session.add(version)
        session.flush()
        version_id = version.id
    engine.dispose()
    return version_id


def _cell(grade_id: str, source: str, marks: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": grade_id,
        "metadata": {"nbgrader": {**marks, "grade_id": grade_id}},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _family(process_id: int) -> list[int]:
    """Return a process with all that it started."""
    found = [process_id]
    for pid in found:
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in listed.read_text().split()]
    return found


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _private_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


if __name__ == "__main__":
    main()
