"""The page of an assignment for its trainers: its source, and what the last check found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graders.notebooks.files import content_key
from graders.store import Store
from lms.catalogue.read import read_course
from lms.checks import CHECKS, find_record
from lms.domain.access import Role
from lms.services import versions
from tests.factories import make_membership
from tests.lms.conftest import new_browser

PAGE = "/cours/petit-cours/exercices/premier-carnet/auteur/"


@pytest.fixture
def course(site, session):
    found = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, found, now=datetime.now(UTC))
    session.commit()
    return found


@pytest.fixture
def trainer(client, session, sign_in, course):
    member = make_membership(session, role=Role.TRAINER)
    session.commit()
    sign_in(client, member.user)
    return client


def keep(site, course, **report):
    [assignment] = course.assignments
    key = content_key(
        course.files[assignment.notebook],
        {name: course.files[path] for name, path in assignment.room_files.items()},
    )
    test = {"id": "double-cache", "points": 2, "max_points": 2, "outcome": "passed",
            "is_hidden": True, "message": ""}  # fmt: skip
    record = {
        "checked_at": "2030-01-15T12:00:00+00:00",
        "wrong_answers": {"tried": 2, "caught": 1, "accepted": 0},
        "findings": [{"grade_id": "double-test", "message": "test <faible>"}],
        "answers": [
            {"cell": "double", "name": "« 2 » devient « 3 »", "fate": "caught", "reason": ""},
            {"cell": "double", "name": "par <cœur>", "fate": "passed", "reason": ""},
        ],
        "reference": {
            "points": 4, "max_points": 4, "cpu_ms": 120,
            "exercises": [{"title": "Doubler", "tests": [test]}],
        },
    }  # fmt: skip
    Store(site.config.instance / CHECKS).put(key, record | report)


class TestPage:
    def test_shows_the_source_with_its_solution(self, trainer):
        page = trainer.get(PAGE).text
        assert "return 2 * x" in page
        assert "BEGIN HIDDEN TESTS" in page
        assert 'aria-current="page">Source' in page

    def test_shows_what_learners_receive(self, trainer):
        page = trainer.get(f"{PAGE}?vue=enonce").text
        assert "return 2 * x" not in page
        assert "double(-3)" not in page
        assert "NotImplementedError" in page

    @pytest.mark.parametrize("view", ["reference", "essais"])
    def test_says_how_to_have_it_checked(self, trainer, view):
        assert "garrigue check" in trainer.get(f"{PAGE}?vue={view}").text

    def test_shows_what_the_last_check_found(self, trainer, site, course):
        keep(site, course)
        run = trainer.get(f"{PAGE}?vue=reference").text
        assert "double-cache" in run
        assert "15 janvier 2030" in run
        tried = trainer.get(f"{PAGE}?vue=essais").text
        assert "Refusée par les tests" in tried
        assert "Passe les tests" in tried
        assert "par &lt;cœur&gt;" in tried
        assert "test &lt;faible&gt;" in tried

    def test_is_led_to_from_the_exercise_for_trainers_alone(
        self, trainer, session, sign_in, app, course
    ):
        assert PAGE in trainer.get(PAGE.removesuffix("auteur/")).text
        assert "/publication/" in trainer.get("/cours/petit-cours/").text
        learner, browser = make_membership(session), new_browser(app)
        session.commit()
        sign_in(browser, learner.user)
        assert PAGE not in browser.get(PAGE.removesuffix("auteur/")).text
        assert "/publication/" not in browser.get("/cours/petit-cours/").text

    def test_any_view_is_one_of_them(self, trainer):
        assert 'aria-current="page">Source' in trainer.get(f"{PAGE}?vue=<x>").text


def test_a_check_of_another_form_is_not_shown(site, course):
    keep(site, course)
    [assignment] = course.assignments
    assert find_record(site.config.instance, course, assignment).at.year == 2030
    path = site.config.courses / "petit-cours" / "data" / "notes.csv"
    path.write_text("nom,note\nAda,3\n")
    other = read_course(path.parents[1]).course
    assert find_record(site.config.instance, other, other.assignments[0]) is None
