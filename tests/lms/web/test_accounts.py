"""Signing in and out, and the page of one's own account."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.models import AuditEvent, SignIn, SignInAttempt, User
from lms.services import people
from lms.services.passwords import HASHER, is_right
from tests.factories import PASSWORD, make_user
from tests.lms.conftest import new_browser

REFUSED = "L’adresse ou le mot de passe ne convient pas."


@pytest.fixture
def user(session):
    user = make_user(session, name="Camille Martin")
    session.commit()
    return user


def age(session, **by):
    """Make every session older, in its beginning or in its last use."""
    for found in session.scalars(select(SignIn)):
        for name, delta in by.items():
            setattr(found, name, getattr(found, name) - delta)
    session.commit()


class TestSignIn:
    def test_leads_to_the_page_that_was_asked_for(self, client, user):
        asked = client.get("/compte")
        assert asked.headers["Location"] == "/connexion?suite=/compte"
        response = client.submit(
            "/connexion", page="/compte", email=user.email, password=PASSWORD, suite="/compte"
        )
        assert (response.status_code, response.headers["Location"]) == (303, "/compte")
        assert user.email in client.get("/compte").text

    def test_keeps_the_wanted_page_in_the_form(self, client):
        assert (
            'name="suite" type="hidden" value="/compte"'
            in client.get("/compte", follow_redirects=True).text
        )

    def test_takes_the_address_in_any_case(self, client, user, sign_in, session):
        response = client.submit(
            "/connexion", email=f"  {user.email.upper()} ", password=PASSWORD
        )
        assert response.status_code == 303

    @pytest.mark.parametrize("target", ["//evil", "/\\evil", "https://evil", "/\tevil", "evil"])
    def test_71_sends_nobody_to_another_site(self, client, user, target):
        response = client.submit(
            "/connexion", email=user.email, password=PASSWORD, suite=target
        )
        assert response.headers["Location"] == "/"

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(self, client, user):
        wrong = client.submit("/connexion", email=user.email, password="pas le bon mot")
        unknown = client.submit("/connexion", email="x@y.example", password="pas le bon mot")
        assert wrong.status_code == unknown.status_code == 200
        assert REFUSED in wrong.text
        assert REFUSED in unknown.text

    def test_refuses_a_closed_account_with_the_same_words(self, client, session, user):
        user.is_active = False
        session.commit()
        response = client.submit("/connexion", email=user.email, password=PASSWORD)
        assert REFUSED in response.text

    def test_the_password_of_nobody_opens_nothing(self, client, session):
        user = make_user(session, password_hash=None)
        session.commit()
        for email in ("x@y.example", user.email):
            response = client.submit(
                "/connexion", email=email, password="nobody has this password"
            )
            assert REFUSED in response.text

    def test_refuses_an_account_without_password(self, client, session):
        user = make_user(session, password_hash=None)
        session.commit()
        assert REFUSED in client.submit("/connexion", email=user.email, password="x").text

    def test_70_a_planted_session_is_worth_nothing_afterwards(self, app, client, user):
        planted = client.token()
        cookie = client.get_cookie("garrigue")
        attacker = new_browser(app)
        attacker.set_cookie("garrigue", cookie.value)

        client.submit("/connexion", email=user.email, password=PASSWORD)

        assert client.get_cookie("garrigue").value != cookie.value
        assert attacker.get("/compte").status_code == 303
        old = client.post("/compte/deconnexion", data={"csrf_token": planted})
        assert old.status_code == 400

    def test_writes_it_down(self, client, session, user, sign_in):
        sign_in(client, user)
        assert session.scalars(select(AuditEvent.action)).all() == ["user.signed-in"]

    def test_keeps_no_token_in_the_database(self, client, session, user, sign_in):
        sign_in(client, user)
        with client.session_transaction() as cookie:
            token = cookie["_user_id"]
        assert session.scalars(select(SignIn.token_hash)).one() != token


class TestThrottle:
    def test_72_an_account_must_wait_after_too_many_failures(self, make_app, config, session):
        app = make_app(dataclasses.replace(config, sign_in_attempts_account=3))
        user = make_user(session)
        session.commit()
        client = new_browser(app)
        for _ in range(3):
            client.submit("/connexion", email=user.email, password="pas le bon mot")
        response = client.submit("/connexion", email=user.email, password=PASSWORD)
        assert response.status_code == 429
        assert 0 < int(response.headers["Retry-After"]) <= config.sign_in_window_s
        assert "réessayez dans 15 min" in response.text
        assert client.get("/compte").status_code == 303

    def test_72_so_must_an_account_that_does_not_exist(self, make_app, config):
        client = new_browser(make_app(dataclasses.replace(config, sign_in_attempts_account=2)))
        answers = [
            client.submit("/connexion", email="x@y.example", password="z").status_code
            for _ in range(3)
        ]
        assert answers == [200, 200, 429]

    def test_72_a_client_that_tries_many_accounts_must_wait(self, make_app, config):
        client = new_browser(make_app(dataclasses.replace(config, sign_in_attempts_host=3)))
        answers = [
            client.submit("/connexion", email=f"{n}@y.example", password="z").status_code
            for n in range(4)
        ]
        assert answers == [200, 200, 200, 429]

    def test_the_client_cannot_choose_its_address(self, make_app, config):
        client = new_browser(make_app(dataclasses.replace(config, sign_in_attempts_host=1)))
        client.submit("/connexion", email="a@y.example", password="z")
        response = client.post(
            "/connexion",
            data={"csrf_token": client.token(), "email": "b@y.example", "password": "z"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )
        assert response.status_code == 429

    def test_behind_a_trusted_proxy_clients_are_told_apart(self, make_app, config):
        app = make_app(dataclasses.replace(config, sign_in_attempts_host=1, trusted_proxies=1))
        client = new_browser(app)

        def attempt(address):
            return client.post(
                "/connexion",
                data={"csrf_token": client.token(), "email": "a@y.example", "password": "z"},
                headers={"X-Forwarded-For": f"198.51.100.1, {address}"},
            ).status_code

        assert [attempt("203.0.113.1"), attempt("203.0.113.1"), attempt("203.0.113.2")] == [
            200,
            429,
            200,
        ]

    def test_failures_are_forgotten_with_time_and_with_success(self, client, session, user):
        client.submit("/connexion", email=user.email, password="pas le bon mot")
        assert session.scalars(select(SignInAttempt.subject)).all() != []
        session.rollback()
        client.submit("/connexion", email=user.email, password=PASSWORD)
        left = session.scalars(select(SignInAttempt.subject)).all()
        assert not any(subject.startswith("account:") for subject in left)

    def test_a_failure_is_logged_without_the_address(self, client, user, log):
        client.submit("/connexion", email=user.email, password="pas le bon mot")
        assert '"event": "sign-in refused"' in log.getvalue()
        assert user.email not in log.getvalue()

    def test_76_a_huge_address_is_neither_kept_nor_logged(self, client, session, log):
        response = client.submit("/connexion", email="A" * 60_000, password="SECRETPASSWORD")
        assert response.status_code == 200
        assert len(log.getvalue()) < 5000
        assert "AAAA" not in log.getvalue()
        assert "SECRETPASSWORD" not in log.getvalue()


class TestSession:
    def test_ends_on_the_server_too_when_signing_out(self, app, client, user, sign_in):
        sign_in(client, user)
        stolen = client.get_cookie("garrigue").value
        response = client.submit("/deconnexion", page="/compte")
        assert response.headers["Location"] == "/connexion"
        thief = new_browser(app)
        thief.set_cookie("garrigue", stolen)
        assert thief.get("/compte").status_code == 303

    def test_ends_when_unused(self, client, session, user, sign_in, config):
        sign_in(client, user)
        age(session, seen_at=timedelta(seconds=config.session_idle_s + 1))
        assert client.get("/compte").status_code == 303

    def test_lives_on_when_used(self, client, session, user, sign_in, config):
        sign_in(client, user)
        age(session, seen_at=timedelta(seconds=config.session_idle_s - 60))
        assert client.get("/compte").status_code == 200
        age(session, seen_at=timedelta(seconds=config.session_idle_s - 60))
        assert client.get("/compte").status_code == 200

    def test_ends_when_old_however_used(self, client, session, user, sign_in, config):
        sign_in(client, user)
        age(session, started_at=timedelta(seconds=config.session_absolute_s + 1))
        assert client.get("/compte").status_code == 303

    def test_ends_when_the_account_is_closed(self, client, session, user, sign_in):
        sign_in(client, user)
        user.is_active = False
        session.commit()
        assert client.get("/compte").status_code == 303

    def test_all_end_together(self, app, client, user, sign_in):
        other = new_browser(app)
        sign_in(client, user)
        sign_in(other, user)
        client.submit("/compte/deconnexion", page="/compte")
        assert client.get("/compte").status_code == 303
        assert other.get("/compte").status_code == 303

    def test_a_forged_token_is_nobody(self, client):
        client.set_cookie("garrigue", "eyJ0b2tlbiI6IngifQ.aaaa.bbbb")
        assert client.get("/compte").status_code == 303


class TestAccount:
    def test_changes_name_and_language(self, client, session, user, sign_in):
        sign_in(client, user)
        response = client.submit("/compte", name="  Camille  Dubois ", locale="en")
        assert response.status_code == 303
        kept = session.get(User, user.id, populate_existing=True)
        assert (kept.name, kept.locale) == ("Camille Dubois", "en")
        assert '<html lang="en"' in client.get("/compte").text

    def test_refuses_an_empty_name_and_an_unknown_language(
        self, client, session, user, sign_in
    ):
        sign_in(client, user)
        assert "Ce champ est à remplir" in client.submit("/compte", name="", locale="").text
        client.submit("/compte", name="X", locale="de")
        assert session.get(User, user.id, populate_existing=True).name == "Camille Martin"

    def test_shows_a_hostile_name_as_text(self, client, session, sign_in):
        user = make_user(session, name="<script>alert(1)</script>")
        session.commit()
        sign_in(client, user)
        page = client.get("/compte").text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestPasswordChange:
    def change(self, client, current, password):
        return client.submit(
            "/compte/mot-de-passe", page="/compte", current=current, password=password
        )

    def test_ends_other_sessions_and_keeps_this_one(self, app, client, session, user, sign_in):
        other = new_browser(app)
        sign_in(client, user)
        sign_in(other, user)
        assert self.change(client, PASSWORD, "un tout autre secret").status_code == 303
        assert client.get("/compte").status_code == 200
        assert other.get("/compte").status_code == 303
        kept = session.get(User, user.id, populate_existing=True)
        assert is_right(kept, "un tout autre secret")

    def test_asks_for_the_present_password(self, client, session, user, sign_in):
        sign_in(client, user)
        response = self.change(client, "pas le bon mot", "un tout autre secret")
        assert "Ce n’est pas votre mot de passe actuel." in response.text
        assert is_right(session.get(User, user.id, populate_existing=True), PASSWORD)

    def test_72_guessing_the_present_password_is_throttled(self, make_app, config, session):
        client = new_browser(make_app(dataclasses.replace(config, sign_in_attempts_account=2)))
        user = make_user(session)
        session.commit()
        client.submit("/connexion", email=user.email, password=PASSWORD)
        answers = [
            self.change(client, "pas le bon mot", "un tout autre secret").status_code
            for _ in range(3)
        ]
        assert answers == [200, 200, 429]

    @pytest.mark.parametrize(
        ("password", "said"),
        [("court", "trop court"), ("motdepasse1234", "trop courant"), ("x" * 300, "trop long")],
    )
    def test_refuses_a_password_that_would_be_guessed(
        self, client, user, sign_in, password, said
    ):
        sign_in(client, user)
        assert said in self.change(client, PASSWORD, password).text

    def test_hashes_are_made_as_owasp_asks(self):
        """The hasher as it is imported: tests work with a cheaper one."""
        algorithm, _version, costs = HASHER.hash(PASSWORD).split("$")[1:4]
        assert (algorithm, costs) == ("argon2id", "m=47104,t=1,p=1")

    def test_hashes_an_old_hash_anew_at_sign_in(self, client, session, sign_in):
        from argon2 import PasswordHasher

        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        user = make_user(session, password_hash=weak)
        session.commit()
        sign_in(client, user)
        kept = session.get(User, user.id, populate_existing=True).password_hash
        assert kept != weak
        assert kept.startswith("$argon2id$")


def test_finding_nobody_is_no_error(session):
    assert people.find_user(session, "personne@nulle-part.example") is None


def test_70_signing_in_again_ends_the_earlier_session(app, client, user, sign_in):
    sign_in(client, user)
    earlier = new_browser(app)
    earlier.set_cookie("garrigue", client.get_cookie("garrigue").value)
    sign_in(client, user)
    assert client.get("/compte").status_code == 200
    assert earlier.get("/compte").status_code == 303
