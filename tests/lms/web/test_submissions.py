"""The submission's page: what it says at each moment, to whom, and how it follows changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from graders.protocol import ExerciseResult, Outcome, TestOutcome, TestResult
from lms.domain.access import Role
from lms.domain.jobs import JobState
from lms.models import Job, Submission
from lms.services import grading, queue
from lms.web.context import Site
from tests.factories import make_membership
from tests.handing_in import WRONG, Desk, answered, finished, open_desk
from tests.lms.conftest import Browser


@pytest.fixture
def desk(session: Session, site: Site) -> Desk:
    """A learner in front of an assignment, with the site's own blobs."""
    desk = open_desk(session, site.config.instance)
    queue.say_alive(session, "w1", slots=1, now=datetime.now(UTC))
    return desk


@pytest.fixture
def submission(desk: Desk, client: Browser, sign_in: Callable[..., TestResponse]) -> Submission:
    """A submission that waits; its learner is signed in."""
    found = desk.submission(answered(WRONG), now=datetime.now(UTC))
    desk.session.commit()
    sign_in(client, desk.member.user)
    return found


def graded(desk: Desk, points: float = 2.0, **given: object) -> None:
    held = desk.claimed(now=datetime.now(UTC))
    grading.record(desk.session, held, finished(points, at=datetime.now(UTC), **given))
    desk.session.commit()


