"""Tests that authors write run unchanged before the checker."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from graders.protocol import Limits
from graders.verdict.names import names_defined_by
from graders.verdict.session import CheckerSession
from tests.graders.verdict.local import LocalKernel, LocalNursery

DATA = tomllib.loads((Path(__file__).parent / "idioms.toml").read_text())
LEARNER = DATA["learner"]


@pytest.fixture(scope="module")
def checked() -> Iterator[tuple[CheckerSession, LocalKernel]]:
    nursery = LocalNursery()
    session = CheckerSession(
        nursery,
        limits=Limits(),
        learner_sources=[LEARNER],
        declared_names=names_defined_by([LEARNER]),
        solution_cells=[LEARNER],
    )
    with session:
        kernel = nursery.kernel(channel=session.learner_channel)
        assert kernel.execute(LEARNER, wall_s=60) == "ok"
        yield session, kernel
        kernel.close()
    nursery.close()


@pytest.mark.parametrize("name", DATA["idioms"])
def test_passes(name, checked):
    session, kernel = checked

    verdict = session.check(
        kernel, DATA["idioms"][name]["test"], grade_id="t", max_points=2, wall_s=20
    )

    assert (verdict.outcome.value, verdict.points, verdict.message) == ("passed", 2, "")
