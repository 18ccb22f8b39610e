"""Compares what grading costs: Garrigue, nbgrader, otter, nbclient, and the bare cells.

    python -m benchmarks.grading [--submissions 20] [--only garrigue,floor,nbclient,…] [--json]

Each contender grades the same honest submissions of one six-exercise notebook (pure Python,
pandas, numpy, sqlite3, matplotlib, scikit-learn), one after another, in one run of this
program. Processor time is everything that the contender started. The peers run from an
environment of their own (`peers.lock`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.accounting import Account, Spent
from benchmarks.peers import peers_python
from benchmarks.six_exercises import EXERCISES, SETUP, notebook, otter_test
from graders.engine import Engine
from graders.protocol import GradeRequest
from graders.sandbox.environment import find_environment

MAX_POINTS = 2.0 * len(EXERCISES)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one notebook cost a contender, on average; the start apart."""

    name: str
    cpu_ms: float
    wall_ms: float
    start_cpu_ms: float = 0.0
    note: str = ""


def garrigue(account: Account, _folder: Path, submissions: int) -> Cost:
    """Grade in rooms, with the checker in a room of its own."""
    source = notebook()
    with account.spent() as start:
        engine = Engine()
        _graded(engine, source, 0)
    with account.spent() as spent:
        for student in range(submissions):
            _graded(engine, source, student)
    engine.close()
    return _cost("garrigue", spent, submissions, start.cpu_s)


def _graded(engine: Engine, source: bytes, student: int) -> None:
    report = engine.grade(GradeRequest(assignment=source, submission=notebook(student)))
    if report.points != MAX_POINTS or any(each.is_forgeable for each in report.exercises):
        raise SystemExit(f"garrigue: {report.outcome} {report.points} {report.message}")


FLOOR = """
import json, os, resource, sys, time
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot, numpy, pandas, sqlite3, sklearn.linear_model
cells, times = json.load(sys.stdin), int(sys.argv[1])
def run():
    pid = os.fork()
    if pid == 0:
        names = {"__name__": "__main__"}
        for cell in cells:
            exec(compile(cell, "<cell>", "exec"), names)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the bare cells failed")
def used():
    u = [resource.getrusage(k) for k in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(x.ru_utime + x.ru_stime for x in u)
run()
cpu, wall = used(), time.monotonic()
for _ in range(times):
    run()
print(json.dumps([used() - cpu, time.monotonic() - wall]))
"""


