"""Accounts, and the sessions that are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.errors import Conflict, Invalid, NotFound
from lms.models import AuditEvent, SignIn
from lms.services import people, sign_in
from tests.factories import NOON, make_user


def test_an_account_begins_without_password(session):
    user = people.create_user(session, email="Ada@E.fr", name=" Ada  L. ", now=NOON)
    assert (user.email, user.name, user.password_hash) == ("ada@e.fr", "Ada L.", None)
    assert session.scalars(select(AuditEvent.action)).all() == ["user.created"]


def test_an_address_has_one_account(session):
    people.create_user(session, email="ada@e.fr", name="Ada", now=NOON)
    with pytest.raises(Conflict, match=r"ada@e\.fr"):
        people.create_user(session, email="ADA@e.fr", name="Autre", now=NOON)


def test_nobody_is_not_somebody(session):
    with pytest.raises(NotFound):
        people.get_user(session, None)
    with pytest.raises(NotFound):
        people.get_user(session, 12345)


def test_closing_is_written_down(session):
    user = make_user(session)
    people.close_account(session, user, actor_id=None, now=NOON)
    assert not user.is_active
    assert session.scalars(select(AuditEvent.subject)).all() == [f"user:{user.id}"]


def test_only_the_languages_that_exist_are_taken(session):
    with pytest.raises(Invalid):
        people.change_details(make_user(session), name="Ada", locale="xx")


def test_sessions_that_nobody_can_resume_are_forgotten(session, config):
    user = make_user(session)
    idle = timedelta(seconds=config.session_idle_s)
    old = timedelta(seconds=config.session_absolute_s)
    kept = sign_in.begin(session, user, now=NOON)
    sign_in.begin(session, user, now=NOON - idle)
    used = sign_in.begin(session, user, now=NOON - old)
    session.flush()
    sign_in.resume(session, used, config=config, now=NOON - old + idle)

    sign_in.forget_ended(session, config=config, now=NOON)

    assert len(session.scalars(select(SignIn)).all()) == 1
    assert sign_in.resume(session, kept, config=config, now=NOON) is user
