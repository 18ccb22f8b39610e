"""The terms on which one learner works on one assignment, and how they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.domain.late import LatePolicy, late_factor

#: How a setting says that attempts are not counted; None says that it says nothing.
UNLIMITED = 0


class FeedbackRelease(StrEnum):
    """When learners get to see what their submission gave."""

    AT_ONCE = "at-once"
    AFTER_DUE = "after-due"
    BY_TRAINER = "by-trainer"


@dataclass(frozen=True, kw_only=True)
class TermSettings:
    """What a promotion, or one of its assignments, sets; None leaves it to the level above.

    :param attempts: how many submissions count; `UNLIMITED` for as many as one likes.
    :param released_at: since when feedback that waits for a trainer is open.
    """

    late: LatePolicy | None = None
    attempts: int | None = None
    feedback: FeedbackRelease | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one adjustment gives.

    :param due_at: a due date of its own.
    :param extra_days: days after the common due date, counted by the calendar of `zone`.
    :param extra_attempts: on top of those that everybody has.
    """

    due_at: datetime | None = None
    extra_days: int = 0
    extra_attempts: int = 0
    reason: str = ""
    zone: str = "Europe/Paris"

    def due_after(self, common: datetime | None) -> datetime | None:
        """Return the due date that it gives; None when it gives none.

        :param common: everybody's due date.
        """
        if self.due_at is not None:
            return self.due_at
        if common is None or not self.extra_days:
            return None
        local = common.astimezone(ZoneInfo(self.zone))
        return (local + timedelta(days=self.extra_days)).astimezone(common.tzinfo)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one learner and one assignment.

    :param due_at: this learner's own; None when the assignment is never due.
    :param attempts: None when unlimited.
    :param adjustment_reason: why they are not everybody's; empty when they are.
    :param released_at: since when a trainer has opened the feedback; None before.
    """

    due_at: datetime | None = None
    late: LatePolicy = field(default_factory=LatePolicy)
    attempts: int | None = None
    feedback: FeedbackRelease = FeedbackRelease.AT_ONCE
    adjustment_reason: str = ""
    released_at: datetime | None = None

    @property
    def is_adjusted(self) -> bool:
        """Whether they are this learner's alone, or those of the learner's group."""
        return bool(self.adjustment_reason)

    def late_s(self, handed_in_at: datetime) -> float:
        """Return the seconds from the due date to a submission; 0 when in time or never due."""
        if self.due_at is None:
            return 0.0
        return max(0.0, (handed_in_at - self.due_at).total_seconds())

    def factor(self, handed_in_at: datetime) -> float:
        """Return the share of its points that work handed in then keeps, 0 to 1."""
        return late_factor(self.late_s(handed_in_at), self.late)

    def is_feedback_open(self, now: datetime) -> bool:
        """Whether this learner may see points, verdicts and comments."""
        if self.feedback is FeedbackRelease.AFTER_DUE:
            return self.due_at is None or self.due_at <= now
        if self.feedback is FeedbackRelease.BY_TRAINER:
            return self.released_at is not None and self.released_at <= now
        return True


def terms(
    *,
    common_due_at: datetime | None,
    declared_attempts: int | None,
    levels: Sequence[TermSettings],
    allowances: Sequence[Allowance],
) -> Terms:
    """Return the terms that all this gives.

    Of several due dates, the latest holds: an adjustment never takes time away. Extra
    attempts are added up.

    :param declared_attempts: what the course says; None when unlimited.
    :param levels: settings, those of the assignment before those of the promotion.
    """
    attempts = _attempts(declared_attempts, levels)
    due_at, giver = common_due_at, None
    for given in allowances:
        own = given.due_after(common_due_at)
        if own is not None and (due_at is None or own > due_at):
            due_at, giver = own, given
    used = [
        given.reason
        for given in allowances
        if given is giver or (attempts is not None and given.extra_attempts)
    ]
    return Terms(
        due_at=due_at,
        late=next((level.late for level in levels if level.late is not None), LatePolicy()),
        attempts=None
        if attempts is None
        else attempts + sum(given.extra_attempts for given in allowances),
        feedback=next(
            (level.feedback for level in levels if level.feedback is not None),
            FeedbackRelease.AT_ONCE,
        ),
        adjustment_reason=" ; ".join(dict.fromkeys(used)),
        released_at=next((level.released_at for level in levels if level.released_at), None),
    )


def _attempts(declared: int | None, levels: Sequence[TermSettings]) -> int | None:
    own = next((level.attempts for level in levels if level.attempts is not None), None)
    if own is None:
        return declared
    return None if own == UNLIMITED else own