class TestWaiting:
    def test_says_the_position_and_refreshes_without_script(
        self, client: Browser, submission: Submission
    ) -> None:
        shown = client.get(f"/rendus/{submission.id}/").text

        assert "votre rendu est le prochain" in shown
        assert "moins d’une minute" in shown
        assert '<noscript><meta http-equiv="refresh"' in shown
        assert 'aria-current="step"' in shown

    def test_says_that_grading_has_halted_rather_than_a_zero(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        queue.say_gone(desk.session, "w1")
        desk.session.commit()
        shown = client.get(f"/rendus/{submission.id}/").text

        assert "La correction est momentanément arrêtée" in shown
        assert "0 / 4" not in shown

    def test_says_that_a_fault_of_ours_holds_it(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        desk.session.scalars(select(Job)).one().state = JobState.QUARANTINED
        desk.session.commit()

        assert "incident de notre côté" in client.get(f"/rendus/{submission.id}/").text


class TestGraded:
    def test_shows_points_tests_and_what_was_expected(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        graded(desk, points=1.0)
        shown = client.get(f"/rendus/{submission.id}/").text

        assert "À reprendre" in shown
        assert "4 attendu" in shown
        assert "assert double(2) == 4" in shown
        assert "Voir un indice" in shown
        assert "Essayez avec un nombre négatif." not in shown
        assert "échec" not in shown
        assert "http-equiv" not in shown

    def test_names_a_hidden_test_without_its_content(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        graded(desk)
        shown = client.get(f"/rendus/{submission.id}/").text

        assert "double-cache" in shown
        assert "secret" not in shown

    def test_says_why_a_run_was_stopped(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        graded(desk, outcome=Outcome.TIMED_OUT, message="La cellule 2 a dépassé 30 s.")

        assert "La cellule 2 a dépassé 30 s." in client.get(f"/rendus/{submission.id}/").text

    def test_shows_hostile_messages_as_text(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        evil = "<script>alert(1)</script> `<img src=x>`"
        test = TestResult(
            id="double-test",
            points=0.0,
            max_points=2.0,
            outcome=TestOutcome.FAILED,
            message=evil,
            traceback=evil,
            source=evil,
        )
        exercise = ExerciseResult(
            id="double",
            title=evil,
            points=0.0,
            max_points=4.0,
            outcome=TestOutcome.FAILED,
            tests=(test,),
        )
        graded(desk, exercises=(exercise,))
        shown = client.get(f"/rendus/{submission.id}/").text

        assert "<script>alert" not in shown
        assert "<img" not in shown.split("<main")[1]

    def test_tells_trainers_alone_which_results_can_be_forged(
        self,
        app: object,
        client: Browser,
        desk: Desk,
        submission: Submission,
        sign_in: Callable[..., TestResponse],
    ) -> None:
        test = TestResult(
            id="double-test",
            points=2.0,
            max_points=2.0,
            outcome=TestOutcome.PASSED,
            is_forgeable=True,
        )
        exercise = ExerciseResult(
            id="double",
            title="Doubler",
            points=2.0,
            max_points=2.0,
            outcome=TestOutcome.PASSED,
            tests=(test,),
        )
        graded(desk, exercises=(exercise,))
        own = client.get(f"/rendus/{submission.id}/").text
        trainer = make_membership(
            desk.session, promotion=desk.member.promotion, role=Role.TRAINER
        )
        desk.session.commit()
        client.submit("/deconnexion", page="/")
        sign_in(client, trainer.user)
        theirs = client.get(f"/rendus/{submission.id}/").text

        assert "falsifi" not in own
        assert "pourrait être falsifié" in theirs
        assert desk.member.user.name in theirs


class TestHints:
    @pytest.fixture(autouse=True)
    def published(self, desk: Desk, site: Site, submission: Submission) -> None:
        """The version with a hint is the one that the site hands out."""
        found = site.library.course("petit-cours").assignment("premier-carnet")
        assert found is not None
        desk.version.content_hash = found.content_hash
        desk.session.commit()

    def test_are_asked_for_one_by_one_without_script(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        graded(desk)
        page = f"/rendus/{submission.id}/"
        asking = "/cours/petit-cours/exercices/premier-carnet/indices/double"
        answer = client.submit(asking, page=page, suite=page)
        shown = client.get(page).text

        assert (answer.status_code, answer.location) == (303, f"{page}#exercice-double")
        assert "Essayez avec un nombre négatif." in shown
        assert "Voir l’indice suivant" not in shown

    def test_are_given_as_json_to_the_workbench(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        answer = client.post(
            "/cours/petit-cours/exercices/premier-carnet/indices/double",
            data={"csrf_token": client.token("/compte")},
            headers={"Accept": "application/json"},
        )

        assert answer.json == {"hints": ["Essayez avec un nombre négatif."], "left": 0}


class TestComments:
    def test_are_written_by_trainers_and_read_by_the_learner(
        self,
        client: Browser,
        desk: Desk,
        submission: Submission,
        sign_in: Callable[..., TestResponse],
    ) -> None:
        graded(desk)
        trainer = make_membership(
            desk.session, promotion=desk.member.promotion, role=Role.TRAINER
        )
        desk.session.commit()
        page, evil = f"/rendus/{submission.id}/", "<script>alert(1)</script> Relisez l’énoncé."
        client.submit("/deconnexion", page="/")
        sign_in(client, trainer.user)
        empty = client.submit(f"{page}commentaires", page=page, texte=" ", exercice="double")
        sent = client.submit(f"{page}commentaires", page=page, texte=evil, exercice="double")
        client.submit("/deconnexion", page="/")
        sign_in(client, desk.member.user)
        shown = client.get(page).text

        assert empty.status_code == 422
        assert "Écrivez votre commentaire" in empty.text
        assert (sent.status_code, sent.location) == (303, f"{page}#exercice-double")
        assert "Relisez l’énoncé." in shown
        assert trainer.user.name in shown
        assert "<script>alert" not in shown
        assert "Commenter cet exercice" not in shown


class TestFiles:
    def test_gives_back_the_notebook_as_it_was_handed_in(
        self, client: Browser, submission: Submission
    ) -> None:
        answer = client.get(f"/rendus/{submission.id}/carnet.ipynb")

        assert answer.data == answered(WRONG)
        assert "attachment" in answer.headers["Content-Disposition"]

    def test_shows_the_annotated_notebook_once_there_is_one(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        assert client.get(f"/rendus/{submission.id}/carnet/").status_code == 404
        graded(desk, feedback_hash=desk.blobs.put("<p>Carnet exécuté</p>".encode()))

        assert "<p>Carnet exécuté</p>" in client.get(f"/rendus/{submission.id}/carnet/").text

    def test_makes_the_annotated_notebook_of_a_regrade_when_somebody_looks(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        assert client.get(f"/rendus/{submission.id}/carnet/").status_code == 404
        graded(desk, executed_hash=desk.blobs.put(answered(WRONG)))

        pages = [client.get(f"/rendus/{submission.id}/carnet/").text for _ in range(2)]
        assert pages[0] == pages[1]
        assert "data-cell" in pages[0]


class TestFollowing:
    def test_sends_the_final_state_and_ends(
        self, client: Browser, desk: Desk, submission: Submission
    ) -> None:
        graded(desk)
        answer = client.get(f"/rendus/{submission.id}/suivi")
        events = [
            json.loads(line.removeprefix("data: "))
            for line in answer.text.splitlines()
            if line.startswith("data: ")
        ]

        assert answer.mimetype == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert [event["standing"] for event in events] == ["to-redo"]
        assert events[0]["words"] == "Correction terminée\u00a0: 2 points sur 4."

    def test_is_closed_to_strangers(
        self,
        client: Browser,
        desk: Desk,
        submission: Submission,
        sign_in: Callable[..., TestResponse],
    ) -> None:
        stranger = make_membership(desk.session).user
        desk.session.commit()
        client.submit("/deconnexion", page="/")
        sign_in(client, stranger)
        for part in ("", "carnet.ipynb", "carnet/", "suivi"):
            assert client.get(f"/rendus/{submission.id}/{part}").status_code == 404


def test_no_template_says_failure_to_a_learner() -> None:
    templates = Path(__file__).parents[3] / "templates"
    for name in ("submissions", "assignments"):
        for template in (templates / name).glob("*.html"):
            assert "échec" not in template.read_text().lower()
