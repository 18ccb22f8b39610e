"""The table of rights."""

from __future__ import annotations

import pytest

from lms.domain.access import (
    ANONYMOUS,
    RIGHTS,
    Action,
    Actor,
    Role,
    Subject,
    may,
    require,
)
from lms.errors import NotAllowed, NotFound, NotSignedIn

HERE, ELSEWHERE = 1, 2
COURSE = Subject(promotion_ids=frozenset({HERE, 3}))
WORK = Subject(promotion_ids=frozenset({HERE}), owner_id=7)


def actor(*roles: Role, promotion: int = HERE, user_id: int = 9) -> Actor:
    return Actor(user_id=user_id, roles={promotion: frozenset(roles)})


def test_every_action_has_its_right() -> None:
    assert RIGHTS.keys() == set(Action)


@pytest.mark.parametrize("action", Action)
def test_who_is_not_signed_in_may_do_nothing(action: Action) -> None:
    assert not may(ANONYMOUS, action, WORK)
    with pytest.raises(NotSignedIn):
        require(ANONYMOUS, action, WORK)


@pytest.mark.parametrize("action", sorted(set(Action) - {Action.USE_ACCOUNT}))
def test_who_has_no_role_may_do_nothing_to_others(action: Action) -> None:
    assert not may(Actor(user_id=9), action, WORK)
    assert not may(Actor(user_id=9), action)


@pytest.mark.parametrize(
    "action", [Action.HAND_IN, Action.SEE_SUBMISSION, Action.SEE_RESULTS, Action.INVITE]
)
def test_an_operator_has_no_right_over_anybodys_work(action: Action) -> None:
    assert not may(Actor(user_id=9, is_operator=True), action, WORK)


def test_a_role_holds_in_its_promotion_only() -> None:
    assert may(actor(Role.TRAINER), Action.SEE_SUBMISSION, WORK)
    assert not may(actor(Role.TRAINER, promotion=ELSEWHERE), Action.SEE_SUBMISSION, WORK)
    assert may(actor(Role.LEARNER, promotion=3), Action.READ_COURSE, COURSE)


def test_trainers_read_courses_that_no_promotion_follows_yet() -> None:
    assert may(actor(Role.TRAINER), Action.READ_COURSE, Subject())
    assert not may(actor(Role.LEARNER), Action.READ_COURSE, Subject())


def test_the_owner_sees_own_work_whatever_became_of_the_membership() -> None:
    assert may(Actor(user_id=7), Action.SEE_SUBMISSION, WORK)


def test_work_without_owner_belongs_to_nobody() -> None:
    orphan = Subject(promotion_ids=frozenset({HERE}))
    assert not may(ANONYMOUS, Action.SEE_SUBMISSION, orphan)


def test_a_member_is_refused_and_others_learn_nothing() -> None:
    with pytest.raises(NotAllowed):
        require(actor(Role.LEARNER), Action.SEE_RESULTS, WORK)
    with pytest.raises(NotFound):
        require(actor(Role.LEARNER, promotion=ELSEWHERE), Action.SEE_RESULTS, WORK)


def test_the_work_of_others_is_hidden_even_from_members() -> None:
    with pytest.raises(NotFound):
        require(actor(Role.LEARNER), Action.SEE_SUBMISSION, WORK)


def test_promotions_are_those_in_which_one_of_the_roles_holds() -> None:
    both = Actor(
        user_id=1,
        roles={HERE: frozenset({Role.LEARNER}), ELSEWHERE: frozenset({Role.TRAINER})},
    )
    assert both.promotions() == {HERE, ELSEWHERE}
    assert both.promotions(Role.TRAINER) == {ELSEWHERE}
