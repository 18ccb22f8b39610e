"""Feedback that is not open yet: nowhere to be seen by its learner, who is told when."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.domain.access import Role
from lms.models import (
    Adjustment,
    AssignmentRules,
    Comment,
    Evidence,
    GradingRun,
    PromotionDate,
    Submission,
)
from lms.services import grading
from lms.services.attempts import desk as desk_of
from lms.services.openings import AttemptsUsed
from lms.web.context import Site
from tests.factories import COURSE, make_membership, write_referential
from tests.handing_in import RIGHT, WRONG, Desk, answered, finished, open_desk
from tests.lms.conftest import Browser

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def config(config):
    """A course with a date and a referential."""
    text = COURSE.replace(
        "title: Premier carnet\n", "title: Premier carnet\n        due: semaine-1\n"
    )
    (config.courses / "petit-cours" / "course.yml").write_text(text, encoding="utf-8")
    write_referential(config.courses)
    return config


@pytest.fixture
def desk(session: Session, site: Site) -> Desk:
    """A learner in front of an assignment, with the site's own blobs."""
    return open_desk(session, site.config.instance).with_rules(due="semaine-1")


@pytest.fixture
def submission(desk: Desk) -> Submission:
    """A graded submission with a comment."""
    found = desk.submission(answered(WRONG), now=NOW)
    feedback_hash = desk.blobs.put(b"<p>Carnet</p>")
    run = finished(2.0, at=NOW, feedback_hash=feedback_hash)
    grading.record(desk.session, desk.claimed(now=NOW), run)
    trainer = make_membership(desk.session, promotion=desk.member.promotion, role=Role.TRAINER)
    desk.session.add(
        Comment(
            submission_id=found.id,
            exercise_id="",
            author_id=trainer.user_id,
            text="Presque !",
            written_at=NOW,
        )
    )
    desk.session.commit()
    return found


def hold(desk: Desk, feedback: str, **given: object) -> AssignmentRules:
    row = AssignmentRules(promotion_id=desk.member.promotion_id, feedback=feedback, **given)
    desk.session.add(row)
    desk.session.commit()
    return row


def due(desk: Desk, at: datetime) -> None:
    promotion_id = desk.member.promotion_id
    desk.session.add(PromotionDate(promotion_id=promotion_id, symbol="semaine-1", at=at))
    desk.session.commit()


def test_until_a_trainer_opens_it(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse]
) -> None:
    row = hold(desk, "by-trainer")
    sign_in(client, desk.member.user)
    page = client.get(f"/rendus/{submission.id}/")
    assert "Corrigé, retour à venir" in page.text
    assert "L’équipe pédagogique l’ouvrira" in page.text
    for secret in ("Presque", "2</strong>", "À reprendre", "Validé"):
        assert secret not in page.text
    refused = client.get(f"/rendus/{submission.id}/carnet/")
    assert refused.status_code == 409
    assert "<p>Carnet</p>" not in refused.text
    [event] = client.get(f"/rendus/{submission.id}/suivi").text.strip().split("\n\n")[-1:]
    told = json.loads(event.partition("data: ")[2])
    assert (told["standing"], told["is_final"]) == ("withheld", True)
    assert "point" not in told["words"]
    home = client.get("/").text
    assert "Corrigé, retour à venir" in home
    assert "2</strong>" not in home

    row.released_at = NOW
    desk.session.commit()
    page = client.get(f"/rendus/{submission.id}/").text
    assert "Presque" in page
    assert "2</strong> / 4" in page
    assert client.get(f"/rendus/{submission.id}/carnet/").status_code == 200


