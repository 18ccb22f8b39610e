from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from lms.domain.goals import GoalKind
from lms.errors import Invalid
from lms.models import StudyDay
from lms.services import goals, progress
from tests.factories import NOON, make_membership, make_submission, make_user
from tests.lms.services.test_progress import make_run, see

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)  # noon is a Tuesday


def goal(session, user, *, now=NOON):
    session.flush()
    return goals.goal_of(session, user.id, zone=PARIS, now=now)


def want(session, user, kind, target=3):
    goals.set_goal(session, user.id, kind=kind, target=target, now=NOON)
    session.flush()


def test_nobody_has_a_goal_until_they_set_one(session):
    assert goal(session, make_user(session)) is None


def test_it_can_be_changed_and_removed_with_all_that_was_noted(session):
    user = make_user(session)
    want(session, user, GoalKind.DAYS, 3)
    goals.note_day(session, user.id, zone=PARIS, now=NOON)
    want(session, user, GoalKind.LESSONS, 5)
    assert (goal(session, user).kind, goal(session, user).target) == (GoalKind.LESSONS, 5)

    goals.remove_goal(session, user.id)

    assert goal(session, user) is None
    assert session.query(StudyDay).count() == 0


@pytest.mark.parametrize("target", [0, -1, 8])
def test_a_week_has_one_to_seven_days(session, target):
    with pytest.raises(Invalid):
        goals.set_goal(
            session, make_user(session).id, kind=GoalKind.DAYS, target=target, now=NOON
        )


def test_days_are_noted_once_and_only_for_those_who_count_them(session):
    counting, other = make_user(session), make_user(session)
    want(session, counting, GoalKind.DAYS)
    want(session, other, GoalKind.LESSONS)
    for user in (counting, other):
        for moment in (NOON, NOON, NOON - DAY):
            goals.note_day(session, user.id, zone=PARIS, now=moment)
    session.flush()
    assert goal(session, counting).done == 2
    assert [row.user_id for row in session.query(StudyDay)] == [counting.id] * 2


def test_a_new_week_starts_from_nothing(session):
    user = make_user(session)
    want(session, user, GoalKind.DAYS)
    goals.note_day(session, user.id, zone=PARIS, now=NOON)
    assert goal(session, user, now=NOON + 7 * DAY).done == 0


def test_lessons_count_when_they_are_new(session):
    user = make_user(session)
    see(session, user, "ancienne", now=NOON - 9 * DAY)
    want(session, user, GoalKind.LESSONS)
    see(session, user, "nouvelle", now=NOON)
    see(session, user, "ancienne", now=NOON + timedelta(hours=1))
    assert goal(session, user).done == 1


def test_exercises_count_once_however_often_they_pass(session):
    member = make_membership(session)
    want(session, member.user, GoalKind.EXERCISES)
    for attempt in (1, 2):
        submission = make_submission(
            session, membership=member, attempt=attempt, handed_in_at=NOON
        )
        make_run(session, submission, exercises=("passed", "failed"))
    assert goal(session, member.user).done == 1


def test_keeping_a_place_is_no_visit(session):
    user = make_user(session)
    progress.keep_place(
        session,
        user.id,
        course_slug="petit-cours",
        module_id="debut",
        page_slug="lire",
        heading=None,
    )
    want(session, user, GoalKind.LESSONS)
    assert goal(session, user).done == 0
