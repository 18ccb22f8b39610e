"""Reviews by peers on screen: assigned, written, read, hidden, worth points if asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.config import Config
from lms.domain.peers import PeerMode
from lms.models import AssignmentRules, PeerReview
from lms.services.manual_marks import final_points
from tests.marking import ASSIGNMENT, MarkingSchool, course_with_essay, open_marking_school


@pytest.fixture
def school(make_app: Callable[..., Flask], config: Config) -> MarkingSchool:
    """Three learners who review each other, without names."""
    course_with_essay(config.courses)
    school = open_marking_school(make_app(config))
    school.plan(peers=PeerMode.ANONYMOUS, has_peer_rubric=True, peers_give_points=True)
    school.rubric()
    assign(school)
    return school


def plan_page(school: MarkingSchool) -> str:
    return f"/promotions/{school.promotion.slug}/lecture/{ASSIGNMENT}/"


def assign(school: MarkingSchool) -> None:
    page = plan_page(school)
    assert school.trainer.submit(f"{page}pairs", page=page).status_code == 303


def reviews(school: MarkingSchool) -> list[PeerReview]:
    with school.site.sessions() as session:
        return list(session.scalars(select(PeerReview).order_by(PeerReview.id)))


def of(school: MarkingSchool, author: str) -> list[tuple[str, int]]:
    """Readers of a learner's work, each with the review's id."""
    names = {user.id: name for name, user in school.people.items()}
    work = school.works[author]
    return [
        (names[one.reviewer_id], one.id) for one in reviews(school) if one.submission_id == work
    ]


def test_are_two_for_each_and_assigning_again_changes_nothing(school: MarkingSchool) -> None:
    before = [(one.reviewer_id, one.submission_id) for one in reviews(school)]
    assign(school)
    assert [(one.reviewer_id, one.submission_id) for one in reviews(school)] == before
    assert len(before) == 6


def test_are_written_without_names_then_read_by_the_author(school: MarkingSchool) -> None:
    (reader, review), _other = of(school, "camille")
    browser = school.browsers[reader]
    assert "Rendu d’une personne de votre promotion" in browser.get("/relectures/").text
    page = f"/relectures/{review}/"
    shown = browser.get(page).text
    assert "la médiane dit mieux" in shown
    assert "Camille" not in shown.split("<main", 1)[1]
    own = f"/rendus/{school.works['camille']}/"

    browser.submit(page, commentaire="Clair et juste.", action="garder")
    assert "Clair et juste." in browser.get(page).text
    assert "Clair et juste." not in school.camille.get(own).text
    empty = browser.submit(page, commentaire=" ", revision="1", action="envoyer")
    assert empty.status_code == 422
    browser.submit(page, commentaire="Clair et juste.", revision="1", action="envoyer")
    told = school.camille.get(own).text
    assert "Clair et juste." in told
    assert school.people[reader].name not in told.split("<main", 1)[1]
    late = browser.submit(page, commentaire="Autre", revision="2", action="envoyer")
    assert late.status_code == 422

    stranger = next(name for name in ("camille", "sami", "nadia") if name != reader)
    assert school.browsers[stranger].get(page).status_code == 404
    assert school.trainer.get(page).status_code == 404


def test_show_no_result_that_the_author_may_not_see_yet(school: MarkingSchool) -> None:
    (reader, review), _other = of(school, "camille")
    page, test = f"/relectures/{review}/", 'data-cell="double-test"'
    assert test in school.browsers[reader].get(page).text
    with school.site.sessions.begin() as session:
        session.add(AssignmentRules(promotion_id=school.promotion.id, feedback="by-trainer"))
    shown = school.browsers[reader].get(page).text
    assert test not in shown
    assert "la médiane dit mieux" in shown


def test_give_their_mean_until_one_is_hidden_or_a_trainer_marks(school: MarkingSchool) -> None:
    def points() -> dict[str, float]:
        work = school.works["camille"]
        with school.site.sessions() as session:
            found = final_points(session, [work]).get(work, {})
        return {key: each.points for key, each in found.items()}

    levels = ({"e1-c0": "2", "e1-c1": "1"}, {"e1-c0": "1", "e1-c1": "0"})
    for (reader, review), chosen in zip(of(school, "camille"), levels, strict=True):
        assert points() == {}
        school.browsers[reader].submit(
            f"/relectures/{review}/", commentaire="Bien", action="envoyer", **chosen
        )
    assert points() == {"essai": 4.0}

    page, (_reader, review) = plan_page(school), of(school, "camille")[0]
    hide = f"{page}pairs/{review}/masquer"
    refused = school.trainer.submit(hide, page=page, etat="masquee", raison="")
    assert refused.status_code == 400
    school.trainer.submit(hide, page=page, etat="masquee", raison="Hors sujet")
    assert points() == {}
    assert "Hors sujet" in school.trainer.get(page).text
    own = f"/rendus/{school.works['camille']}/"
    assert school.camille.get(own).text.count("Une personne de votre promotion") == 1
    school.trainer.submit(hide, page=page, etat="visible")
    assert points() == {"essai": 4.0}

    school.mark("trainer", "camille", **{"e1-c0": "2", "e1-c1": "1", "definitive": "1"})
    assert points() == {"essai": 6.0}
