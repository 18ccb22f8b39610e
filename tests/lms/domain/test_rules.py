"""The pure rules of marks, jobs, standings and explanations: their examples are run."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from lms import supervisor
from lms.domain import differences, jobs, marks, standing
from lms.domain.course import ScorePolicy
from lms.domain.explanations import finding
from lms.domain.jobs import JobState
from lms.domain.marks import Attempt, counting_attempt
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


class TestCountingAttempt:
    def test_takes_the_first_of_equals(self) -> None:
        mark = counting_attempt(ScorePolicy.BEST, attempts(1.0, 3.0, 3.0))

        assert (mark.attempt.number, mark.reason) == (2, "votre meilleur rendu, le nº 2 sur 3")

    def test_takes_the_last_whatever_the_order_given(self) -> None:
        mark = counting_attempt(ScorePolicy.LAST, attempts(4.0, 1.0)[::-1])

        assert mark.attempt.number == 2

    def test_compares_shares_since_tests_may_change(self) -> None:
        small = Attempt(number=1, run_id=1, points=2.0, max_points=2.0)
        large = Attempt(number=2, run_id=2, points=3.0, max_points=4.0)

        assert counting_attempt(ScorePolicy.BEST, [small, large]).attempt is small

    def test_says_when_there_is_one_only(self) -> None:
        assert counting_attempt(ScorePolicy.BEST, attempts(2.0)).reason == "votre seul rendu"


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
