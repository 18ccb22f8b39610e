"""Which of a learner's attempts counts, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.domain.course import ScorePolicy


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
class Mark:
    """The attempt that counts, with the reason as people read it."""

    attempt: Attempt
    reason: str


def counting_attempt(policy: ScorePolicy, attempts: Sequence[Attempt]) -> Mark:
    """Return the attempt that counts: the best (the first of equals), or the last.

    :param attempts: at least one, in any order; shares are compared, since the tests may
        have changed between two attempts.
    """
    in_order = sorted(attempts, key=lambda attempt: attempt.number)
    if len(in_order) == 1:
        return Mark(attempt=in_order[0], reason="votre seul rendu")
    if policy is ScorePolicy.LAST:
        last = in_order[-1]
        return Mark(attempt=last, reason=f"votre dernier rendu, le nº {last.number}")
    best = max(in_order, key=lambda attempt: attempt.share)
    return Mark(
        attempt=best, reason=f"votre meilleur rendu, le nº {best.number} sur {len(in_order)}"
    )


def percent(points: float, max_points: float) -> float:
    """Return the share of the points in percent, 0 when there are none to reach.

    >>> percent(3, 4), percent(0, 0)
    (75.0, 0.0)
    """
    return 100.0 * points / max_points if max_points else 0.0
