"""Marking without names: no page of the team shows a name beside a work that waits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.catalogue.referentials import read_shelf
from lms.config import Config
from lms.domain.peers import PeerMode
from lms.hookspecs import Mail, hookimpl
from lms.models import (
    Evidence,
    ExerciseResult,
    GradingRun,
    MarkingPlan,
    PeerReview,
    Promotion,
    Regrade,
    Submission,
    User,
)
from lms.services import audit, referentials, scores
from lms.services.revisions import revision
from lms.services.scores import Cause
from tests.factories import write_referential
from tests.marking import (
    ASSIGNMENT,
    MarkingSchool,
    course_with_essay,
    handed_in,
    make_work,
    open_marking_school,
)

NOW = datetime.now(UTC)
NAME = "Camille Fabre"
CONTESTED = "Je ne suis pas d’accord du tout."
ASKED = "Pourquoi la médiane dit-elle mieux ?"

#: People who are on a page for another reason than their work: who can be chosen in a form.
CHOICES = re.compile(r"<(select|datalist)\b.*?</\1>", re.DOTALL)


class KeptMails:
    """A plugin that keeps the mails."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    @hookimpl
    def send_mail(self, mail: Mail, config: Config) -> bool:
        """Keep one."""
        self.sent.append(mail)
        return True


@dataclass(frozen=True, kw_only=True)
class Blind:
    """A promotion whose only assignment is marked without names.

    :param regrade_id: of a regrade of Camille's works alone.
    :param question_id: of what Camille asked about her result.
    """

    school: MarkingSchool
    mails: KeptMails
    regrade_id: int
    question_id: int

    @property
    def work(self) -> str:
        """The address of Camille's work."""
        return f"/rendus/{self.school.works['camille']}/"

    @property
    def traces(self) -> tuple[str, ...]:
        """What only Camille's work gives: where it stands, its points, what she wrote on it."""
        return (self.work, "3,25", "3.25", CONTESTED, ASKED, "La moyenne cache les écarts")

    def addresses(self) -> Iterator[str]:
        """Every page and file of the site, of Camille wherever one is of somebody."""
        school = self.school
        values: dict[str, Any] = {
            "slug": school.promotion.slug,
            "course_slug": "petit-cours",
            "module_id": "debut",
            "assignment_id": ASSIGNMENT,
            "learner_id": school.people["camille"].id,
            "submission_id": school.works["camille"],
            "left": school.works["camille"],
            "right": school.works["sami"],
            "number": school.address("camille").rstrip("/").rpartition("/")[2],
            "regrade_id": self.regrade_id,
            "question_id": self.question_id,
            "referential": "socle",
            "version": "1",
            "code": "S1",
            "key": "csv",
        }
        app = school.trainer.application
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.arguments <= values.keys()
        ]
        assert len(rules) > 60
        with app.test_request_context():
            for rule in rules:
                # Streams have no names; the PDF says what its page says.
                if not rule.rule.endswith(("/suivi", ".pdf", ".zip")):
                    named = {key: values[key] for key in rule.arguments}
                    yield app.url_for(rule.endpoint, **named)


@pytest.fixture
def blind(make_app: Callable[..., Flask], config: Config) -> Blind:
    """Three works that wait for a person; of one, all that pages can show is there."""
    course_with_essay(config.courses)
    write_referential(config.courses)
    mails = KeptMails()
    school = open_marking_school(make_app(config, plugins=[mails]))
    school.plan(is_blind=True, peers=PeerMode.NAMED)
    with school.site.sessions.begin() as session:
        regrade_id = _leave_traces(session, school, config)
    work = school.works["camille"]
    page = f"/cours/petit-cours/exercices/{ASSIGNMENT}/aide"
    asked = school.camille.submit(page, texte=ASKED, partage="private", rendu=str(work))
    contest = f"/rendus/{work}/contestations/"
    assert school.camille.submit(contest, texte=CONTESTED).status_code == 303
    question_id = int(asked.location.rstrip("/").rpartition("/")[2])
    return Blind(school=school, mails=mails, regrade_id=regrade_id, question_id=question_id)


