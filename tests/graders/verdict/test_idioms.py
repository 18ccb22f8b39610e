"""Tests that authors write run unchanged before the checker."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graders.protocol import Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from graders.verdict.names import names_defined_by
from graders.verdict.session import CheckerSession
from tests.graders.verdict.local import LocalNursery

DATA = tomllib.loads((Path(__file__).parent / "idioms.toml").read_text())
LEARNER = DATA["learner"]


@contextmanager
def nursery_of(kind: str) -> Iterator[Any]:
    if kind == "processes":
        nursery = LocalNursery()
        yield nursery
        nursery.close()
    else:
        with Nursery(find_environment("data"), is_warm=kind == "warm") as rooms:
            yield rooms


@pytest.fixture(
    scope="module",
    params=[
        "processes",
        pytest.param("warm", marks=pytest.mark.room),
        pytest.param("cold", marks=pytest.mark.room),
    ],
)
def checked(request: pytest.FixtureRequest) -> Iterator[tuple[CheckerSession, Any]]:
    limits = Limits(wall_s=300, cpu_s=300)
    with (
        nursery_of(request.param) as nursery,
        CheckerSession(
            nursery,
            limits=limits,
            learner_sources=[LEARNER],
            declared_names=names_defined_by([LEARNER]),
            solution_cells=[LEARNER],
        ) as session,
    ):
        kernel = nursery.kernel(limits=limits, files={}, channel=session.learner_channel)
        ended = kernel.execute(LEARNER, wall_s=60)
        assert getattr(ended, "outcome", ended) == "ok", ended
        yield session, kernel
        kernel.close()


@pytest.mark.parametrize("name", DATA["idioms"])
def test_passes(name, checked):
    session, kernel = checked

    verdict = session.check(
        kernel, DATA["idioms"][name]["test"], grade_id="t", max_points=2, wall_s=20
    )

    assert (verdict.outcome.value, verdict.points, verdict.message) == ("passed", 2, "")
