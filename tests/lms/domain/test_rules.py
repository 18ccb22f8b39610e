"""The pure rules of marks, jobs, standings and explanations: their examples are run."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from lms import supervisor
from lms.domain import differences, jobs, marks, standing
from lms.domain.explanations import finding
from lms.domain.jobs import JobState
from lms.domain.marks import BEST, LAST, MEAN, Attempt
from lms.domain.standing import LABELS, Standing, standing_of_job
from lms.web import targets


@pytest.mark.parametrize(
    "module",
    [differences, finding, jobs, marks, standing, supervisor, targets],
    ids=lambda m: m.__name__,
)
def test_examples_hold(module: ModuleType) -> None:
    ran = doctest.testmod(module)

    assert ran.attempted > 0
    assert ran.failed == 0


def attempts(*points: float) -> list[Attempt]:
    return [
        Attempt(number=number, run_id=number, points=reached, max_points=4.0)
        for number, reached in enumerate(points, start=1)
    ]


class TestScoreRules:
    def test_best_takes_the_first_of_equals(self) -> None:
        assert BEST.choose(attempts(1.0, 3.0, 3.0)).attempt.number == 2

    def test_last_takes_the_latest(self) -> None:
        assert LAST.choose(attempts(4.0, 1.0)).points == 1.0

    def test_best_compares_shares_since_tests_may_change(self) -> None:
        small = Attempt(number=1, run_id=1, points=2.0, max_points=2.0)
        large = Attempt(number=2, run_id=2, points=3.0, max_points=4.0)

        assert BEST.choose([small, large]).attempt is small

    def test_mean_is_told_in_points_of_the_latest(self) -> None:
        small = Attempt(number=1, run_id=1, points=2.0, max_points=2.0)
        large = Attempt(number=2, run_id=2, points=2.0, max_points=4.0)
        chosen = MEAN.choose([small, large])

        assert (chosen.attempt, chosen.points, chosen.max_points) == (large, 3.0, 4.0)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (JobState.WAITING, Standing.QUEUED),
        (JobState.RUNNING, Standing.RUNNING),
        (JobState.QUARANTINED, Standing.HELD),
    ],
)
def test_a_job_says_where_its_submission_stands(state: JobState, expected: Standing) -> None:
    assert standing_of_job(state) is expected
    assert not expected.is_final


def test_every_standing_has_a_label() -> None:
    assert LABELS.keys() == set(Standing)