def _leave_traces(session: Session, school: MarkingSchool, config: Config) -> int:
    promotion = session.get_one(Promotion, school.promotion.id)
    work = session.get_one(Submission, school.works["camille"])
    run = session.scalars(select(GradingRun).filter_by(submission_id=work.id)).one()
    run.points = run.exercises[0].points = 3.25
    run.exercises[0].outcome = "failed"
    referentials.keep(session, read_shelf(config.courses), now=NOW)
    referentials.bind_missing(session, promotion.programme, ["socle"], now=NOW)
    session.add(
        Evidence(
            learner_id=work.learner_id,
            run_id=run.id,
            exercise_id="double",
            referential="socle",
            version="1",
            competence="S1",
            level=2,
            proposed_at=NOW,
        )
    )
    cause = Cause(
        course_slug=work.course_slug,
        assignment_id=ASSIGNMENT,
        assignment=school.site.library.course(work.course_slug).assignment(ASSIGNMENT),
        what="graded",
        now=NOW,
    )
    scores.rederive(session, cause, {work.learner_id})
    for actor_id, event in ((work.learner_id, "handed-in"), (None, "graded")):
        audit.record(
            session,
            f"submission.{event}",
            f"submission:{work.id}",
            actor_id=actor_id,
            now=NOW,
            points=3.25,
            max_points=10.0,
        )
    reviewer = school.people["sami"].id
    session.add(PeerReview(submission_id=work.id, reviewer_id=reviewer, assigned_at=NOW))
    regrade = Regrade(
        promotion_id=promotion.id,
        course_slug=work.course_slug,
        assignment_id=ASSIGNMENT,
        version_id=work.version_id,
        scope="learner",
        learner_id=work.learner_id,
        never_lower=False,
        notify=False,
        state="open",
        started_at=NOW,
    )
    session.add(regrade)
    session.flush()
    session.add(
        GradingRun(
            submission_id=work.id,
            version_id=work.version_id,
            regrade_id=regrade.id,
            is_counting=False,
            outcome="graded",
            points=1.0,
            max_points=10.0,
            is_forgeable=False,
            message="",
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=NOW,
            finished_at=NOW,
        )
    )
    return regrade.id


def told(blind: Blind, person: str, address: str) -> str:
    """What a page or a file says, without what people can choose among."""
    answer = blind.school.browsers[person].get(address)
    kind = answer.content_type or ""
    text = answer.text if kind.startswith(("text/", "application/json")) else ""
    return CHOICES.sub("", text)


class TestNoPage:
    @pytest.mark.parametrize("person", ["trainer", "manager"])
    def test_of_the_team_has_a_name_beside_the_work(self, blind: Blind, person: str) -> None:
        shown = {address: told(blind, person, address) for address in blind.addresses()}
        both = {
            address: [trace for trace in blind.traces if trace in text]
            for address, text in shown.items()
            if NAME in text
        }
        assert {address: found for address, found in both.items() if found} == {}
        assert sum(NAME in text for text in shown.values()) > 5
        assert sum(blind.work in text for text in shown.values()) > 3

    def test_of_the_learner_hides_anything(self, blind: Blind) -> None:
        for address in ("/", blind.work, f"{blind.work}contestations/", "/resultats/"):
            assert "nonyme" not in told(blind, "camille", address)
        assert "3,25" in told(blind, "camille", blind.work)

    def test_hides_it_once_the_mark_is_final(self, blind: Blind) -> None:
        school = blind.school
        school.mark("trainer", "camille", **{"e1-points": "3", "definitive": "1"})
        promotion = f"/promotions/{school.promotion.slug}/"
        person = f"{promotion}personnes/{school.people['camille'].id}/"
        for address in ("/", promotion, person, f"{promotion}contestations/", blind.work):
            text = told(blind, "trainer", address)
            assert NAME in text, address
            assert blind.work in text, address
        assert "Sami Benali" not in told(blind, "trainer", "/")


class TestEachPage:
    def test_says_that_the_work_is_there(self, blind: Blind) -> None:
        promotion = f"/promotions/{blind.school.promotion.slug}/"
        person = f"{promotion}personnes/{blind.school.people['camille'].id}/"
        assert "Rendu anonyme" in told(blind, "trainer", "/")
        assert "Rendu anonyme" in told(blind, "trainer", f"{promotion}contestations/")
        assert "<td><span class=b>" in told(blind, "trainer", promotion)
        assert "Anonyme" in told(blind, "trainer", person)
        assert "anonyme</span>" in told(blind, "trainer", f"{promotion}notes/")
        assert "Sami Benali lit un rendu anonyme" in told(
            blind, "trainer", f"{promotion}lecture/{ASSIGNMENT}/"
        )

    def test_of_one_score_is_refused_with_what_to_do(self, blind: Blind) -> None:
        school = blind.school
        slug, learner_id = school.promotion.slug, school.people["camille"].id
        page = f"/promotions/{slug}/notes/{learner_id}/{ASSIGNMENT}/"
        refused = school.trainer.get(page)
        assert refused.status_code == 409
        assert "réglages de lecture" in refused.text
        again = school.trainer.submit(f"{page}fixer", page="/compte", points="1", raison="Oui")
        assert again.status_code == 409

    def test_of_regrades_starts_none_of_one_person(self, blind: Blind) -> None:
        school = blind.school
        refused = school.trainer.submit(
            f"/promotions/{school.promotion.slug}/recorrections/",
            exercice=ASSIGNMENT,
            portee="learner",
            personne=str(school.people["camille"].id),
        )
        assert refused.status_code == 422
        assert "sans les noms" in refused.text

    def test_answers_a_contest_without_the_name(self, blind: Blind) -> None:
        page = f"{blind.work}contestations/"
        fields = {"texte": "Voici pourquoi.", "decision": "accepted"}
        answered = blind.school.trainer.submit(f"{page}1/reponse", page=page, **fields)
        assert answered.status_code == 303
        text = told(blind, "trainer", page)
        assert "Réponse envoyée." in text
        assert NAME not in text
        assert f"personne={blind.school.people['camille'].id}" not in text

    def test_of_the_journal_does_not_find_it_by_name(self, blind: Blind) -> None:
        journal = f"/promotions/{blind.school.promotion.slug}/journal/"
        listed = told(blind, "trainer", journal)
        assert "Quelqu’un a déposé le rendu nº" in listed
        assert "Le rendu de quelqu’un pour" in listed
        assert "Camille" not in listed
        assert "3.25" not in told(blind, "trainer", f"{journal}?personne=Camille")
        assert "3.25" in listed


