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


ALL = [each for name in ("protocol.toml", "verdict.toml") for each in cases(name)]


@pytest.fixture(scope="module", params=["warm", "cold"])
def nursery(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    is_warm = request.param == "warm"
    environment = find_environment("data" if is_warm else "base")
    with Nursery(environment, is_warm=is_warm) as nursery:
        yield nursery


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.number}-{case.name}")
def test_gains_nothing_and_ends(case, nursery):
    verdicts, seconds = run(case, nursery)

    assert [(v.outcome.value, v.points) for v in verdicts] == [
        (case.outcome, case.points)
    ] * len(case.tests)
    assert not any(word in v.message + v.traceback for v in verdicts for word in case.silent)
    assert seconds < BOUND_S


def test_honest_work_passes_after_all_of_them(nursery):
    honest = Case(number="0", name="honest", cells=("def f(x): return x + 1",), points=1.0)

    verdicts, _ = run(honest, nursery)

    assert [v.outcome.value for v in verdicts] == ["passed"]


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.has_control], ids=lambda case: case.number
)
def test_the_solution_passes_where_the_attack_fails(case):
    nursery = LocalNursery()
    try:
        verdicts, _ = run(replace(case, cells=(case.solution,)), nursery)
    finally:
        nursery.close()

    assert [v.outcome.value for v in verdicts] == ["passed"] * len(case.tests)


def test_every_case_has_a_number_of_its_own():
    numbers = [case.number for case in ALL]

    assert len(numbers) == len(set(numbers))
    assert {str(number) for number in range(29, 52)} <= set(numbers)
    assert sum(number.startswith("own-") for number in numbers) >= 30
