"""What changed between a learner's attempt and the one before, exercise by exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.domain.differences import Line, lines_of
from lms.domain.standing import SETTLED


class Progress(StrEnum):
    """How an exercise went, compared with the attempt before."""

    REACHED = "reached"  # validated since
    BETTER = "better"
    SAME = "same"
    LOWER = "lower"
    KEPT = "kept"  # validated before, and still


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one attempt gave for one exercise.

    :param answer: what the learner wrote; empty when it was not kept.
    """

    outcome: str
    points: float
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One exercise, before and now.

    :param lines: what was changed in the answer; empty when nothing was, or it is not known.
    """

    progress: Progress
    points_before: float
    points_now: float
    lines: tuple[Line, ...] = ()

    @property
    def gain(self) -> float:
        """Points more than before; below zero when there are less."""
        return self.points_now - self.points_before


def changes(before: Mapping[str, Result], now: Mapping[str, Result]) -> dict[str, Change]:
    """Return what changed, for the exercises that both attempts have."""
    return {key: _change(before[key], result) for key, result in now.items() if key in before}


def _change(before: Result, now: Result) -> Change:
    has_both = bool(before.answer and now.answer) and before.answer != now.answer
    return Change(
        progress=_progress(before, now),
        points_before=before.points,
        points_now=now.points,
        lines=lines_of(before.answer, now.answer) if has_both else (),
    )


def _progress(before: Result, now: Result) -> Progress:
    if now.outcome in SETTLED:
        return Progress.KEPT if before.outcome in SETTLED else Progress.REACHED
    if now.points > before.points:
        return Progress.BETTER
    return Progress.LOWER if now.points < before.points else Progress.SAME