class TestMails:
    def test_to_the_team_do_not_say_whose_work_it_is(self, blind: Blind) -> None:
        team = {person.email for key, person in blind.school.people.items() if key != "camille"}
        sent = [mail for mail in blind.mails.sent if mail.to in team]
        assert [mail for mail in sent if ASKED in mail.text]
        assert [mail for mail in sent if CONTESTED in mail.text]
        assert not [mail for mail in sent if NAME in mail.text + mail.subject]


class TestNothingToMark:
    def test_hides_no_name_once_the_work_ran(self, blind: Blind) -> None:
        school = blind.school
        with school.site.sessions.begin() as session:
            session.execute(update(ExerciseResult).values(outcome="passed"))
        for address in ("/", blind.work):
            assert NAME in told(blind, "trainer", address)
        assert blind.work not in told(blind, "trainer", school.queue)

    def test_hides_it_while_nobody_knows_yet(self, blind: Blind) -> None:
        school = blind.school
        with school.site.sessions.begin() as session:
            session.execute(update(ExerciseResult).values(outcome="passed"))
            promotion = session.get_one(Promotion, school.promotion.id)
            camille = session.get_one(User, school.people["camille"].id)
            first = session.get_one(Submission, school.works["camille"])
            session.add(
                Submission(
                    learner_id=camille.id,
                    promotion_id=promotion.id,
                    course_slug=first.course_slug,
                    assignment_id=first.assignment_id,
                    version_id=first.version_id,
                    attempt=2,
                    notebook_hash=school.site.blobs.put(handed_in("Autre")),
                    size_bytes=1000,
                    filename="carnet.ipynb",
                    handed_in_at=NOW,
                )
            )
        assert NAME not in told(blind, "trainer", blind.work)
        assert NAME not in told(blind, "trainer", "/")


def test_an_earlier_attempt_has_no_name_while_the_latest_waits(blind: Blind) -> None:
    school = blind.school
    school.mark("trainer", "camille", **{"e1-points": "3", "definitive": "1"})
    assert NAME in told(blind, "trainer", blind.work)
    with school.site.sessions.begin() as session:
        promotion = session.get_one(Promotion, school.promotion.id)
        camille = session.get_one(User, school.people["camille"].id)
        make_work(session, school.site, camille, promotion, attempt=2, essay="Mieux")
    assert NAME not in told(blind, "trainer", blind.work)
    assert NAME not in told(blind, "trainer", f"{school.queue}?etat=tous")


def test_lifting_it_shows_the_names_at_once(blind: Blind) -> None:
    with blind.school.site.sessions.begin() as session:
        promotion = session.get_one(Promotion, blind.school.promotion.id)
        before = revision(session, promotion)
        later = datetime.now(UTC)
        session.execute(update(MarkingPlan).values(is_blind=False, changed_at=later))
        assert revision(session, promotion) != before  # so boards that are open follow
    assert NAME in told(blind, "trainer", blind.work)


def test_exports_leave_the_score_out(blind: Blind) -> None:
    notes = f"/promotions/{blind.school.promotion.slug}/notes/export/"
    line = next(
        line
        for line in told(blind, "trainer", f"{notes}csv").splitlines()
        if line.startswith(NAME)
    )
    assert "3,25" not in line
    book = load_workbook(io.BytesIO(blind.school.trainer.get(f"{notes}xlsx").data))
    (row,) = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == NAME]
    assert [value for value in row[2:] if value is not None] == []


def test_two_readings_hide_it_until_they_are_reconciled(blind: Blind) -> None:
    school = blind.school
    school.plan(is_blind=True, is_double=True, peers=PeerMode.NAMED)
    for person in ("trainer", "second"):
        school.mark(person, "camille", **{"e1-points": "3", "definitive": "1"})
        assert NAME not in told(blind, person, blind.work)
    final = {"e1-points": "4", "raison": "Entre les deux", "definitive": "1"}
    school.mark("trainer", "camille", **final)
    assert NAME in told(blind, "second", blind.work)
