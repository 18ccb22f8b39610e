"""A promotion as its staff see it."""

from __future__ import annotations

import re

import pytest

from lms.domain.access import Role
from lms.models import Job, Score
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
    return make_promotion(session, name="Castelnau 2026")


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


def row_of(page, name):
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def address(promotion):
    return f"/promotions/{promotion.slug}/"


class TestResults:
    def test_shows_who_has_handed_nothing_in(self, as_staff, session, promotion):
        make_membership(session, make_user(session, name="Ada"), promotion)
        assert row_of(as_staff().get(address(promotion)).text, "Ada") == "Rien déposé"

    def test_leads_to_the_latest_submission_with_its_state(self, as_staff, session, promotion):
        member = make_membership(session, make_user(session, name="Ada"), promotion)
        version = make_version(session)
        make_submission(session, membership=member, version=version, attempt=1)
        latest = make_submission(session, membership=member, version=version, attempt=2)
        session.add(
            Job(
                kind="grade",
                submission_id=latest.id,
                state="waiting",
                priority=0,
                run_after=NOON,
                created_at=NOON,
            )
        )
        page = as_staff(Role.TRAINER).get(address(promotion)).text
        assert f'href="/rendus/{latest.id}/"' in page
        assert "En attente" in row_of(page, "Ada")
        assert "Pas encore noté, sur 4 points" in row_of(page, "Ada")

    def test_shows_the_points_that_count(self, as_staff, session, promotion):
        from lms.models import ExerciseResult, GradingRun

        member = make_membership(session, make_user(session, name="Ada"), promotion)
        submission = make_submission(session, membership=member)
        run = GradingRun(
            submission_id=submission.id,
            version_id=submission.version_id,
            outcome="graded",
            points=2.5,
            max_points=4.0,
            is_forgeable=False,
            message="",
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=NOON,
            finished_at=NOON,
            exercises=[
                ExerciseResult(
                    position=0,
                    exercise_id="double",
                    title="Double",
                    points=2.5,
                    max_points=4.0,
                    outcome="partial",
                    is_forgeable=False,
                    tests=[],
                )
            ],
        )
        session.add(run)
        session.flush()
        session.add(
            Score(
                learner_id=member.user_id,
                promotion_id=promotion.id,
                course_slug="petit-cours",
                assignment_id="premier-carnet",
                points=2.5,
                max_points=4.0,
                run_id=run.id,
                derived_at=NOON,
            )
        )
        row = row_of(as_staff().get(address(promotion)).text, "Ada")
        assert "À reprendre" in row
        assert "2,5 / 4" in row

    def test_names_are_shown_as_text(self, as_staff, session, promotion):
        make_membership(session, make_user(session, name="<b>Ada</b>"), promotion)
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
        response = client.get(address(lost))
        assert response.status_code == 200
        assert "ne peut pas être lu pour le moment" in response.text

    def test_lists_the_promotions_of_the_person_alone(self, as_staff, session, promotion):
        other = make_promotion(session, name="Ailleurs")
        page = as_staff().get("/promotions/").text
        assert "Castelnau 2026" in page
        assert other.name not in page
