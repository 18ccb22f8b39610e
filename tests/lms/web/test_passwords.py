"""A forgotten password: the mail, the link, the page."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import re

import pytest

from lms.models import User
from lms.services.passwords import is_right
from lms.services.resets import reset_token
from tests.factories import PASSWORD, make_user
from tests.lms.conftest import new_browser

NEW = "un tout autre secret"


def mails(config):
    folder = config.instance / "mails"
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


def link_in(mail):
    return re.search(r"http://localhost(/\S+)", mail.get_content())[1]


@pytest.fixture
def user(session):
    user = make_user(session)
    session.commit()
    return user


class TestForgotten:
    def test_sends_a_link_that_gives_a_new_password(self, client, config, session, user):
        client.submit("/mot-de-passe/oublie", email=user.email)
        [mail] = mails(config)
        assert mail["To"] == user.email
        assert "60 minutes" in mail.get_content()

        response = client.submit(link_in(mail), password=NEW)

        assert response.headers["Location"] == "/connexion"
        kept = session.get(User, user.id, populate_existing=True)
        assert is_right(kept, NEW)
        assert not is_right(kept, PASSWORD)

    def test_the_link_works_once(self, client, config, user):
        client.submit("/mot-de-passe/oublie", email=user.email)
        link = link_in(mails(config)[0])
        client.submit(link, password=NEW)
        again = client.get(link)
        assert again.status_code == 409
        assert "a déjà servi" in again.text

    def test_a_weak_password_leaves_the_link_usable(self, client, config, user):
        client.submit("/mot-de-passe/oublie", email=user.email)
        link = link_in(mails(config)[0])
        assert "trop court" in client.submit(link, password="court").text
        assert client.submit(link, password=NEW).status_code == 303

    def test_ends_the_sessions_of_the_person(self, app, client, config, user, sign_in):
        sign_in(client, user)
        other = new_browser(app)
        other.submit("/mot-de-passe/oublie", email=user.email)
        other.submit(link_in(mails(config)[0]), password=NEW)
        assert client.get("/compte").status_code == 303

    def test_answers_the_same_for_an_unknown_address(self, client, config, user):
        known = client.submit("/mot-de-passe/oublie", email=user.email)
        unknown = client.submit("/mot-de-passe/oublie", email="nul@y.example")
        main = re.compile(r"<main.*</main>", re.S)
        assert main.search(known.text)[0] == main.search(unknown.text)[0]
        assert known.status_code == unknown.status_code == 200
        assert len(mails(config)) == 1

    def test_sends_nothing_to_a_closed_account(self, client, config, session, user):
        user.is_active = False
        session.commit()
        client.submit("/mot-de-passe/oublie", email=user.email)
        assert mails(config) == []

    def test_73_the_link_never_comes_from_the_request(self, client, config, user):
        token = client.token("/mot-de-passe/oublie")
        for headers in (
            {"X-Forwarded-Host": "evil.example"},
            {"Forwarded": "host=evil.example"},
        ):
            client.post(
                "/mot-de-passe/oublie",
                data={"csrf_token": token, "email": user.email},
                headers=headers,
            )
        assert len(mails(config)) == 2
        assert all("evil" not in mail.get_content() for mail in mails(config))

    def test_73_a_foreign_host_is_refused(self, client, config, user):
        token = client.token("/mot-de-passe/oublie")
        response = client.post(
            "/mot-de-passe/oublie",
            data={"csrf_token": token, "email": user.email},
            headers={"Host": "evil.example"},
        )
        assert response.status_code == 400
        assert mails(config) == []

    def test_72_asking_again_and_again_is_throttled(self, make_app, config, session):
        client = new_browser(make_app(dataclasses.replace(config, sign_in_attempts_account=2)))
        user = make_user(session)
        session.commit()
        answers = [
            client.submit("/mot-de-passe/oublie", email=user.email).status_code
            for _ in range(3)
        ]
        assert answers == [200, 200, 429]
        assert len(mails(config)) == 2


class TestRenew:
    def test_refuses_a_link_that_is_too_old(self, make_app, config, session):
        app = make_app(dataclasses.replace(config, reset_link_s=-1))
        user = make_user(session)
        session.commit()
        token = reset_token(user, secret_key=config.secret_key)
        response = new_browser(app).get(f"/mot-de-passe/nouveau/{token}")
        assert response.status_code == 409
        assert "a expiré" in response.text

    @pytest.mark.parametrize("key", ["another secret key", ""])
    def test_refuses_a_forged_link(self, client, user, key):
        token = reset_token(user, secret_key=key)
        assert client.get(f"/mot-de-passe/nouveau/{token}").status_code == 409

    def test_refuses_the_link_of_a_closed_account(self, client, session, user, config):
        token = reset_token(user, secret_key=config.secret_key)
        user.is_active = False
        session.commit()
        assert client.get(f"/mot-de-passe/nouveau/{token}").status_code == 409

    @pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "é" * 50])
    def test_refuses_nonsense(self, client, token):
        assert client.get(f"/mot-de-passe/nouveau/{token}").status_code == 409

    def test_the_log_keeps_no_token(self, client, user, config, log):
        token = reset_token(user, secret_key=config.secret_key)
        client.get(f"/mot-de-passe/nouveau/{token}")
        assert "/mot-de-passe/nouveau/<token>" in log.getvalue()
        assert token not in log.getvalue()

    def test_sends_no_referrer_to_other_sites(self, client, user, config):
        token = reset_token(user, secret_key=config.secret_key)
        page = client.get(f"/mot-de-passe/nouveau/{token}")
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "no-cache" in page.headers["Cache-Control"]
