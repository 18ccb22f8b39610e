"""Reads attack cases, which are data, and runs one of them."""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from graders.protocol import Limits
from graders.verdict import session as worker_side
from graders.verdict.names import names_defined_by
from graders.verdict.session import CellVerdict, CheckerSession

SOLUTION = "def f(x):\n    return x + 1"
TEST = "assert f(1) == 2"

#: The worker's own patience with what gives no answer at all.
HUNG_GRACE_S, HUNG_RETURN_S = 3, 1


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to cheat or to break.

    :param number: that of the threat, or one of our own.
    :param cells: the learner's cells.
    :param later: cells of the learner's that run after the first test.
    :param files: the author's files beside the notebook, by name.
    :param solution: the author's own, which says what names the learner is to define.
    :param author: the author's locked cells.
    :param hangs: it gives no answer at all, so it also uses up what the worker allows beyond
        a test's own time: that is made short.
    :param needs: `room` when it would harm more than its own process without one.
    :param silent: words that no message may hold.
    :param has_control: the solution passes the same tests, so it is the attack that fails.
    """

    number: str
    name: str
    cells: tuple[str, ...]
    tests: tuple[str, ...] = (TEST,)
    solution: str = SOLUTION
    author: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    points: float = 0.0
    outcome: str = "failed"
    wall_s: float = 15.0
    hangs: bool = False
    is_hidden: bool = False
    needs: str = ""
    silent: tuple[str, ...] = ()
    has_control: bool = False


def cases(name: str) -> list[Case]:
    """Return the cases of a file beside this one."""
    with (Path(__file__).parent / name).open("rb") as file:
        rows = tomllib.load(file)["case"]
    return [Case(**{key: _frozen(value) for key, value in row.items()}) for row in rows]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def run(
    case: Case, nursery: Any, *, limits: Limits | None = None
) -> tuple[list[CellVerdict], float]:
    """Run the learner's cells and the tests; return the verdicts and the time it took."""
    limits = limits or Limits(wall_s=60, cell_wall_s=10)
    begun = time.monotonic()
    with ExitStack() as stack:
        if case.hangs:
            stack.enter_context(mock.patch.object(worker_side, "GRACE_S", HUNG_GRACE_S))
            stack.enter_context(mock.patch.object(worker_side, "RETURN_S", HUNG_RETURN_S))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {name: folder / name for name in case.files}
        for name, path in files.items():
            path.write_text(case.files[name])
        session = stack.enter_context(
            CheckerSession(
                nursery,
                limits=limits,
                author_cells=case.author,
                learner_sources=(*case.cells, *case.later),
                declared_names=names_defined_by([case.solution]),
                solution_cells=[case.solution],
                files=files,
            )
        )
        kernel = nursery.kernel(limits=limits, files=files, channel=session.learner_channel)
        verdicts = []
        cells = (*case.author, *case.cells)
        try:
            for number, test in enumerate(case.tests):
                for cell in {0: cells, 1: case.later}.get(number, ()):
                    if kernel.is_alive:
                        kernel.execute(cell, wall_s=10)
                        session.learner_ran(cell)
                verdicts.append(
                    session.check(
                        kernel,
                        test,
                        grade_id=f"test-{number}",
                        max_points=1,
                        is_hidden=case.is_hidden,
                        wall_s=case.wall_s,
                    )
                )
        finally:
            kernel.close()
    return verdicts, time.monotonic() - begun
