"""61: a clock that is set while work runs neither ends it early nor lets it run on."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from graders.kernel import CellOutcome
from graders.protocol import Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from tests.attacks.cases import Case, run

pytestmark = pytest.mark.room

DAY_S = 24 * 3600
BOUND_S = 90


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(find_environment("base")) as made:
        yield made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock, a day late and a day early by turns."""
    true, steps = time.time, itertools.cycle((-DAY_S, DAY_S))
    monkeypatch.setattr(time, "time", lambda: true() + next(steps))


def test_61_a_cell_has_the_time_that_it_was_given(nursery: Nursery) -> None:
    with nursery.kernel(limits=Limits()) as kernel:
        honest = kernel.execute("import time; time.sleep(0.2); print('fini')", wall_s=30)
        begun = time.monotonic()
        endless = kernel.execute("while True: pass", wall_s=1)
        took_s = time.monotonic() - begun

    assert honest.outcome is CellOutcome.OK
    assert endless.outcome is CellOutcome.TIMED_OUT
    assert 1 <= took_s < BOUND_S


def test_61_a_test_has_the_time_that_it_was_given(nursery: Nursery) -> None:
    cells = ("def f(x): return x + 1",)
    honest, _ = run(Case(number="61", name="honest", cells=cells, wall_s=30), nursery)
    cells = ("def f(x):\n    while True: pass",)
    endless, seconds = run(Case(number="61", name="endless", cells=cells, wall_s=1), nursery)

    assert [verdict.outcome.value for verdict in honest] == ["passed"]
    assert [verdict.outcome.value for verdict in endless] != ["passed"]
    assert seconds < BOUND_S
