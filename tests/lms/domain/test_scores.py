"""The derivation of a score: what stands above what, and that every input leaves its step."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.marks import BEST, LAST, MEAN
from lms.domain.scores import (
    AttemptInputs,
    GivenPoints,
    ManualInput,
    ScoreInputs,
    StepKey,
    derive,
    stored_steps,
)


def attempt(number: int = 1, points: float = 2.0, **given: Any) -> AttemptInputs:
    values = {"submission_id": number, "run_id": number, "max_points": 4.0}
    return AttemptInputs(number=number, points=points, **values | given)


def marked(points: float, automatic: float = 2.0) -> ManualInput:
    return ManualInput(
        exercise_id="double",
        title="Doubler",
        mark_id=7,
        points=points,
        max_points=4.0,
        automatic=automatic,
        automatic_max=4.0,
    )


def keys(inputs: ScoreInputs, rule: Any = BEST) -> list[str]:
    derived = derive(inputs, rule)
    assert derived is not None
    return [step.key.value for step in derived.steps]


def test_there_is_no_score_without_input() -> None:
    assert derive(ScoreInputs(), BEST) is None


def test_a_persons_points_replace_the_automatic_ones() -> None:
    derived = derive(ScoreInputs(attempts=(attempt(manual=(marked(3.5),)),)), BEST)

    assert derived is not None
    assert (derived.points, derived.max_points) == (3.5, 4.0)
    assert [step.key for step in derived.steps] == [StepKey.ONLY, StepKey.MANUAL]
    assert derived.steps[1].values["automatic"] == 2.0


def test_being_late_costs_a_share_of_what_people_gave_too() -> None:
    late = attempt(manual=(marked(4.0),), late_s=3600.0, late_factor=0.5)
    derived = derive(ScoreInputs(attempts=(late,)), BEST)

    assert derived is not None
    assert derived.points == 2.0
    assert derived.steps[-1].values == {
        "late_s": 3600.0,
        "factor": 0.5,
        "before": 4.0,
        "points": 2.0,
    }


def test_the_rule_chooses_among_attempts_as_they_count() -> None:
    late = attempt(1, 4.0, late_s=60.0, late_factor=0.5)
    derived = derive(ScoreInputs(attempts=(late, attempt(2, 3.0))), BEST)

    assert derived is not None
    assert (derived.points, derived.run_id) == (3.0, 2)


def test_a_rule_that_takes_all_attempts_says_so() -> None:
    inputs = ScoreInputs(attempts=(attempt(1, 1.0), attempt(2, 4.0)))

    assert keys(inputs, MEAN) == ["rule", "combined"]
    assert keys(inputs, LAST) == ["rule"]


def test_what_people_decide_stands_above_and_hides_nothing() -> None:
    inputs = ScoreInputs(
        attempts=(attempt(),),
        outside=GivenPoints(id=1, points=12.0, max_points=20.0),
        override=GivenPoints(id=2, points=15.0, max_points=20.0),
    )
    derived = derive(inputs, BEST)

    assert derived is not None
    assert (derived.points, derived.max_points, derived.run_id) == (15.0, 20.0, 1)
    assert keys(inputs) == ["only", "outside", "override"]


@given(
    st.lists(
        st.tuples(st.floats(0, 4), st.sampled_from([0.0, 0.5, 0.9, 1.0])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([BEST, LAST, MEAN]),
)
def test_steps_are_stored_and_read_back_and_points_stay_in_bounds(
    given_attempts: list[tuple[float, float]], rule: Any
) -> None:
    inputs = ScoreInputs(
        attempts=tuple(
            attempt(number, points, late_factor=factor, late_s=1.0)
            for number, (points, factor) in enumerate(given_attempts, start=1)
        )
    )
    derived = derive(inputs, rule)

    assert derived is not None
    assert 0 <= derived.points <= derived.max_points
    assert stored_steps([step.as_json() for step in derived.steps]) == derived.steps
