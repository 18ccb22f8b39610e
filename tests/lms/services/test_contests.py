"""Contested results: one at a time, answered once, all of it noted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.errors import Conflict, Invalid
from lms.models import AuditEvent, Submission
from lms.services import contests, grading
from tests.factories import NOON, make_user
from tests.handing_in import Desk, finished, open_desk

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(session, tmp_path: Path) -> Desk:
    """A learner in front of the assignment."""
    return open_desk(session, tmp_path)


def graded(desk: Desk) -> Submission:
    submission = desk.submission()
    grading.record(desk.session, desk.claimed(), finished(3.0))
    return submission


def test_is_made_answered_and_noted(desk: Desk) -> None:
    submission, trainer = graded(desk), make_user(desk.session)
    made = contests.contest(
        desk.session, submission, " Ma réponse est juste. ", exercise_id="double", now=NOON
    )
    assert contests.open_count(desk.session, desk.member.promotion) == 1
    contests.answer(
        desk.session, made, "En effet.", is_accepted=True, actor_id=trainer.id, now=LATER
    )

    assert (made.text, made.state, made.answered_by_id) == (
        "Ma réponse est juste.",
        "accepted",
        trainer.id,
    )
    assert contests.open_count(desk.session, desk.member.promotion) == 0
    events = desk.session.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("contest."))
    ).all()
    assert {(each.action, each.actor_id) for each in events} == {
        ("contest.made", desk.member.user_id),
        ("contest.accepted", trainer.id),
    }


def test_waits_for_its_answer_and_gets_one(desk: Desk) -> None:
    submission = graded(desk)
    made = contests.contest(desk.session, submission, "Non", now=NOON)
    with pytest.raises(Conflict, match="attendez la réponse"):
        contests.contest(desk.session, submission, "Non !", now=NOON)
    answer = {"is_accepted": False, "actor_id": desk.member.user_id, "now": LATER}
    contests.answer(desk.session, made, "Voici pourquoi.", **answer)
    with pytest.raises(Conflict, match="déjà été donnée"):
        contests.answer(desk.session, made, "Encore.", **answer)

    assert contests.contest(desk.session, submission, "Toujours pas", now=LATER).id != made.id


@pytest.mark.parametrize(
    ("text", "exercise_id", "said"),
    [(" ", "", "Dites"), ("x" * 4001, "", "abrégez"), ("Non", "autre", "pas dans ce rendu")],
)
def test_refuses_what_cannot_be_answered(
    desk: Desk, text: str, exercise_id: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        contests.contest(desk.session, graded(desk), text, exercise_id=exercise_id, now=NOON)


def test_there_is_nothing_to_contest_before_a_result(desk: Desk) -> None:
    with pytest.raises(Conflict, match="pas encore de résultat"):
        contests.contest(desk.session, desk.submission(), "Non", now=NOON)
