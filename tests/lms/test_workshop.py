"""What a worker is given: slots by cores and memory, and a name of its own."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from graders.protocol import GradeRequest
from lms.config import Config
from lms.hookspecs import hookimpl
from lms.logs import json_log
from lms.plugins import load_plugins
from lms.workshop import Capacity, capacity, grader, habits
from tests.handing_in import report


def test_takes_no_more_slots_than_cores_and_at_least_one() -> None:
    alone, many = capacity(), capacity(workers=64)

    assert 1 <= alone.slots <= len(os.sched_getaffinity(0))
    assert many.slots == 1
    assert many.budget_mib <= alone.budget_mib


def test_names_the_worker_by_its_process(config: Config) -> None:
    found = habits(config, Capacity(slots=3, budget_mib=2048))

    assert found.name.endswith(f":{os.getpid()}")
    assert (found.slots, found.lease_s) == (3, config.lease_s)


class Halving:
    """A plugin that lets the engine grade, and gives half of its points."""

    @hookimpl
    def grade(self, request, engine):
        given = engine(request)
        return replace(given, points=given.points / 2)


class Failing:
    """A plugin that fails."""

    @hookimpl
    def grade(self):
        raise RuntimeError("no")


def test_plugins_are_asked_before_the_engine_and_may_use_it():
    request = GradeRequest(assignment=b"", submission=b"")
    plugins = load_plugins(json_log(io.StringIO()), extra=[Halving(), Failing()])

    assert grader(plugins, lambda _request: report(4.0))(request).points == 2.0


def test_without_any_report_grading_fails_instead_of_giving_a_zero():
    def broken(_request):
        raise OSError("no room")

    plugins = load_plugins(json_log(io.StringIO()))
    with pytest.raises(RuntimeError, match="the log names"):
        grader(plugins, broken)(GradeRequest(assignment=b"", submission=b""))
