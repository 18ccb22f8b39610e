"""No notebook forges a verdict: every case of the two files, in real rooms, warm and cold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from tests.attacks.cases import Case, cases, run
from tests.graders.verdict.local import LocalNursery

pytestmark = pytest.mark.room

#: No case may hold the worker longer, whatever it does.
BOUND_S = 90
#: Honest work has time, also on a busy machine, where an attack of the same case has none.
HONEST_S = 30


ALL = [each for name in ("protocol.toml", "verdict.toml") for each in cases(name)]


class Attacks:
    """What every case comes to in one kind of rooms."""

    #: Fork kernels from a process that has everything imported.
    is_warm: bool

    @pytest.fixture(scope="class")
    @classmethod
    def nursery(cls) -> Iterator[Nursery]:
        environment = find_environment("data" if cls.is_warm else "base")
        with Nursery(environment, is_warm=cls.is_warm) as nursery:
            yield nursery

    @pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.number}-{case.name}")
    def test_gains_nothing_and_ends(self, case: Case, nursery: Nursery) -> None:
        verdicts, seconds = run(case, nursery)

        assert [(v.outcome.value, v.points) for v in verdicts] == [
            (case.outcome, case.points)
        ] * len(case.tests)
        assert not any(
            word in v.message + v.traceback for v in verdicts for word in case.silent
        )
        assert seconds < BOUND_S

    def test_honest_work_passes_after_all_of_them(self, nursery: Nursery) -> None:
        honest = Case(number="0", name="honest", cells=("def f(x): return x + 1",), points=1.0)

        verdicts, _ = run(honest, nursery)

        assert [v.outcome.value for v in verdicts] == ["passed"]


class TestWarm(Attacks):
    """Kernels that a warm process forks."""

    is_warm = True


class TestCold(Attacks):
    """Kernels that start by themselves."""

    is_warm = False


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.has_control], ids=lambda case: case.number
)
def test_the_solution_passes_where_the_attack_fails(case):
    nursery = LocalNursery()
    try:
        honest = replace(case, cells=(case.solution,), later=(), wall_s=HONEST_S, hangs=False)
        verdicts, _ = run(honest, nursery)
    finally:
        nursery.close()

    assert [v.outcome.value for v in verdicts] == ["passed"] * len(case.tests)


def test_every_case_has_a_number_of_its_own():
    numbers = [case.number for case in ALL]

    assert len(numbers) == len(set(numbers))
    assert {str(number) for number in range(29, 52)} <= set(numbers)
    assert sum(number.startswith("own-") for number in numbers) >= 30
