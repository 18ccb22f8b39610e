"""How a score comes about: from its inputs to points and the steps that explain them.

The rule, in order:

1. Each attempt has the points of its run. Where a person marked an exercise for good, that
   person's points replace the automatic ones; a regrade runs tests and never touches them.
   Points for an exercise that the version of that run no longer has count nothing.
2. An attempt handed in late keeps the share that the promotion's late policy leaves it.
3. The course's rule says what the attempts give together: the best, the last…
4. A mark from outside, imported by a person, stands instead of all that.
5. What a person set by hand stands above everything, until it is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lms.domain.marks import Attempt, ScoreRule

#: Digits that are kept: what lies beyond is an artefact of computing.
DIGITS = 6


class StepKey(StrEnum):
    """What one step of a reason says; its values follow in the comment."""

    ONLY = "only"  # attempt, submission, run, points, max_points: one attempt was graded
    RULE = "rule"  # the same, with rule and of: chosen among so many attempts
    MANUAL = "manual"  # exercise, title, mark, points, max_points, automatic
    GONE = "gone"  # the same, for an exercise that the tests no longer have: it counts nothing
    LATE = "late"  # late_s, factor, before, points
    COMBINED = "combined"  # rule, points, max_points: more than the one attempt counts
    OUTSIDE = "outside"  # mark, points, max_points
    OVERRIDE = "override"  # override, points, max_points


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a reason: a key and numbers, said in the reader's language where shown."""

    key: StepKey
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the step as it is stored."""
        return {"key": self.key.value, **self.values}


def stored_steps(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return steps as they were before they were stored."""
    return tuple(
        Step(key=StepKey(each["key"]), values={k: v for k, v in each.items() if k != "key"})
        for each in stored
    )


@dataclass(frozen=True, kw_only=True)
class ManualInput:
    """What a person gave for one exercise, and what the tests had given.

    :param automatic: points of the run; 0 when the run has no such exercise.
    :param is_gone: whether the version of the run has no such exercise any more.
    """

    exercise_id: str
    title: str
    mark_id: int
    points: float
    max_points: float
    automatic: float = 0.0
    automatic_max: float = 0.0
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True)
class AttemptInputs:
    """One attempt, with the run that counts for it.

    :param late_s: seconds between the due date and the hand-in; not positive when in time.
    :param late_factor: share of its points that it keeps, 0 to 1.
    """

    number: int
    submission_id: int
    run_id: int
    points: float
    max_points: float
    manual: tuple[ManualInput, ...] = ()
    late_s: float = 0.0
    late_factor: float = 1.0

    @property
    def marked(self) -> tuple[float, float]:
        """Points and most points, with the marks of people in the place of the automatic."""
        counting = [mark for mark in self.manual if not mark.is_gone]
        points = self.points + sum(mark.points - mark.automatic for mark in counting)
        most = self.max_points + sum(mark.max_points - mark.automatic_max for mark in counting)
        return round(points, DIGITS), round(most, DIGITS)

    @property
    def result(self) -> Attempt:
        """What the attempt gives, as the rules of choosing see it."""
        points, most = self.marked
        return Attempt(
            number=self.number,
            run_id=self.run_id,
            points=round(points * self.late_factor, DIGITS),
            max_points=most,
        )


@dataclass(frozen=True, kw_only=True)
class GivenPoints:
    """Points that a person brought in or set by hand.

    :param id: of the row that says who, when and why.
    """

    id: int
    points: float
    max_points: float


@dataclass(frozen=True, kw_only=True)
class ScoreInputs:
    """All that decides one learner's score for one assignment."""

    attempts: tuple[AttemptInputs, ...] = ()
    outside: GivenPoints | None = None
    override: GivenPoints | None = None


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A score with its reason.

    :param run_id: the run to which the reason leads; None when people alone decided.
    """

    points: float
    max_points: float
    run_id: int | None
    steps: tuple[Step, ...]


def derive(inputs: ScoreInputs, rule: ScoreRule) -> Derived | None:
    """Return the score that the inputs give; None when there is no input.

    Every input leaves its step, also when a later one stands above it.
    """
    found = _of_attempts(inputs.attempts, rule) if inputs.attempts else None
    for key, given in (
        (StepKey.OUTSIDE, inputs.outside),
        (StepKey.OVERRIDE, inputs.override),
    ):
        if given is not None:
            found = _given(found, key, given)
    return found


def _of_attempts(attempts: Sequence[AttemptInputs], rule: ScoreRule) -> Derived:
    in_order = sorted(attempts, key=lambda attempt: attempt.number)
    chosen = rule.choose([attempt.result for attempt in in_order])
    picked = next(one for one in in_order if one.number == chosen.attempt.number)
    steps = [_attempt_step(picked, rule, len(in_order)), *map(_manual_step, picked.manual)]
    if picked.late_factor != 1:
        steps.append(_late_step(picked))
    points, most = round(chosen.points, DIGITS), chosen.max_points
    if (points, most) != (picked.result.points, picked.result.max_points):
        values = {"rule": rule.name, "points": points, "max_points": most}
        steps.append(Step(key=StepKey.COMBINED, values=values))
    return Derived(points=points, max_points=most, run_id=picked.run_id, steps=tuple(steps))


def _attempt_step(picked: AttemptInputs, rule: ScoreRule, of: int) -> Step:
    values: dict[str, Any] = {
        "attempt": picked.number,
        "submission": picked.submission_id,
        "run": picked.run_id,
        "points": picked.points,
        "max_points": picked.max_points,
    }
    if of == 1:
        return Step(key=StepKey.ONLY, values=values)
    return Step(key=StepKey.RULE, values={**values, "rule": rule.name, "of": of})


def _manual_step(mark: ManualInput) -> Step:
    return Step(
        key=StepKey.GONE if mark.is_gone else StepKey.MANUAL,
        values={
            "exercise": mark.exercise_id,
            "title": mark.title,
            "mark": mark.mark_id,
            "points": mark.points,
            "max_points": mark.max_points,
            "automatic": mark.automatic,
        },
    )


def _late_step(picked: AttemptInputs) -> Step:
    return Step(
        key=StepKey.LATE,
        values={
            "late_s": picked.late_s,
            "factor": picked.late_factor,
            "before": picked.marked[0],
            "points": picked.result.points,
        },
    )


def _given(found: Derived | None, key: StepKey, given: GivenPoints) -> Derived:
    values = {
        key.value: given.id,
        "points": given.points,
        "max_points": given.max_points,
    }
    return Derived(
        points=given.points,
        max_points=given.max_points,
        run_id=found.run_id if found else None,
        steps=(*(found.steps if found else ()), Step(key=key, values=values)),
    )
