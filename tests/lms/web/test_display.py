"""Colours, language, navigation, and how dates and numbers are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale

from lms.domain.access import Role
from lms.models import User
from lms.web import display
from tests.factories import make_membership, make_user

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def french(app):
    with app.test_request_context("/", base_url="http://localhost"), force_locale("fr"):
        yield


@pytest.fixture
def english(app):
    with app.test_request_context("/", base_url="http://localhost"), force_locale("en"):
        yield


class TestChoose:
    def test_keeps_the_colours_in_this_browser_and_comes_back(self, client):
        response = client.submit(
            "/affichage", "/connexion", theme="dark", retour="/mot-de-passe/oublie"
        )
        assert (response.status_code, response.location) == (303, "/mot-de-passe/oublie")
        assert '<html lang="fr" data-theme="dark">' in client.get("/connexion").text

    def test_goes_nowhere_else_than_this_site(self, client):
        response = client.submit(
            "/affichage", "/connexion", theme="dark", retour="//ailleurs.example"
        )
        assert response.location == "/"

    def test_ignores_what_is_not_on_offer(self, client):
        client.submit("/affichage", "/connexion", theme='"><script>', langue="xx")
        assert '<html lang="fr">' in client.get("/connexion").text

    def test_ignores_a_planted_cookie(self, client):
        client.set_cookie("theme", '"><script>alert(1)</script>')
        assert "<script>alert" not in client.get("/connexion").text

    def test_speaks_english_when_asked(self, client):
        client.submit("/affichage", "/connexion", langue="en")
        page = client.get("/connexion").text
        assert '<html lang="en">' in page
        assert "Sign in" in page

    def test_keeps_the_language_with_the_account(self, client, session, sign_in):
        user = make_user(session)
        session.commit()
        sign_in(client, user)
        client.submit("/affichage", "/compte", langue="en")
        session.expire_all()
        assert session.get(User, user.id).locale == "en"


class TestSelectLocale:
    def test_follows_the_browser_before_anything_was_chosen(self, client):
        page = client.get("/connexion", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
        assert '<html lang="en">' in page

    def test_speaks_french_to_browsers_of_other_languages(self, client):
        page = client.get("/connexion", headers={"Accept-Language": "de"}).text
        assert '<html lang="fr">' in page


class TestFrame:
    def test_shows_promotions_to_staff_only(self, client, session, sign_in):
        learner, trainer = make_user(session), make_user(session)
        make_membership(session, learner)
        make_membership(session, trainer, role=Role.TRAINER)
        session.commit()
        sign_in(client, learner)
        assert 'href="/promotions/"' not in client.get("/").text
        client.submit("/deconnexion", "/")
        sign_in(client, trainer)
        assert 'href="/promotions/"' in client.get("/").text

    def test_says_which_entry_one_is_in(self, client, session, sign_in):
        member = make_membership(session)
        session.commit()
        sign_in(client, member.user)
        assert '<a href="/" aria-current="page">' in client.get("/").text
        inside = client.get("/cours/petit-cours/").text
        assert '<a href="/cours/" aria-current="true">' in inside
        assert '<a href="/">' in inside


@pytest.mark.usefixtures("french")
class TestInFrench:
    def test_writes_days_and_hours_as_people_do_in_the_zone_of_the_site(self):
        moment = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        assert display.day_in_words(moment) == "dimanche 1er mars 2026"
        assert display.short_date(moment.date()) == "1er mars 2026"
        assert display.moment_in_words(moment) == f"dimanche 1er mars 2026 à 9{NBSP}h{NBSP}30"
        assert display.day_in_words(datetime(2026, 3, 31, tzinfo=UTC)) == "mardi 31 mars 2026"

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0.04, "0_s"),
            (1.44, "1,4_s"),
            (59.6, "60_s"),
            (125, "2_min 5_s"),
            (180, "3_min"),
            (3600, "1_h"),
            (4200, "1_h 10_min"),
        ],
    )
    def test_writes_lengths_of_time(self, seconds, words):
        assert display.duration_in_words(seconds) == words.replace("_", NBSP)

    @pytest.mark.parametrize(
        ("number", "words"), [(2.0, "2"), (2.5, "2,5"), (1 / 3, "0,33"), (1050, "1\u202f050")]
    )
    def test_writes_numbers_with_a_comma(self, number, words):
        assert display.decimal(number) == words

    @pytest.mark.parametrize(
        ("ahead", "words"),
        [
            (timedelta(hours=-1), "Date passée"),
            (timedelta(days=1), "Demain"),
            (timedelta(days=3), "Dans 3 jours"),
        ],
    )
    def test_says_how_far_off_a_date_is(self, ahead, words):
        assert display.due_in_words(datetime.now(UTC) + ahead) == words


@pytest.mark.usefixtures("english")
class TestInEnglish:
    def test_writes_dates_and_numbers_the_english_way(self):
        moment = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        assert display.moment_in_words(moment) == "Sunday 1 March 2026 at 9:30"
        assert display.decimal(1050.5) == "1,050.5"
