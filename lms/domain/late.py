"""What lateness costs: one pure rule, with its grace, its loss for each day and its floor."""

from __future__ import annotations

import math
from dataclasses import dataclass

DAY_S = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class LatePolicy:
    """What a late submission loses; by default, nothing.

    :param grace_s: seconds after the due date that cost nothing, 0 or more.
    :param loss_per_day: share of the points lost for each day begun, 0 to 1.
    :param floor: share of the points that is always kept, 0 to 1.
    """

    grace_s: int = 0
    loss_per_day: float = 0.0
    floor: float = 0.0

    @property
    def is_free(self) -> bool:
        """Whether lateness never costs anything."""
        return self.loss_per_day == 0 or self.floor == 1


def late_factor(late_s: float, policy: LatePolicy) -> float:
    """Return the share of its points that a late submission keeps, 0 to 1.

    Days are counted from the end of the grace; a day begun counts whole.

    :param late_s: seconds from the due date to the submission; negative when early.

    >>> policy = LatePolicy(grace_s=3600, loss_per_day=0.25, floor=0.5)
    >>> [late_factor(late_s, policy) for late_s in (-60, 3600, 3601, 5 * DAY_S)]
    [1.0, 1.0, 0.75, 0.5]
    """
    days_begun = max(0, math.ceil((late_s - policy.grace_s) / DAY_S))
    return max(policy.floor, 1.0 - policy.loss_per_day * days_begun)
