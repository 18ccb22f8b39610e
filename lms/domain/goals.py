"""A small goal for the week: what may be counted, and which week it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MAX_TARGET = 50
DAYS_IN_A_WEEK = 7


class GoalKind(StrEnum):
    """What a goal counts."""

    DAYS = "days"  # days on which a lesson was open or work was handed in
    LESSONS = "lessons"  # lessons opened for the first time
    EXERCISES = "exercises"  # exercises that a run found right


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal and how far the week is."""

    kind: GoalKind
    target: int
    done: int

    @property
    def is_reached(self) -> bool:
        """Whether the week's goal is met."""
        return self.done >= self.target


def most(kind: GoalKind) -> int:
    """Return the largest target: a week has seven days."""
    return DAYS_IN_A_WEEK if kind is GoalKind.DAYS else MAX_TARGET


def week_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the Monday midnight before a moment, where people live.

    >>> week_start(datetime(2030, 1, 10, 12, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")).day
    7
    """
    today = now.astimezone(zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), zone)
