"""What people read when something is refused or breaks."""

from __future__ import annotations

import json
import sqlite3

import pytest
from flask import Blueprint, abort, g
from sqlalchemy import text

from lms.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge, TooMany, Unavailable
from lms.models import User
from tests.factories import make_user
from tests.lms.conftest import new_browser


@pytest.fixture
def broken(app, session, sign_in):
    """A browser of a site with views that refuse and fail on demand."""
    views = Blueprint("broken", __name__, url_prefix="/broken")

    @views.get("/refusal/<name>")
    def refusal(name):
        raise {
            found.__name__: found
            for found in (
                NotFound,
                NotAllowed,
                Conflict,
                Invalid,
                TooLarge,
                TooMany,
                Unavailable,
            )
        }[name]("Une phrase pour la personne.")

    @views.get("/values")
    def values():
        raise Conflict("Un groupe «\u00a0%(name)s\u00a0» existe déjà.", name="100 %(s <b>")

    @views.get("/bug")
    def bug():
        g.session.add(User(email="x@y.example", name="X", created_at=None))
        return str(1 / 0)

    @views.get("/half")
    def half():
        make_user(g.session, email="moitie@ecole.example")
        raise Conflict("Trop tard.")

    @views.get("/late")
    def late():
        g.session.execute(text("INSERT INTO user (email) VALUES ('x')"))
        return "reçu"

    @views.get("/disk")
    def disk():
        raise OSError(28, "No space left on device")

    @views.get("/teapot")
    def teapot():
        abort(418)

    app.register_blueprint(views)
    client, user = new_browser(app), make_user(session)
    session.commit()
    sign_in(client, user)
    return client


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("NotFound", 404),
        ("NotAllowed", 403),
        ("Conflict", 409),
        ("Invalid", 400),
        ("TooLarge", 413),
        ("TooMany", 429),
        ("Unavailable", 503),
    ],
)
def test_a_refusal_says_its_sentence_in_the_frame_of_the_site(broken, name, status):
    response = broken.get(f"/broken/refusal/{name}")
    assert response.status_code == status
    assert "Une phrase pour la personne." in response.text
    assert "École IA Occitanie" in response.text
    assert "Aller à l’accueil" in response.text


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("fr", "Un groupe «\u00a0100 %(s &lt;b&gt;\u00a0» existe déjà."),
        ("en", "A group “100 %(s &lt;b&gt;” exists already."),
    ],
)
def test_a_refusal_speaks_the_readers_language(broken, locale, sentence):
    broken.submit("/affichage", page="/", langue=locale)

    assert sentence in broken.get("/broken/values").text


def test_an_unknown_address_is_a_page_in_french(client):
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert "Page introuvable" in response.text
    assert "Vérifiez l’adresse" in response.text


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_no_row_has_is_an_unknown_address(client, session, sign_in, number):
    user = make_user(session)
    session.commit()
    sign_in(client, user)
    response = client.get(f"/rendus/{number}/")
    assert response.status_code == 404
    assert "Page introuvable" in response.text


def test_a_wrong_method_says_which_are_right(client):
    response = client.get("/deconnexion")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert "suivez les liens" in response.text


def test_a_status_without_words_of_its_own_still_has_a_page(broken):
    response = broken.get("/broken/teapot")
    assert response.status_code == 418
    assert "Demande incomprise" in response.text


def test_a_form_without_its_token_is_explained(client):
    response = client.post("/connexion", data={"email": "a@b.example", "password": "x"})
    assert response.status_code == 400
    assert "ce que vous y avez écrit y est encore" in response.text


def test_a_form_that_is_too_large_is_refused(client):
    response = client.post("/connexion", data={"email": "a" * 200_000})
    assert response.status_code == 413
    assert "trop lourd" in response.text


class TestFaults:
    def test_a_bug_shows_a_number_that_the_log_has_too(self, broken, log):
        response = broken.get("/broken/bug")
        assert response.status_code == 500
        number = response.headers["X-Request-Id"]
        assert number in response.text
        assert "ZeroDivisionError" not in response.text
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        [fault] = [line for line in lines if line["event"] == "request failed"]
        assert fault["request_id"] == number
        assert "ZeroDivisionError" in fault["exception"]

    def test_what_cannot_be_committed_is_never_said_to_be_received(self, broken):
        response = broken.get("/broken/late")
        assert response.status_code == 500
        assert "reçu" not in response.text

    def test_a_refusal_leaves_nothing_half_done(self, broken, session):
        assert broken.get("/broken/half").status_code == 409
        assert session.query(User).filter_by(email="moitie@ecole.example").count() == 0

    def test_58_a_full_disk_is_said_to_be_ours(self, broken):
        response = broken.get("/broken/disk")
        assert response.status_code == 503
        assert "disque du site est plein" in response.text
        assert response.headers["Retry-After"] == "60"

    def test_57_a_locked_database_is_said_to_be_ours(self, app, config, session):
        user = make_user(session)
        session.commit()
        engine = app.extensions["garrigue"].engine

        @app.before_request
        def impatient():
            g.session.execute(text("PRAGMA busy_timeout = 1"))

        client = new_browser(app)
        token = client.token()
        engine.dispose()
        writer = sqlite3.connect(config.instance / "garrigue.db", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        try:
            response = client.post(
                "/connexion",
                data={"csrf_token": token, "email": user.email, "password": "faux"},
            )
        finally:
            writer.close()
        assert response.status_code == 503
        assert "recommencez dans une minute" in response.text


class TestLog:
    def test_a_line_says_how_a_request_ended(self, client, session, sign_in, log):
        user = make_user(session)
        session.commit()
        sign_in(client, user)
        client.get("/compte?secret=romarin", headers={"X-Request-Id": "forged"})
        line = json.loads(log.getvalue().splitlines()[-1])
        assert line["route"] == "/compte"
        assert line["status"] == 200
        assert line["user_id"] == user.id
        assert "romarin" not in log.getvalue()
        assert "forged" not in log.getvalue()

    def test_no_line_has_the_address_or_the_password_of_who_signs_in(
        self, client, session, sign_in, log
    ):
        user = make_user(session)
        session.commit()
        sign_in(client, user)
        assert user.email not in log.getvalue()
        assert "quatre mots" not in log.getvalue()
