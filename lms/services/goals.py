"""One's own goal for the week: nobody else reads it, and nothing depends on it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.domain.goals import Goal, GoalKind, most, week_start
from lms.errors import Invalid
from lms.models import (
    ExerciseResult,
    GradingRun,
    PageVisit,
    StudyDay,
    Submission,
    WeeklyGoal,
)


def goal_of(session: Session, user_id: int, *, zone: ZoneInfo, now: datetime) -> Goal | None:
    """Return a person's goal with what this week counts so far; None when there is none."""
    row = session.get(WeeklyGoal, user_id)
    if row is None:
        return None
    kind = GoalKind(row.kind)
    since = week_start(now, zone)
    count = {
        GoalKind.DAYS: _days,
        GoalKind.LESSONS: _lessons,
        GoalKind.EXERCISES: _exercises,
    }[kind]
    return Goal(kind=kind, target=row.target, done=count(session, user_id, since))


def set_goal(
    session: Session, user_id: int, *, kind: GoalKind, target: int, now: datetime
) -> None:
    """Set a person's goal, or change it.

    :raises Invalid: if a week cannot hold that much.
    """
    if not 1 <= target <= most(kind):
        raise Invalid("Choisissez un nombre entre 1 et %(most)s.", most=most(kind))
    row = session.get(WeeklyGoal, user_id) or WeeklyGoal(user_id=user_id)
    row.kind, row.target, row.set_at = kind.value, target, now
    session.add(row)


def remove_goal(session: Session, user_id: int) -> None:
    """Forget a person's goal, and the days that were noted for it."""
    session.execute(delete(StudyDay).where(StudyDay.user_id == user_id))
    session.execute(delete(WeeklyGoal).where(WeeklyGoal.user_id == user_id))


def note_day(session: Session, user_id: int, *, zone: ZoneInfo, now: datetime) -> None:
    """Note that a person studies today, if that person counts days; nothing otherwise."""
    row = session.get(WeeklyGoal, user_id)
    if row is None or row.kind != GoalKind.DAYS:
        return
    today = now.astimezone(zone).date()
    if session.get(StudyDay, (user_id, today)) is None:
        session.add(StudyDay(user_id=user_id, day=today))


def _days(session: Session, user_id: int, since: datetime) -> int:
    zone = since.tzinfo
    noted = session.scalars(
        select(StudyDay.day).where(StudyDay.user_id == user_id, StudyDay.day >= since.date())
    )
    seen = session.scalars(
        select(PageVisit.seen_at).where(
            PageVisit.user_id == user_id, PageVisit.seen_at >= since
        )
    )
    sent = session.scalars(
        select(Submission.handed_in_at).where(
            Submission.learner_id == user_id, Submission.handed_in_at >= since
        )
    )
    days: set[date] = set(noted)
    days.update(moment.astimezone(zone).date() for moment in (*seen, *sent))
    return len(days)


def _lessons(session: Session, user_id: int, since: datetime) -> int:
    count = select(func.count(PageVisit.id)).where(
        PageVisit.user_id == user_id, PageVisit.first_seen_at >= since
    )
    return session.scalar(count) or 0


def _exercises(session: Session, user_id: int, since: datetime) -> int:
    passed = (
        select(Submission.course_slug, Submission.assignment_id, ExerciseResult.exercise_id)
        .join(GradingRun, ExerciseResult.run_id == GradingRun.id)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .where(
            Submission.learner_id == user_id,
            Submission.handed_in_at >= since,
            GradingRun.is_counting,
            ExerciseResult.outcome == TestOutcome.PASSED,
        )
        .distinct()
    )
    return session.scalar(select(func.count()).select_from(passed.subquery())) or 0