def floor(_account: Account, folder: Path, submissions: int) -> Cost:
    """Execute the same cells in a fork of a warm process, with no isolation at all."""
    cells = [SETUP]
    for exercise in EXERCISES:
        cells += [exercise.answer, "\n".join(exercise.tests)]
    done = subprocess.run(
        [find_environment("data").python, "-c", FLOOR, str(submissions)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        env=_clean(folder),
        check=True,
    )
    cpu_s, wall_s = json.loads(done.stdout)
    note = "no kernel, no room, no checker"
    return Cost(
        name="floor",
        cpu_ms=cpu_s * 1000 / submissions,
        wall_ms=wall_s * 1000 / submissions,
        note=note,
    )


NBCLIENT = """
import sys, nbformat
from nbclient import NotebookClient
for path in sys.argv[1:]:
    NotebookClient(nbformat.read(path, 4), timeout=60, kernel_name="python3").execute()
"""


def nbclient(account: Account, folder: Path, submissions: int) -> Cost:
    """Execute with a fresh ordinary kernel each, all from one process: no grading."""
    paths = _written(folder / "submitted", submissions)
    with account.spent() as spent:
        _run([peers_python(), "-c", NBCLIENT, *paths], folder)
    return _cost("nbclient", spent, submissions, note="executes; gives no points")


def nbgrader(account: Account, folder: Path, submissions: int) -> Cost:
    """Autograde all submissions by one command."""
    source = folder / "source" / "six" / "six.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(notebook())
    for student in range(submissions):
        path = folder / "submitted" / f"s{student}" / "six" / "six.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook(student))
    (folder / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.root = "{folder}"\n'
        'c.CourseDirectory.course_id = "six"\n'
    )
    command = peers_python().with_name("nbgrader")
    _run([command, "generate_assignment", "six"], folder)
    with account.spent() as spent:
        _run([command, "autograde", "six"], folder)
    return _cost("nbgrader", spent, submissions, note="autograde, one command for all")


def otter(account: Account, folder: Path, submissions: int) -> Cost:
    """Run each submission by `otter run`."""
    tests = folder / "tests"
    tests.mkdir()
    for exercise in EXERCISES:
        (tests / f"{exercise.name}.py").write_text(otter_test(exercise))
    command = peers_python().with_name("otter")
    archive = folder / "autograder.zip"
    _run([command, "generate", "-t", tests, "-o", archive, "--no-environment"], folder)
    paths = _written(folder / "submitted", submissions)
    with account.spent() as spent:
        for path in paths:
            _run([command, "run", path, "-a", archive, "-o", folder], folder)
    points = json.loads((folder / "results.json").read_text())
    total = sum(test.get("score", 0) for test in points["tests"])
    if total != MAX_POINTS:
        raise SystemExit(f"otter gave {total} of {MAX_POINTS} points")
    return _cost("otter", spent, submissions, note="otter run, one command each")


CONTENDERS: dict[str, Callable[[Account, Path, int], Cost]] = {
    "floor": floor,
    "garrigue": garrigue,
    "nbclient": nbclient,
    "nbgrader": nbgrader,
    "otter": otter,
}


def _written(folder: Path, submissions: int) -> list[Path]:
    folder.mkdir(parents=True)
    paths = [folder / f"s{student}.ipynb" for student in range(submissions)]
    for student, path in enumerate(paths):
        path.write_bytes(notebook(student))
    return paths


def _clean(folder: Path, python: Path | None = None) -> dict[str, str]:
    place = f"{python.parent}:{os.defpath}" if python else os.defpath
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {"PATH": place, "HOME": str(folder), "LANG": "C.UTF-8"} | dict.fromkeys(names, "1")


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=_clean(folder, peers_python()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-1500:]}{done.stderr[-3000:]}")


def _cost(
    name: str, spent: Spent, submissions: int, start_s: float = 0.0, *, note: str = ""
) -> Cost:
    return Cost(
        name=name,
        cpu_ms=spent.cpu_s * 1000 / submissions,
        wall_ms=spent.wall_s * 1000 / submissions,
        start_cpu_ms=start_s * 1000,
        note=note,
    )


def main() -> None:
    """Run the contenders and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if set(wanted) & {"nbclient", "nbgrader", "otter"}:
        peers_python()
    account = Account()
    costs = {}
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix=f"benchmark-{name}-") as folder:
            costs[name] = CONTENDERS[name](account, Path(folder), options.submissions)
        print(f"{name}: done", file=sys.stderr)
    if options.json:
        print(json.dumps({name: asdict(cost) for name, cost in costs.items()}, indent=1))
        return
    print(
        f"{options.submissions} honest submissions, one after another, {os.cpu_count()} cores"
    )
    print(f"processor time: {account.method}; load {os.getloadavg()[0]:.1f} at the end")
    print(f"{'':10}{'CPU ms':>9}{'wall ms':>9}{'start ms':>10}  a notebook")
    for cost in costs.values():
        row = f"{cost.cpu_ms:9.0f}{cost.wall_ms:9.0f}{cost.start_cpu_ms:10.0f}"
        print(f"{cost.name:10}{row}  {cost.note}")
    _print_goals(costs)


def _print_goals(costs: dict[str, Cost]) -> None:
    if "garrigue" not in costs:
        return
    ours = costs["garrigue"]
    for peer, goal in (("nbgrader", 20), ("nbclient", 10), ("otter", None)):
        if peer in costs:
            cpu = costs[peer].cpu_ms / ours.cpu_ms
            wall = costs[peer].wall_ms / ours.wall_ms
            said = f" (goal {goal})" if goal else ""
            print(f"{peer}: {wall:.1f} times our wall{said}, {cpu:.1f} times our CPU")
    if "floor" in costs:
        allowed = 1.5 * costs["floor"].cpu_ms + 60
        print(f"CPU {ours.cpu_ms:.0f} ms; goal 1.5 floors and 60 ms: {allowed:.0f} ms")


if __name__ == "__main__":
    main()
