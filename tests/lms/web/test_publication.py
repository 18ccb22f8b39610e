"""The page of a course's publication, and the address that its forge calls."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from lms.domain.access import Role
from lms.domain.pulls import Outcome, Source, hook_secret
from lms.models import CoursePull
from lms.services import pulls
from lms.services.pulls import Result
from lms.web import publication
from lms.web.rates import Window
from tests.factories import make_membership

NOW = datetime.now(UTC)
PAGE = "/cours/petit-cours/publication/"
HOOK = f"{PAGE}crochet"


@pytest.fixture
def remote(session):
    found = pulls.set_remote(
        session, "petit-cours", url="https://robot:jeton@forge.example/cours.git",
        branch="main", folder="", salt="sel", now=NOW,
    )  # fmt: skip
    session.commit()
    return found


@pytest.fixture
def trainer(client, session, sign_in):
    member = make_membership(session, role=Role.TRAINER)
    session.commit()
    sign_in(client, member.user)
    return member.user


def pulled(session, outcome, **given):
    now = datetime.now(UTC)
    pull = pulls.ask(session, "petit-cours", Source.WEBHOOK, actor_id=None, now=now)
    pulls.claim(session, now=now, pull_id=pull.id)
    pulls.finish(session, pull.id, Result(outcome=outcome, **given), now=now)
    session.commit()


class TestPage:
    def test_says_that_a_course_comes_from_no_repository(self, client, trainer):
        assert "ne vient d’aucun dépôt" in client.get(PAGE).text

    def test_says_why_the_last_pull_was_refused_and_what_is_served(
        self, client, trainer, remote, session
    ):
        pulled(session, Outcome.PUBLISHED, commit="a" * 40)
        pulled(
            session,
            Outcome.REFUSED,
            commit="b" * 40,
            message="Le cours a des erreurs.",
            problems=({"place": "course.yml:3", "message": "<b>clé</b>", "is_warning": False},),
        )
        page = client.get(PAGE).text
        assert "Le cours a des erreurs." in page
        assert "voient toujours la forme précédente" in page
        assert "course.yml:3" in page
        assert "&lt;b&gt;clé" in page
        assert "aaaaaaaa" in page
        assert "https://forge.example/cours.git" in page
        assert "jeton" not in page

    def test_the_button_asks_once(self, client, trainer, remote, session):
        for _ in range(2):
            assert client.submit(f"{PAGE}recharger", page=PAGE).status_code == 303
        [pull] = session.query(CoursePull)
        assert (pull.source, pull.asked_by_id) == (Source.BUTTON, trainer.id)
        assert "en attente ou en cours" in client.get(PAGE).text

    def test_no_more_than_some_are_asked_for(self, client, trainer, remote, session):
        for _ in range(pulls.MOST_ASKED):
            pulled(session, Outcome.UNCHANGED)
        response = client.submit(f"{PAGE}recharger", page=PAGE)
        assert response.status_code == 429
        assert response.headers["Retry-After"]


class TestHook:
    @pytest.fixture(autouse=True)
    def _open(self, monkeypatch):
        monkeypatch.setattr(publication, "calls", Window(limit=60, length_s=60))

    @pytest.fixture
    def call(self, client, site):
        def send(body=b'{"ref": "refs/heads/main"}', secret=None, gitlab=False, to=HOOK):
            known = secret or hook_secret(site.config.secret_key, "petit-cours", "sel")
            signed = hmac.new(known.encode(), body, hashlib.sha256).hexdigest()
            sent = (
                {"X-Gitlab-Token": known}
                if gitlab
                else {"X-Hub-Signature-256": f"sha256={signed}"}
            )
            return client.post(to, data=body, headers=sent, content_type="application/json")

        return send

    @pytest.mark.parametrize("gitlab", [False, True])
    def test_takes_what_the_forge_signed_and_answers_at_once(
        self, call, remote, session, gitlab
    ):
        response = call(gitlab=gitlab)
        assert response.status_code == 202
        [pull] = session.query(CoursePull)
        assert (response.json["pull"], pull.state) == (pull.id, "waiting")
        assert pull.source == Source.WEBHOOK

    def test_passes_over_other_branches(self, call, remote, session):
        assert call(json.dumps({"ref": "refs/heads/essai"}).encode()).json["state"] == "ignored"
        assert session.query(CoursePull).count() == 0

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[1]", b'{"zen": "x"}', b'{"commits": "' + b"x" * 300_000 + b'"}']
    )
    def test_takes_any_body_that_is_signed(self, call, remote, body):
        assert call(body).status_code == 202

    def test_refuses_what_somebody_else_sent(self, call, remote, client, session):
        assert call(secret="autre").status_code == 403
        assert call(secret="autre", gitlab=True).status_code == 403
        assert client.post(HOOK, data=b"{}").status_code == 403
        assert session.query(CoursePull).count() == 0

    def test_tells_nothing_of_courses_that_come_from_nowhere(self, call, remote, site):
        other = "/cours/autre/publication/crochet"
        unknown = call(secret=hook_secret(site.config.secret_key, "autre", ""), to=other)
        wrong = call(secret="autre")
        assert unknown.status_code == wrong.status_code == 403
        assert "signature" in unknown.text
        assert "signature" in wrong.text

    def test_takes_so_many_calls_of_one_host(self, call, remote, monkeypatch):
        monkeypatch.setattr(publication, "calls", Window(limit=2, length_s=60))
        codes = [call().status_code for _ in range(3)]
        assert codes == [202, 202, 429]


def test_a_window_opens_again_and_forgets_hosts():
    moment = 0.0
    window = Window(limit=1, length_s=10, clock=lambda: moment)
    assert window.is_open("a")
    assert not window.is_open("a")
    assert window.is_open("b")
    moment = 11.0
    assert window.is_open("a")
