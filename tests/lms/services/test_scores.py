"""Scores as their inputs give them, and what is noted when they become other ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.domain.scores import StepKey, stored_steps
from lms.models import (
    AssignmentRules,
    AuditEvent,
    ManualMark,
    ManualMarkPart,
    PromotionDate,
    Score,
)
from lms.services import grading, scores
from lms.services.scores import Cause
from tests.factories import NOON, make_user
from tests.handing_in import Desk, finished, open_desk

DAY = timedelta(days=1)


@pytest.fixture
def desk(session, tmp_path: Path) -> Desk:
    """A learner whose work reached 3 of 4 points, a day after it was due."""
    desk = open_desk(session, tmp_path).with_rules(due="semaine-1")
    desk.submission()
    grading.record(
        session, desk.claimed(), finished(3.0, assignment=desk.assignment, at=NOON + DAY)
    )
    return desk


def score(desk: Desk) -> Score:
    return desk.session.scalars(select(Score)).one()


def keys(desk: Desk) -> list[StepKey]:
    return [step.key for step in stored_steps(score(desk).steps)]


def rederive(desk: Desk) -> frozenset[int]:
    return scores.rederive(desk.session, cause(desk), [desk.member.user_id])


def cause(desk: Desk) -> Cause:
    return Cause(
        course_slug=desk.course.slug,
        assignment_id=desk.assignment.id,
        assignment=desk.assignment,
        what="dates",
        now=NOON + DAY,
        actor_id=desk.member.user_id,
    )


def set_terms(desk: Desk, loss_per_day: float) -> None:
    promotion_id = desk.member.promotion_id
    due_at = NOON - timedelta(hours=1)
    desk.session.add(PromotionDate(promotion_id=promotion_id, symbol="semaine-1", at=due_at))
    desk.session.add(
        AssignmentRules(
            promotion_id=promotion_id,
            assignment_id="",
            late_grace_s=0,
            late_loss_per_day=loss_per_day,
            late_floor=0.0,
        )
    )


def mark_by_hand(desk: Desk, points: float) -> None:
    run = score(desk).run
    assert run is not None
    mark = ManualMark(
        submission_id=run.submission_id,
        marker_id=make_user(desk.session).id,
        slot="only",
        state="final",
        begun_at=NOON,
        changed_at=NOON,
        parts=[ManualMarkPart(exercise_id="double", points=points, max_points=4.0)],
    )
    desk.session.add(mark)


def test_a_date_that_changes_changes_the_score_and_is_noted(desk: Desk) -> None:
    set_terms(desk, 0.5)
    changed = rederive(desk)

    event = desk.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "score.changed").order_by(AuditEvent.id)
    ).all()[-1]
    assert changed == {desk.member.user_id}
    assert (score(desk).points, keys(desk)) == (1.5, [StepKey.ONLY, StepKey.LATE])
    assert (event.details["points_before"], event.details["points"]) == (3.0, 1.5)
    assert (event.details["cause"], event.actor_id) == ("dates", desk.member.user_id)


def test_what_changes_nothing_is_noted_nowhere(desk: Desk) -> None:
    before = desk.session.query(AuditEvent).count()

    assert rederive(desk) == frozenset()
    assert desk.session.query(AuditEvent).count() == before


def test_a_final_mark_by_a_person_replaces_what_the_tests_gave(desk: Desk) -> None:
    mark_by_hand(desk, 4.0)
    rederive(desk)

    assert (score(desk).points, keys(desk)) == (4.0, [StepKey.ONLY, StepKey.MANUAL])


def test_a_learner_without_work_gets_no_score(desk: Desk) -> None:
    stranger = make_user(desk.session)

    assert not scores.rederive(desk.session, cause(desk), [stranger.id])
