"""Memberships, and what they let a person act as."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.domain.access import Role
from lms.errors import NotFound
from lms.services import roles
from tests.factories import NOON, make_membership, make_promotion, make_user

DAY = timedelta(days=1)


def test_an_actor_has_the_roles_that_hold_now(session):
    user, here, there = make_user(session), make_promotion(session), make_promotion(session)
    began = {"started_at": NOON - DAY}
    make_membership(session, user, here, Role.LEARNER, **began)
    make_membership(session, user, here, Role.JURY, **began, ended_at=NOON + DAY)
    make_membership(session, user, here, Role.TUTOR, **began, ended_at=NOON)
    make_membership(session, user, there, Role.TRAINER, started_at=NOON + DAY)
    make_membership(session, promotion=there, started_at=NOON - DAY)

    actor = roles.actor_of(session, user, now=NOON)

    assert actor.user_id == user.id
    assert actor.roles == {here.id: {Role.LEARNER, Role.JURY}}


def test_joining_twice_is_joining_once(session):
    user, promotion = make_user(session), make_promotion(session)
    first = roles.join(session, user, promotion, Role.JURY, now=NOON)
    assert roles.join(session, user, promotion, Role.JURY, now=NOON + DAY) is first
    assert first.started_at == NOON


def test_leaving_ends_the_role_and_keeps_the_row(session):
    membership = make_membership(session, started_at=NOON - DAY)
    user, promotion = membership.user, membership.promotion
    roles.leave(session, user, promotion, Role.LEARNER, now=NOON)
    assert membership.ended_at == NOON
    assert not roles.holds(session, user, promotion, Role.LEARNER, now=NOON)
    with pytest.raises(NotFound):
        roles.leave(session, user, promotion, Role.LEARNER, now=NOON)


def test_members_are_those_of_now_by_name(session):
    promotion = make_promotion(session)
    began = {"promotion": promotion, "started_at": NOON - DAY}
    for name, given in (
        ("Zoé", {}),
        ("Ada", {}),
        ("Élodie", {}),
        ("Partie", {"ended_at": NOON}),
    ):
        make_membership(session, make_user(session, name=name), **began, **given)
    make_membership(session, make_user(session, name="Fermée", is_active=False), **began)

    found = roles.members(session, promotion, now=NOON)

    assert [membership.user.name for membership in found] == ["Ada", "Élodie", "Zoé"]
