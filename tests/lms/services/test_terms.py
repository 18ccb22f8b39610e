"""The terms that the tables give, for one learner and for a whole promotion."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course, Module
from lms.domain.late import LatePolicy
from lms.models import (
    Adjustment,
    AssignmentRules,
    Group,
    GroupMember,
    Membership,
    PromotionDate,
)
from lms.services.terms import FeedbackRelease, all_terms, terms_of
from tests.factories import NOON, make_membership, make_promotion

DAY = timedelta(days=1)


def assignment(name: str, **given: Any) -> Assignment:
    values = {"title": name, "module_id": "debut", "content_hash": "0", "max_points": 4.0}
    path = PurePosixPath(f"{name}.ipynb")
    return Assignment(id=name, notebook=path, **values | {"due": "semaine-1"} | given)


FIRST, SECOND = assignment("premier"), assignment("second", attempts=3)
COURSE = Course(
    slug="petit-cours",
    title="Petit cours",
    content_hash="0",
    modules=(Module(id="debut", title="Début", assignments=(FIRST, SECOND)),),
)


def members(session: Session, count: int = 2) -> list[Membership]:
    promotion = make_promotion(session)
    session.add(PromotionDate(promotion_id=promotion.id, symbol="semaine-1", at=NOON))
    return [make_membership(session, promotion=promotion) for _ in range(count)]


def adjust(session: Session, member: Membership, **given: Any) -> Adjustment:
    values = {"learner_id": member.user_id, "reason": "Panne", "granted_at": NOON}
    row = Adjustment(promotion_id=member.promotion_id, **values | given)
    session.add(row)
    session.flush()
    return row


def test_nothing_set_is_what_the_course_says(session: Session):
    one, _other = members(session)
    found = terms_of(session, one.promotion, one.user_id, SECOND)
    assert (found.due_at, found.attempts, found.adjustment_reason) == (NOON, 3, "")
    assert (found.late, found.feedback) == (LatePolicy(), FeedbackRelease.AT_ONCE)
    undue = assignment("sans-date", due=None)
    assert terms_of(session, one.promotion, one.user_id, undue).due_at is None


def test_the_rules_of_the_promotion_and_of_one_assignment(session: Session):
    one, _other = members(session)
    late = {"late_grace_s": 60, "late_loss_per_day": 0.1, "late_floor": 0.5}
    both = {"promotion_id": one.promotion_id}
    session.add(AssignmentRules(**both, **late, feedback="after-due"))
    session.add(AssignmentRules(**both, assignment_id="second", attempts=1, released_at=NOON))
    session.flush()
    found = terms_of(session, one.promotion, one.user_id, SECOND)
    assert found.late == LatePolicy(grace_s=60, loss_per_day=0.1, floor=0.5)
    assert (found.attempts, found.released_at) == (1, NOON)
    assert found.feedback is FeedbackRelease.AFTER_DUE
    assert terms_of(session, one.promotion, one.user_id, FIRST).attempts is None


def test_an_adjustment_is_for_its_learner_and_its_assignment_until_it_is_revoked(
    session: Session,
):
    one, other = members(session)
    row = adjust(session, one, assignment_id="premier", extra_days=2)
    found = all_terms(session, one.promotion, COURSE, [one.user_id, other.user_id])
    assert found[one.user_id, "premier"].due_at == NOON + 2 * DAY
    assert found[one.user_id, "second"].due_at == NOON
    assert found[other.user_id, "premier"].due_at == NOON
    row.revoked_at = NOON
    session.flush()
    assert terms_of(session, one.promotion, one.user_id, FIRST).due_at == NOON


def test_a_group_is_adjusted_as_one(session: Session):
    one, other = members(session)
    group = Group(promotion_id=one.promotion_id, name="Groupe A")
    session.add(group)
    session.flush()
    session.add(GroupMember(group_id=group.id, learner_id=one.user_id))
    adjust(session, one, learner_id=None, group_id=group.id, extra_attempts=1)
    assert terms_of(session, one.promotion, one.user_id, SECOND).attempts == 4
    assert terms_of(session, one.promotion, other.user_id, SECOND).attempts == 3


def test_the_terms_of_everybody_take_four_queries(session: Session):
    everybody = members(session, 12)
    for member in everybody:
        adjust(session, member, extra_days=1)
    promotion, ids = everybody[0].promotion, [member.user_id for member in everybody]
    session.expire_on_commit = False
    session.commit()
    asked: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    found = all_terms(session, promotion, COURSE, ids)
    assert len(found) == 24
    assert len(asked) == 4
