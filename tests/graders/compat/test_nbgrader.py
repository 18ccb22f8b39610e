"""nbgrader's own notebooks, graded by both: the same points, but for what we do on purpose.

`nbgrader.json` is what nbgrader gave (`grade_with_nbgrader.py`); the slow test does it again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import peers_python
from graders.assignments import files_beside
from graders.engine import Engine
from graders.protocol import GradeRequest, TestOutcome

HERE = Path(__file__).parent
COURSE = HERE / "course"
RECORD = json.loads((HERE / "nbgrader.json").read_text())

#: Where we differ on purpose; docs/nbgrader.md says why.
DIFFERENCES: dict[str, dict[str, Any]] = {
    # A right answer that warns on stderr is right.
    "edges/loud/edges": {"loud-tests": 1.0},
    # nbgrader could not grade these at all, and leaves every cell to a person.
    "small/answer-type-changed/small": {"foo": 1.0, "bar": 0.0, "baz": 0.0, "quux": 0.0},
    "small/grade-type-changed/small": {"foo": 1.0, "bar": 0.0, "baz": 0.0, "quux": 0.0},
}


def submission_of(key: str) -> Path:
    assignment, student, name = key.split("/")
    return COURSE / "submitted" / student / assignment / f"{name}.ipynb"


def source_of(key: str) -> Path:
    assignment, _, name = key.split("/")
    return COURSE / "source" / assignment / f"{name}.ipynb"


#: Of what was never handed in nbgrader records zeros.
HANDED_IN = [key for key in RECORD if submission_of(key).is_file()]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.mark.room
@pytest.mark.parametrize("key", HANDED_IN)
def test_gives_the_points_that_nbgrader_gives(engine, key):
    source = source_of(key)
    report = engine.grade(
        GradeRequest(
            assignment=source.read_bytes(),
            submission=submission_of(key).read_bytes(),
            files=files_beside(source),
        )
    )
    ours = {
        test.id: "manual" if test.outcome is TestOutcome.MANUAL else test.points
        for exercise in report.exercises
        for test in exercise.tests
    }

    assert ours == RECORD[key] | DIFFERENCES.get(key, {})
    assert not any(exercise.is_forgeable for exercise in report.exercises)


def test_every_difference_is_still_one():
    assert all(
        RECORD[key][name] != points
        for key, cells in DIFFERENCES.items()
        for name, points in cells.items()
    )


@pytest.mark.slow
def test_the_record_is_what_nbgrader_gives(tmp_path):
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    python = peers_python()
    done = subprocess.run(
        [python, HERE / "grade_with_nbgrader.py", course],
        capture_output=True,
        text=True,
        env={
            "PATH": f"{python.parent}:{os.defpath}",
            "HOME": str(tmp_path),
            "JUPYTER_PREFER_ENV_PATH": "1",
        },
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == RECORD
