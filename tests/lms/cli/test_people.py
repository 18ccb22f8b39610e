"""`garrigue people`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms.cli import main
from lms.models import Invitation, Membership, Promotion, User
from lms.services import roles
from lms.services.passwords import is_right
from tests.factories import make_promotion, make_user

UNSET = ("GARRIGUE_SECRET_KEY", "GARRIGUE_INSTANCE", "GARRIGUE_COURSES")
LIST = "nom;courriel;promotion;role\nAda;ada@e.fr;castelnau;apprenante\n"


@pytest.fixture
def garrigue(config, app):
    """Run a command on the site of the test."""

    def run(*words, **given):
        environment = {
            "GARRIGUE_SECRET_KEY": config.secret_key,
            "GARRIGUE_INSTANCE": str(config.instance),
            "GARRIGUE_COURSES": str(config.courses),
            "GARRIGUE_PUBLIC_URL": config.public_url,
        }
        return CliRunner().invoke(main, words, env=environment, **given)

    return run


@pytest.fixture
def promotion(session):
    promotion = make_promotion(session, slug="castelnau")
    session.commit()
    return promotion


@pytest.fixture
def roster(tmp_path):
    """Write a list and return its path."""

    def write(text):
        path = tmp_path / "liste.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def mails(config):
    return [path.read_text("utf-8") for path in (config.instance / "mails").glob("*.eml")]


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


class TestImport:
    def test_takes_in_a_list_and_invites(self, garrigue, config, session, promotion, roster):
        result = garrigue("people", "import", roster(LIST))
        assert result.exit_code == 0, result.output
        assert "invitations envoyées\N{NO-BREAK SPACE}: 1" in result.output
        [mail] = mails(config)
        assert "ada@e.fr" in mail
        assert re.search(r"http://localhost/invitation/\S{20,}", mail)
        assert count(session, Membership) == 1

    def test_the_second_time_changes_nothing(
        self, garrigue, config, session, promotion, roster
    ):
        garrigue("people", "import", roster(LIST))
        result = garrigue("people", "import", roster(LIST))
        assert "lignes sans changement\N{NO-BREAK SPACE}: 1" in result.output
        assert len(mails(config)) == 1
        assert count(session, User) == count(session, Membership) == 1

    def test_a_dry_run_tells_and_does_nothing(
        self, garrigue, config, session, promotion, roster
    ):
        result = garrigue("people", "import", "--dry-run", roster(LIST))
        assert result.exit_code == 0, result.output
        assert "rien n’est enregistré" in result.output
        assert "comptes créés\N{NO-BREAK SPACE}: 1" in result.output
        assert count(session, User) == 0
        assert mails(config) == []

    def test_sends_no_mail_when_asked_not_to(
        self, garrigue, config, session, promotion, roster
    ):
        garrigue("people", "import", "--no-mail", roster(LIST))
        assert mails(config) == []
        assert count(session, Invitation) == 0

    def test_one_person_in_two_roles_gets_one_mail(self, garrigue, config, promotion, roster):
        garrigue("people", "import", roster(LIST + "Ada;ada@e.fr;castelnau;jury\n"))
        assert len(mails(config)) == 1

    def test_says_what_is_wrong_line_by_line_and_does_nothing(
        self, garrigue, session, promotion, roster
    ):
        result = garrigue("people", "import", roster(LIST + "Bob;bob;castelnau;jury\n"))
        assert result.exit_code == 1
        assert "Ligne 3" in result.stderr
        assert "Traceback" not in result.output
        assert count(session, User) == 0


class TestAccounts:
    def test_creates_somebody_who_can_sign_in(self, garrigue, session):
        result = garrigue(
            "people",
            "create",
            "ada@e.fr",
            "Ada",
            "--operator",
            "--password-stdin",
            input="quatre mots au hasard\n",
        )
        assert result.exit_code == 0, result.output
        user = session.scalars(select(User)).one()
        assert user.is_operator
        assert is_right(user, "quatre mots au hasard")
        assert "quatre mots" not in result.output

    def test_a_weak_password_creates_nobody(self, garrigue, session):
        result = garrigue(
            "people", "create", "ada@e.fr", "Ada", "--password-stdin", input="court\n"
        )
        assert result.exit_code == 1
        assert "trop court" in result.stderr
        assert count(session, User) == 0

    def test_closes_an_account(self, garrigue, session):
        user = make_user(session)
        session.commit()
        assert garrigue("people", "close", user.email).exit_code == 0
        assert not session.get(User, user.id, populate_existing=True).is_active

    def test_invites(self, garrigue, config, session, promotion):
        result = garrigue("people", "invite", "ada@e.fr", "Ada", "castelnau", "formatrice")
        assert result.exit_code == 0, result.output
        assert len(mails(config)) == 1
        assert session.scalars(select(Invitation.role)).all() == ["formateur"]


class TestRoles:
    def test_opens_no_promotion_for_a_course_that_is_not_there(self, garrigue, session):
        refused = garrigue(
            *("people", "promotion", "nimes-2026", "Nîmes 2026", "--course", "nul"),
            *("--organisation", "École IA", "--campus", "Nîmes"),
            *("--starts", "2026-09-01", "--ends", "2028-03-31"),
        )
        assert refused.exit_code == 1
        assert "« nul »".replace(" ", "\u00a0") in refused.stderr
        assert session.scalar(select(func.count()).select_from(Promotion)) == 0

    def test_opens_a_promotion_gives_a_role_and_ends_it(self, garrigue, session):
        user = make_user(session)
        session.commit()
        opened = garrigue(
            *("people", "promotion", "nimes-2026", "Nîmes 2026", "--course", "petit-cours"),
            *("--organisation", "École IA", "--campus", "Nîmes"),
            *("--starts", "2026-09-01", "--ends", "2028-03-31"),
        )
        assert opened.exit_code == 0, opened.output
        added = garrigue("people", "add", user.email, "nimes-2026", "jury")
        assert added.exit_code == 0, added.output
        assert roles.actor_of(session, user, now=datetime.now(UTC)).roles != {}
        ended = garrigue("people", "end", user.email, "nimes-2026", "jury")
        assert ended.exit_code == 0, ended.output
        session.rollback()
        assert roles.actor_of(session, user, now=datetime.now(UTC)).roles == {}

    @pytest.mark.parametrize(
        "words",
        [
            ("add", "nul@e.fr", "castelnau", "jury"),
            ("add", "ada@e.fr", "nulle-part", "jury"),
            ("add", "ada@e.fr", "castelnau", "reine"),
            ("end", "ada@e.fr", "castelnau", "jury"),
        ],
    )
    def test_refuses_what_does_not_exist(self, garrigue, session, promotion, words):
        make_user(session, email="ada@e.fr")
        session.commit()
        result = garrigue("people", *words)
        assert result.exit_code == 1
        assert result.stderr
        assert "Traceback" not in result.output


class TestSettings:
    def test_says_which_one_cannot_be_used(self, garrigue):
        runner = CliRunner(env={"GARRIGUE_SECRET_KEY": "short"})
        result = runner.invoke(main, ["people", "close", "x"])
        assert result.exit_code == 1
        assert "GARRIGUE_SECRET_KEY" in result.stderr

    def test_without_any_the_folder_is_the_one_that_serve_uses(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        runner = CliRunner(env=dict.fromkeys(UNSET))
        assert runner.invoke(main, ["database", "upgrade"]).exit_code == 0
        assert (tmp_path / "instance" / "garrigue.db").is_file()
        assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o077 == 0
