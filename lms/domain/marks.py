"""What several attempts give together: the rules, and which attempt they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One graded attempt.

    :param number: 1 for the learner's first submission for the assignment.
    """

    number: int
    run_id: int
    points: float
    max_points: float

    @property
    def share(self) -> float:
        """The share of its points that the attempt reached, 0 to 1; 0 when it gives none."""
        return self.points / self.max_points if self.max_points else 0.0


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the attempts give.

    :param attempt: the one that explains it best; people are led to it.
    """

    attempt: Attempt
    points: float
    max_points: float


@dataclass(frozen=True, kw_only=True)
class ScoreRule:
    """One way from several attempts to points.

    :param name: as `score:` in `course.yml` has it.
    :param labels: what it is called, by language.
    :param choose: a pure function of the attempts, in order; at least one.
    """

    name: str
    labels: Mapping[str, str]
    choose: Callable[[Sequence[Attempt]], Chosen]


#: Rules by name; the first holds where a course names none.
ScoreRules = Mapping[str, ScoreRule]


def best(attempts: Sequence[Attempt]) -> Chosen:
    """Return the attempt with the largest share of its points, the first of equals.

    Shares are compared, since the tests may have changed between two attempts.
    """
    return _alone(max(attempts, key=lambda attempt: attempt.share))


def last(attempts: Sequence[Attempt]) -> Chosen:
    """Return the latest attempt."""
    return _alone(attempts[-1])


def mean(attempts: Sequence[Attempt]) -> Chosen:
    """Return the mean of the shares of all attempts, in points of the latest."""
    final = attempts[-1]
    share = sum(attempt.share for attempt in attempts) / len(attempts)
    return Chosen(attempt=final, points=share * final.max_points, max_points=final.max_points)


def _alone(attempt: Attempt) -> Chosen:
    return Chosen(attempt=attempt, points=attempt.points, max_points=attempt.max_points)


BEST = ScoreRule(
    name="best", labels={"fr": "meilleur rendu", "en": "best attempt"}, choose=best
)
LAST = ScoreRule(name="last", labels={"fr": "dernier rendu", "en": "last attempt"}, choose=last)
MEAN = ScoreRule(
    name="mean", labels={"fr": "moyenne des rendus", "en": "mean of the attempts"}, choose=mean
)

#: Where no plugin is at hand.
OUR_RULES: ScoreRules = {rule.name: rule for rule in (BEST, LAST, MEAN)}


def percent(points: float, max_points: float) -> float:
    """Return the share of the points in percent, 0 when there are none to reach.

    >>> percent(3, 4), percent(0, 0)
    (75.0, 0.0)
    """
    return 100.0 * points / max_points if max_points else 0.0