def test_no_evidence_tells_what_passed(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse]
) -> None:
    row = hold(desk, "by-trainer")
    run = desk.session.query(GradingRun).filter_by(submission_id=submission.id).one()
    desk.session.add(
        Evidence(
            learner_id=desk.member.user_id,
            run_id=run.id,
            exercise_id="double",
            referential="socle",
            version="1",
            competence="S1",
            level=1,
            proposed_at=NOW,
        )
    )
    desk.session.commit()
    sign_in(client, desk.member.user)
    sheet = f"/promotions/{desk.member.promotion.slug}/competences/{desk.member.user_id}/"
    pages = ("/cours/petit-cours/competences/", sheet)
    work = f'"/rendus/{submission.id}/'
    assert [work in client.get(page).text for page in pages] == [False, False]
    row.released_at = NOW
    desk.session.commit()
    assert [work in client.get(page).text for page in pages] == [True, True]


def test_no_score_is_told_while_the_course_cannot_be_read(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse],
    site: Site,
) -> None:  # fmt: skip
    row = hold(desk, "by-trainer")
    assert submission.id
    sign_in(client, desk.member.user)
    shutil.rmtree(site.config.courses / "petit-cours")
    reason = "/resultats/petit-cours/premier-carnet/"
    assert reason not in client.get("/resultats/").text
    assert client.get(reason).status_code == 404
    row.released_at = NOW
    desk.session.commit()
    assert reason in client.get("/resultats/").text


def test_no_mail_tells_of_a_comment_that_cannot_be_read_yet(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse],
    site: Site,
) -> None:  # fmt: skip
    row = hold(desk, "by-trainer")
    trainer = make_membership(desk.session, promotion=desk.member.promotion, role=Role.TRAINER)
    desk.session.commit()
    sign_in(client, trainer.user)
    page, mails = f"/rendus/{submission.id}/", site.config.instance / "mails"
    client.submit(f"{page}commentaires", page=page, texte="Relisez.")
    assert not list(mails.glob("*.eml"))
    row.released_at = NOW
    desk.session.commit()
    client.submit(f"{page}commentaires", page=page, texte="Relisez.")
    assert len(list(mails.glob("*.eml"))) == 1


def test_until_the_learner_s_own_date(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse]
) -> None:
    hold(desk, "after-due")
    due(desk, NOW - DAY)
    sign_in(client, desk.member.user)
    assert "Presque" in client.get(f"/rendus/{submission.id}/").text
    desk.session.add(
        Adjustment(
            promotion_id=desk.member.promotion_id,
            learner_id=desk.member.user_id,
            extra_days=3,
            reason="Panne",
            granted_at=NOW,
        )
    )
    desk.session.commit()
    page = client.get(f"/rendus/{submission.id}/").text
    assert "Il s’ouvrira après votre date de rendu, le" in page
    assert "Presque" not in page


def test_trainers_see_it_at_once(
    client: Browser, desk: Desk, submission: Submission, sign_in: Callable[..., TestResponse]
) -> None:
    hold(desk, "by-trainer")
    trainer = make_membership(desk.session, promotion=desk.member.promotion, role=Role.TRAINER)
    desk.session.commit()
    sign_in(client, trainer.user)
    assert "Presque" in client.get(f"/rendus/{submission.id}/").text


def test_the_desk_tells_the_terms_and_no_points(desk: Desk, submission: Submission) -> None:
    hold(desk, "by-trainer", attempts=1)
    due(desk, NOW - DAY)

    def found():
        learner_id = desk.member.user_id
        return desk_of(desk.session, learner_id, desk.course, desk.assignment, now=NOW)

    assert (found().points, found().history[0].points, found().steps) == (None, None, ())
    assert found().history[0].is_late
    assert found().attempts_left == 0
    with pytest.raises(AttemptsUsed):
        desk.upload(answered(RIGHT), now=NOW)
    desk.session.add(
        Adjustment(
            promotion_id=desk.member.promotion_id,
            learner_id=desk.member.user_id,
            extra_days=3,
            extra_attempts=1,
            reason="Panne",
            granted_at=NOW,
        )
    )
    desk.session.commit()
    assert found().attempts_left == 1
    assert found().due_at == NOW + 2 * DAY
    assert found().terms.is_adjusted
    assert not found().history[0].is_late
    assert desk.upload(answered(RIGHT), now=NOW).is_new
