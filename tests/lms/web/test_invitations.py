"""Invitations: the mail, the page behind the link, joining with or without an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import Invitation, Membership, User
from lms.services import invitations
from tests.factories import make_promotion, make_user

NEW = "un tout autre secret"


@pytest.fixture
def promotion(session):
    promotion = make_promotion(session, name="Castelnau 2026")
    session.commit()
    return promotion


def invite(session, promotion, email="nina@ecole.example", role=Role.LEARNER, lifetime_s=3600):
    token = invitations.invite(
        session,
        email=email,
        name="Nina Petit",
        promotion=promotion,
        role=role,
        lifetime_s=lifetime_s,
        now=datetime.now(UTC),
    )
    session.commit()
    return f"/invitation/{token}"


def roles_of(session, email):
    session.rollback()
    return session.execute(
        select(Membership.promotion_id, Membership.role).join(User).where(User.email == email)
    ).all()


class TestAccept:
    def test_opens_an_account_and_signs_in(self, client, session, promotion):
        link = invite(session, promotion)
        page = client.get(link).text
        assert "Castelnau 2026" in page
        assert 'value="Nina Petit"' in page

        response = client.submit(link, name="Nina Petit-Roux", password=NEW)

        assert response.headers["Location"] == "/"
        assert "nina@ecole.example" in client.get("/compte").text
        assert roles_of(session, "nina@ecole.example") == [(promotion.id, "apprenant")]
        assert session.scalars(select(User.name)).all() == ["Nina Petit-Roux"]

    def test_gives_a_password_to_an_account_without_one(self, client, session, promotion):
        user = make_user(session, password_hash=None)
        link = invite(session, promotion, email=user.email)
        assert client.submit(link, name="Ada", password=NEW).status_code == 303
        assert client.get("/compte").status_code == 200

    def test_works_once(self, client, session, promotion):
        link = invite(session, promotion)
        client.submit(link, name="Nina", password=NEW)
        assert client.get(link).status_code == 409

    def test_a_newer_invitation_replaces_an_older_one(self, client, session, promotion):
        older, newer = invite(session, promotion), invite(session, promotion)
        assert client.get(older).status_code == 404
        assert client.get(newer).status_code == 200

    def test_expires(self, client, session, promotion):
        link = invite(session, promotion)
        session.scalars(select(Invitation)).one().expires_at -= timedelta(days=1)
        session.commit()
        response = client.get(link)
        assert response.status_code == 409
        assert "a expiré" in response.text

    def test_refuses_a_weak_password_and_keeps_the_name(self, client, session, promotion):
        link = invite(session, promotion)
        page = client.submit(link, name="Nina Roux", password="court").text
        assert "trop court" in page
        assert 'value="Nina Roux"' in page
        assert session.scalars(select(User)).all() == []
        assert client.submit(link, name="Nina Roux", password=NEW).status_code == 303

    def test_does_not_take_over_an_account(self, client, session, promotion):
        user = make_user(session)
        link = invite(session, promotion, email=user.email)
        assert "connectez-vous, puis rejoignez" in client.get(link).text
        response = client.submit(link, name="Voleur", password=NEW)
        assert response.status_code == 403
        assert roles_of(session, user.email) == []
        assert client.submit("/connexion", email=user.email, password=NEW).status_code == 200

    def test_lets_the_owner_join_when_signed_in(self, client, session, promotion, sign_in):
        user = make_user(session)
        link = invite(session, promotion, email=user.email, role=Role.TRAINER)
        sign_in(client, user)
        assert client.submit(link).status_code == 303
        assert roles_of(session, user.email) == [(promotion.id, "formateur")]

    def test_refuses_a_closed_account(self, client, session, promotion):
        user = make_user(session, password_hash=None, is_active=False)
        link = invite(session, promotion, email=user.email)
        assert client.submit(link, name="Ada", password=NEW).status_code == 403

    def test_knows_no_other_token(self, client):
        assert client.get("/invitation/inconnu").status_code == 404


def test_accepting_again_after_leaving_begins_the_role_again(client, session, promotion):
    link = invite(session, promotion)
    client.submit(link, name="Nina", password=NEW)
    membership = session.scalars(select(Membership)).one()
    membership.ended_at = datetime.now(UTC)
    session.commit()
    again = invite(session, promotion)
    assert client.submit(again).status_code == 303
    session.expire_all()
    assert session.scalars(select(Membership.ended_at)).all() == [None]
