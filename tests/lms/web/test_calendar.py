"""« Calendrier »: dates computed and set by hand, closures, previews, and taking back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import AssignmentRules, AuditEvent, Closure, PromotionDate, Score
from tests.factories import (
    COURSE,
    make_membership,
    make_promotion,
    make_submission,
    make_user,
    make_version,
)

FIRST_FRIDAY = datetime(2026, 9, 4, 16, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 11, 16, 0, tzinfo=UTC)


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026", starts_on=date(2026, 9, 1))


@pytest.fixture
def config(config):
    """A course with a week, and a date that is none."""
    text = COURSE.replace(
        "title: Premier carnet\n", "title: Premier carnet\n        due: semaine-1\n"
    )
    (config.courses / "petit-cours" / "course.yml").write_text(text, encoding="utf-8")
    return config


@pytest.fixture
def staff(client, session, promotion, sign_in):
    """A trainer's browser."""
    trainer = make_membership(session, make_user(session), promotion, Role.TRAINER)
    session.commit()
    sign_in(client, trainer.user)
    return client


@pytest.fixture
def where(promotion):
    return f"/promotions/{promotion.slug}/calendrier/"


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def stored(session):
    session.expire_all()
    return {
        row.symbol: (row.at, row.is_by_hand) for row in session.scalars(select(PromotionDate))
    }


def change(client, where, path, **fields):
    """See the effects of a change, then confirm it; return what the preview said."""
    preview = client.submit(f"{where}{path}", page=where, **fields)
    assert preview.status_code == 200
    client.submit(f"{where}{path}", page=where, confirme="1", **fields)
    return text_of(preview)


def take_back(client, where, page=None):
    text = (page or client.get(where)).text
    address = re.search(r'action="([^"]+/annuler)" class="undo"', text)[1]
    assert client.submit(address, page=where).status_code == 303


def test_dates_are_placed_once_their_effects_were_seen(staff, session, where):
    assert "1 date n’est pas où le calendrier la met" in text_of(staff.get(where))
    preview = staff.submit(f"{where}application", page=where)
    assert "Rien n’a changé encore" in preview.text
    assert stored(session) == {}
    staff.submit(f"{where}application", page=where, confirme="1")
    assert stored(session) == {"semaine-1": (FIRST_FRIDAY, False)}
    page = staff.get(where)
    assert "Semaine 1 · vendredi 4 septembre 2026" in text_of(page)
    take_back(staff, where, page)
    assert stored(session) == {}


def test_a_date_set_by_hand_stays_and_can_follow_again(staff, session, where):
    change(staff, where, "application")
    fields = {"jour": "2026-09-11", "heure": "18:00"}
    assert "11 septembre" in change(staff, where, "dates/semaine-1/", **fields)
    assert stored(session) == {"semaine-1": (LATER, True)}
    page = text_of(staff.get(where))
    assert "Fixée à la main. Le calendrier la mettrait au vendredi 4 septembre 2026" in page
    change(staff, where, "fermetures", motif="Rentrée", du="2026-08-31", au="2026-09-06")
    assert stored(session) == {"semaine-1": (LATER, True)}
    take_back(staff, where)
    change(staff, where, "dates/semaine-1/calcul")
    assert stored(session) == {"semaine-1": (FIRST_FRIDAY, False)}
    take_back(staff, where)
    assert stored(session) == {"semaine-1": (LATER, True)}


def test_a_closure_moves_dates_and_says_why(staff, session, where):
    change(staff, where, "application")
    fields = {"motif": "Travaux", "du": "2026-08-31", "au": "2026-09-06"}
    preview = change(staff, where, "fermetures", **fields)
    assert "1 date bouge" in preview
    assert stored(session) == {"semaine-1": (LATER, False)}
    page = staff.get(where)
    assert "Une semaine ne compte pas avant elle (Travaux)." in text_of(page)
    take_back(staff, where, page)
    assert stored(session) == {"semaine-1": (FIRST_FRIDAY, False)}
    take_back(staff, where)
    closure = session.scalars(select(Closure)).one()
    assert stored(session) == {"semaine-1": (LATER, False)}
    change(staff, where, f"fermetures/{closure.id}/retrait")
    assert stored(session) == {"semaine-1": (FIRST_FRIDAY, False)}
    actions = session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.action.like("closure.%"))
        .order_by(AuditEvent.id)
    ).all()
    assert actions == ["closure.added", "closure.removed", "closure.added", "closure.removed"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"motif": "", "du": "2026-12-21"}, "Nommez la fermeture"),
        ({"motif": "Noël", "du": "bientôt"}, "Indiquez le premier jour"),
        ({"motif": "Noël", "du": "2026-12-21", "au": "2026-12-01"}, "finirait avant"),
        ({"motif": "Noël", "du": "2026-12-21", "au": "2036-12-01"}, "un an au plus"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_and_kept_in_the_form(
    staff, session, where, fields, said
):
    refused = staff.submit(f"{where}fermetures", page=where, **fields)
    assert refused.status_code == 400
    assert said in refused.text
    assert f'name="motif" value="{fields["motif"]}"' in refused.text
    assert session.scalars(select(Closure)).all() == []


def test_the_same_closure_twice_is_refused(staff, where):
    fields = {"motif": "Pont", "du": "2026-12-21"}
    change(staff, where, "fermetures", **fields)
    again = staff.submit(f"{where}fermetures", page=where, confirme="1", **fields)
    assert again.status_code == 409


def test_the_work_concerned_is_told_and_its_score_follows(staff, session, promotion, where):
    change(staff, where, "application")
    member = make_membership(session, promotion=promotion)
    version = make_version(session)
    submission = make_submission(
        session,
        membership=member,
        version=version,
        handed_in_at=datetime(2026, 9, 7, tzinfo=UTC),
    )
    session.add(
        AssignmentRules(
            promotion_id=promotion.id, late_grace_s=0, late_loss_per_day=0.1, late_floor=0.5
        )
    )
    graded(session, submission)
    session.commit()
    fields = {"jour": "2026-09-08", "heure": "18:00"}
    preview = change(staff, where, "dates/semaine-1/", **fields)
    assert "1 rendu ne serait plus en retard." in preview
    assert session.scalars(select(Score.points)).all() == [4.0]
    take_back(staff, where)
    session.expire_all()
    assert session.scalars(select(Score.points)).one() == pytest.approx(2.8)


def test_a_date_that_cannot_be_read_is_refused(staff, where):
    refused = staff.submit(f"{where}dates/semaine-1/", page=where, jour="demain", heure="18:00")
    assert refused.status_code == 400
    assert "Choisissez un jour" in refused.text
    assert staff.get(f"{where}dates/semaine-99/").status_code == 404


def test_a_date_changed_since_is_not_taken_back(staff, session, where):
    change(staff, where, "dates/semaine-1/", jour="2026-09-11", heure="18:00")
    first = session.scalars(select(AuditEvent).where(AuditEvent.action == "date.set")).one()
    change(staff, where, "dates/semaine-1/", jour="2026-09-12", heure="18:00")
    address = where.replace("calendrier", "journal")
    refused = staff.submit(f"{address}{first.id}/annuler", page=where)
    assert refused.status_code == 409
    assert "a changé depuis" in refused.text


def graded(session, submission):
    from lms.models import GradingRun

    session.add(
        GradingRun(
            submission_id=submission.id,
            version_id=submission.version_id,
            outcome="graded",
            points=4.0,
            max_points=4.0,
            is_forgeable=False,
            message="",
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=submission.handed_in_at,
            finished_at=submission.handed_in_at,
        )
    )
