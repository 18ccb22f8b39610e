from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.domain.goals import Goal, GoalKind, most, week_start

PARIS = ZoneInfo("Europe/Paris")


def test_a_week_begins_on_monday_at_midnight_where_people_live() -> None:
    sunday_night = datetime(2030, 1, 13, 23, 30, tzinfo=UTC)  # Monday, 0 h 30 in Paris
    assert week_start(sunday_night, PARIS) == datetime(2030, 1, 14, tzinfo=PARIS)
    assert week_start(sunday_night - timedelta(hours=1), PARIS).day == 7


def test_a_goal_is_reached_once_it_is_done() -> None:
    assert not Goal(kind=GoalKind.DAYS, target=3, done=2).is_reached
    assert Goal(kind=GoalKind.DAYS, target=3, done=4).is_reached


def test_a_week_has_seven_days() -> None:
    assert most(GoalKind.DAYS) == 7
    assert most(GoalKind.EXERCISES) > 7
