"""Verdicts to points: pure, and without points wherever nothing was shown to be right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graders.comparison import Comparison
from graders.notebooks.cells import Cell
from graders.notebooks.exercises import Exercise
from graders.notebooks.regions import visible_part
from graders.protocol import ExerciseResult, TestOutcome, TestResult


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one graded cell.

    :param share: part of the cell's points that was earned, 0 to 1; read only where the
        outcome is partial.
    """

    outcome: TestOutcome
    share: float = 0.0
    is_forgeable: bool = False
    message: str = ""
    traceback: str = ""
    comparison: Comparison | None = None


NOT_RUN = Verdict(outcome=TestOutcome.NOT_RUN)
MANUAL = Verdict(outcome=TestOutcome.MANUAL)
PASSED = Verdict(outcome=TestOutcome.PASSED)


def partial(share: float, *, is_forgeable: bool = False, message: str = "") -> Verdict:
    """Return the verdict for a share of a cell's points.

    Only a number from 0 to 1 earns that share; more earns all, anything else nothing.

    >>> partial(0.25).outcome.value, partial(7).outcome.value, partial(math.nan).outcome.value
    ('partial', 'passed', 'failed')
    """
    if share >= 1:
        outcome = TestOutcome.PASSED
    elif share > 0:
        outcome = TestOutcome.PARTIAL
    else:  # zero, negative or not a number
        outcome, share = TestOutcome.FAILED, 0.0
    return Verdict(
        outcome=outcome, share=min(share, 1.0), is_forgeable=is_forgeable, message=message
    )


def score(
    exercises: Iterable[Exercise], verdicts: Mapping[str, Verdict]
) -> tuple[ExerciseResult, ...]:
    """Return each exercise's result.

    :param verdicts: by `grade_id`; a test without one was not run, and has no points.
    """
    return tuple(_exercise(exercise, verdicts) for exercise in exercises)


def total_points(results: Iterable[ExerciseResult]) -> float:
    """Return the points of all exercises, without the ones that a person still gives."""
    return math.fsum(result.points for result in results)


def total_max_points(results: Iterable[ExerciseResult]) -> float:
    """Return the points that can be had, manual ones included."""
    return math.fsum(result.max_points for result in results)


def _exercise(exercise: Exercise, verdicts: Mapping[str, Verdict]) -> ExerciseResult:
    tests = tuple(
        _test(cell, verdicts.get(cell.grade_id, _without_verdict(cell)))
        for cell in exercise.graded
    )
    return ExerciseResult(
        id=exercise.id,
        title=exercise.title,
        points=math.fsum(test.points for test in tests),
        max_points=math.fsum(test.max_points for test in tests),
        outcome=_outcome(tests),
        tests=tests,
    )


def _without_verdict(cell: Cell) -> Verdict:
    return MANUAL if cell.role is not None and cell.role.is_manual else NOT_RUN


def _test(cell: Cell, verdict: Verdict) -> TestResult:
    assert cell.role is not None
    source = visible_part(cell.source) if cell.role.is_test else ""
    is_hidden = cell.role.is_test and not source.strip()
    return TestResult(
        id=cell.grade_id,
        points=_points(verdict, cell.role.points),
        max_points=cell.role.points,
        outcome=verdict.outcome,
        is_hidden=is_hidden,
        is_forgeable=verdict.is_forgeable,
        source=source.strip(),
        message="" if is_hidden else verdict.message,
        traceback="" if is_hidden else verdict.traceback,
        comparison=None if is_hidden else verdict.comparison,
    )


def _points(verdict: Verdict, max_points: float) -> float:
    if verdict.outcome is TestOutcome.PASSED:
        return max_points
    if verdict.outcome is TestOutcome.PARTIAL and 0 < verdict.share <= 1:
        return verdict.share * max_points
    return 0.0


def _outcome(tests: tuple[TestResult, ...]) -> TestOutcome:
    outcomes = {test.outcome for test in tests}
    if TestOutcome.MANUAL in outcomes:
        return TestOutcome.MANUAL
    if len(outcomes) == 1:
        return outcomes.pop()
    if any(test.points > 0 for test in tests) or TestOutcome.PASSED in outcomes:
        return TestOutcome.PARTIAL
    return TestOutcome.FAILED
