"""A promotion as its staff see it: the board, one person, one assignment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.domain.access import Role
from lms.models import (
    Group,
    GroupMember,
    Job,
    Score,
    WorkTrace,
)
from lms.services import versions
from tests.crowds import counted_queries, graded, open_crowd, write_large_course
from tests.factories import (
    NOON,
    make_membership,
    make_promotion,
    make_submission,
    make_user,
    make_version,
)


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026", ends_on=date(2999, 1, 1))


@pytest.fixture
def as_staff(client, session, promotion, sign_in):
    """Sign a member of staff in and return the browser."""

    def enter(role=Role.COHORT_MANAGER):
        member = make_membership(
            session, make_user(session, name="Équipe"), promotion, role=role
        )
        session.commit()
        sign_in(client, member.user)
        return client

    return enter


@pytest.fixture
def learner(session, promotion):
    """A learner of the promotion, by name."""

    def make(name):
        return make_membership(session, make_user(session, name=name), promotion)

    return make


def cells_of(page, name):
    """The words of a person's cells, or None when the person is not on the board."""
    found = re.search(rf'<th scope="row"><a[^>]*>{name}</a>(.*?)(?=<tr|</tbody>)', page, re.S)
    cells = re.split(r"<td>", found[1])[1:] if found else None
    return found and [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def address(promotion):
    return f"/promotions/{promotion.slug}/"


def scored(session, member, run):
    session.add(
        Score(
            learner_id=member.user_id,
            promotion_id=member.promotion_id,
            course_slug="petit-cours",
            assignment_id="premier-carnet",
            points=run.points,
            max_points=4.0,
            run_id=run.id,
            derived_at=NOON,
        )
    )


class TestBoard:
    def test_shows_who_has_handed_nothing_in(self, as_staff, learner, promotion):
        learner("Ada")
        assert cells_of(as_staff().get(address(promotion)).text, "Ada") == [""]

    def test_leads_to_the_latest_submission_with_its_state(
        self, as_staff, session, learner, promotion
    ):
        member, version = learner("Ada"), make_version(session)
        make_submission(
            session, membership=member, version=version, attempt=1, handed_in_at=NOON
        )
        latest = make_submission(
            session, membership=member, version=version, attempt=2, handed_in_at=NOON
        )
        job = {"kind": "grade", "state": "waiting", "priority": 0}
        session.add(Job(submission_id=latest.id, run_after=NOON, created_at=NOON, **job))

        page = as_staff(Role.TRAINER).get(address(promotion)).text
        assert f"<a class=w href=/rendus/{latest.id}/>" in page
        assert cells_of(page, "Ada") == ["– ×2 15 janv."]

    def test_shows_the_points_that_count(self, as_staff, session, learner, promotion):
        member = learner("Ada")
        _submission, run = graded(session, member)
        scored(session, member, run)

        page = as_staff().get(address(promotion)).text
        assert "<a class=r " in page
        assert cells_of(page, "Ada") == ["2,5 15 janv."]

    def test_work_that_is_not_handed_in_is_under_way(
        self, as_staff, session, learner, promotion
    ):
        member = learner("Ada")
        where = {"course_slug": "petit-cours", "assignment_id": "premier-carnet"}
        session.add(WorkTrace(learner_id=member.user_id, at=NOON, **where))

        page = as_staff().get(address(promotion)).text
        assert f"<a class=d href=personnes/{member.user_id}/#premier-carnet>" in page
        assert cells_of(page, "Ada") == ["– 15 janv."]

    def test_alone_asks_from_what_it_was_made(
        self, as_staff, learner, promotion, site, session
    ):
        ada, client = learner("Ada"), as_staff()
        pages = (address(promotion), f"{address(promotion)}alertes/")
        person = f"{address(promotion)}personnes/{ada.user_id}/"
        asks = []
        for page in (*pages, person):
            with counted_queries(site.engine) as sent:
                assert client.get(page).status_code == 200
            asks.append(any("max(alert_aside.set_at)" in statement for statement in sent))
        assert asks == [True, False, False]

    def test_filters_stand_in_the_address(self, as_staff, session, learner, promotion):
        elise, ada = learner("Élise"), learner("Ada")
        graded(session, elise, points=4.0)
        group = Group(promotion_id=promotion.id, name="Lundi")
        session.add(group)
        session.flush()
        session.add(GroupMember(group_id=group.id, learner_id=ada.user_id))
        client = as_staff()

        def shown(query):
            page = client.get(f"{address(promotion)}?{query}").text
            return {name for name in ("Élise", "Ada") if cells_of(page, name) is not None}

        assert shown("") == {"Élise", "Ada"}
        assert shown("nom=elis") == {"Élise"}
        assert shown("groupe=Lundi") == {"Ada"}
        assert shown("etat=passed") == {"Élise"}
        assert shown("etat=none") == {"Ada"}
        assert shown("module=debut") == {"Élise", "Ada"}
        assert shown("etat=n’importe") == {"Élise", "Ada"}
        page = client.get(f"{address(promotion)}?module=ailleurs&nom=%3Cb%3E").text
        assert "Personne ne correspond à ces filtres" in page
        assert 'value="&lt;b&gt;"' in page

    def test_only_people_with_an_alert_are_shown_on_request(
        self, as_staff, session, learner, promotion
    ):
        quiet, busy = learner("Fatou"), learner("Ada")
        quiet.started_at = datetime.now(UTC) - timedelta(days=20)
        make_submission(session, membership=busy)

        page = as_staff().get(f"{address(promotion)}?alertes=1").text
        assert cells_of(page, "Fatou") is not None
        assert cells_of(page, "Ada") is None
        assert "Une règle s’applique à 1 personne" in page

    def test_names_are_shown_as_text(self, as_staff, learner, promotion):
        learner("<b>Ada</b>")
        page = as_staff().get(address(promotion)).text
        assert "<b>Ada" not in page
        assert "&lt;b&gt;Ada" in page

    def test_says_when_there_is_nobody_yet(self, as_staff, promotion):
        assert "Personne à suivre pour l’instant" in as_staff().get(address(promotion)).text

    def test_says_when_the_course_cannot_be_read(self, client, session, sign_in):
        lost = make_promotion(session, course_slug="cours-perdu")
        member = make_membership(session, promotion=lost, role=Role.TRAINER)
        session.commit()
        sign_in(client, member.user)
        for page in ("", "alertes/"):
            response = client.get(f"{address(lost)}{page}")
            assert response.status_code == 200
            assert "ne peut pas être lu pour le moment" in response.text

    def test_asks_the_database_ten_times_whatever_its_size(
        self, client, session, site, config, sign_in
    ):
        write_large_course(config.courses, assignments=4, modules=2)
        promotion, trainer = open_crowd(session, site, learners=3)
        sign_in(client, trainer)

        def asked(promotion):
            with counted_queries(site.engine) as sent:
                assert client.get(address(promotion)).status_code == 200
            return len(sent)

        small = asked(promotion)
        write_large_course(config.courses, assignments=8, modules=2)
        larger, _trainer = open_crowd(session, site, learners=6)
        make_membership(session, trainer, larger, Role.TRAINER)
        session.commit()
        assert asked(larger) == small <= 10

    def test_the_stream_tells_what_may_have_changed(
        self, as_staff, session, learner, promotion
    ):
        member = learner("Ada")
        client = as_staff()

        def first_event():
            answer = client.get(f"{address(promotion)}suivi", buffered=False)
            event = next(
                piece.decode() for piece in answer.response if piece.startswith(b"data:")
            )
            answer.close()
            return event

        before = first_event()
        make_submission(session, membership=member)
        session.commit()
        assert first_event() != before

    def test_lists_the_promotions_of_the_person_alone(self, as_staff, session, promotion):
        other = make_promotion(session, name="Ailleurs")
        page = as_staff().get("/promotions/").text
        assert "Castelnau 2026" in page
        assert other.name not in page


class TestPerson:
    def test_every_number_leads_to_its_reason(self, as_staff, session, learner, promotion):
        member, version = learner("Ada"), make_version(session)
        first, run = graded(session, member, points=4.0, version=version)
        scored(session, member, run)
        second, _run = graded(
            session, member, attempt=2, version=version, at=NOON + timedelta(minutes=20)
        )

        page = as_staff().get(f"{address(promotion)}personnes/{member.user_id}/").text
        row = re.search(r'<tr id="premier-carnet">(.*?)</tr>', page, re.S)[1]
        points, attempts = re.findall(r"<td>(.*?)</td>", row, re.S)[1:3]
        assert f'href="/rendus/{first.id}/"' in points
        assert re.findall(r'href="(/rendus/\d+/)"', attempts) == [
            f"/rendus/{first.id}/",
            f"/rendus/{second.id}/",
        ]
        assert "20\N{NO-BREAK SPACE}min" in row
        assert "intervalles de 30 minutes au plus" in page

    def test_somebody_who_does_not_learn_here_is_not_found(self, as_staff, session, promotion):
        elsewhere = make_membership(session)
        client = as_staff()
        for user_id in (elsewhere.user_id, 999_999):
            answer = client.get(f"{address(promotion)}personnes/{user_id}/")
            assert answer.status_code == 404


class TestAssignment:
    @pytest.fixture
    def synced(self, site, session):
        """The version of the assignment as its course has it."""
        course = site.library.course("petit-cours")
        versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
        return session.query(versions.AssignmentVersion).one()

    def test_groups_the_same_errors_and_failed_tests(
        self, as_staff, session, learner, promotion, synced
    ):
        visible = {"id": "double-test", "outcome": "failed", "is_hidden": False}
        got = {"got": {"type": "int", "text": "9", "shape": []}}
        shown = visible | {"comparison": got, "source": "assert double(3) == 6", "message": ""}
        hidden = {"id": "double-cache", "outcome": "failed", "is_hidden": True}
        for name, cell in (("Ada", "12"), ("Élise", "7")):
            error = {"name": "IndexError", "message": f"index {cell} out of range"}
            graded(
                session, learner(name), tests=[shown, hidden], errors=[error], version=synced
            )
        graded(session, learner("Kofi"), points=4.0, version=synced)

        where = f"{address(promotion)}exercices/premier-carnet/"
        page = as_staff(Role.TRAINER).get(where).text
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        assert "3 personnes ont un résultat ; 2 ont eu au moins un rendu à reprendre" in words
        assert "IndexError : index … out of range 2 personnes, 2 rendus" in words
        assert "Le test « double-test » a reçu int : 9 2 personnes" in words
        assert "Le test caché « double-cache » n’est pas passé" in words
        assert "assert double(3) == 6" in page or "assert double(2) == 4" in page
        assert "assert double(-3) == -6" in page

    def test_a_cohort_manager_does_not_see_what_hidden_tests_ask(
        self, as_staff, session, learner, promotion, synced
    ):
        hidden = {"id": "double-cache", "outcome": "failed", "is_hidden": True}
        graded(session, learner("Ada"), tests=[hidden], version=synced)

        page = as_staff().get(f"{address(promotion)}exercices/premier-carnet/").text
        assert "Le test caché « double-cache »" in " ".join(page.split())
        assert "double(-3)" not in page

    def test_without_results_it_says_so(self, as_staff, promotion):
        client = as_staff()
        page = client.get(f"{address(promotion)}exercices/premier-carnet/").text
        assert "Aucun résultat pour l’instant" in page
        assert client.get(f"{address(promotion)}exercices/autre/").status_code == 404
