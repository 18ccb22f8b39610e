"""« Journal »: sentences, searches, pages, and who may take what back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import AuditEvent
from lms.services import audit, roles
from lms.services.journal import PAGE_EVENTS
from tests.factories import make_membership, make_promotion, make_submission, make_user


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026")


@pytest.fixture
def reader(client, session, promotion, sign_in):
    """A cohort manager's, in a promotion where things happened."""
    manager = make_user(session, name="Élodie")
    make_membership(session, manager, promotion, Role.COHORT_MANAGER)
    ada = make_user(session, name="Ada")
    roles.join(
        session, ada, promotion, Role.LEARNER, now=datetime.now(UTC), actor_id=manager.id
    )
    member = make_membership(session, make_user(session, name="Zoé"), promotion)
    submission = make_submission(session, membership=member)
    audit.record(
        session,
        "submission.graded",
        f"submission:{submission.id}",
        actor_id=None,
        now=datetime.now(UTC) - timedelta(days=10),
        points=3.0,
        max_points=4.0,
    )
    audit.record(
        session,
        "garden.watered",
        "garden:1",
        actor_id=manager.id,
        now=datetime.now(UTC),
        promotion_id=promotion.id,
    )
    elsewhere = make_promotion(session)
    roles.join(
        session,
        make_user(session, name="Ailleurs"),
        elsewhere,
        Role.JURY,
        now=datetime.now(UTC),
    )
    session.commit()
    sign_in(client, manager)
    return client


def told(reader, promotion, **asked):
    page = reader.get(f"/promotions/{promotion.slug}/journal/", query_string=asked).text
    found = re.search(r'<ol class="rows journal">(.*?)</ol>', page, re.S)
    lines = re.findall(r"<p>(.*?)</p>", found[1]) if found else []
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


GIVEN = "Élodie a donné à Ada le rôle « apprenant·e »."
GRADED = "Le rendu de Zoé pour « Premier carnet » a été corrigé : 3.0 sur 4.0."


def test_tells_in_sentences_what_changed_in_this_promotion(reader, promotion):
    assert told(reader, promotion) == ["Élodie : garden.watered.", GIVEN, GRADED]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"personne": "zoe"}, [GRADED]),
        ({"personne": "élod", "genre": "people"}, [GIVEN]),
        ({"genre": "marks"}, [GRADED]),
        ({"sujet": "submission:"}, [GRADED]),
        ({"sujet": "50 %_"}, []),
        ({"au": f"{datetime.now(UTC) - timedelta(days=5):%Y-%m-%d}"}, [GRADED]),
        (
            {"du": f"{datetime.now(UTC) - timedelta(days=5):%Y-%m-%d}", "genre": "people"},
            [GIVEN],
        ),
        ({"du": "hier", "genre": "marks"}, [GRADED]),
    ],
)
def test_finds_by_person_kind_subject_and_date(reader, promotion, asked, found):
    assert told(reader, promotion, **asked) == found


def test_has_pages(reader, session, promotion):
    for number in range(PAGE_EVENTS):
        moment = datetime.now(UTC) + timedelta(seconds=number)
        where = {"promotion_id": promotion.id, "actor_id": None, "now": moment}
        audit.record(session, "garden.watered", f"garden:{number}", **where)
    session.commit()
    assert len(told(reader, promotion)) == PAGE_EVENTS
    assert told(reader, promotion, page="2") == ["Élodie : garden.watered.", GIVEN, GRADED]
    assert len(told(reader, promotion, page="99")) == 3


def test_what_is_taken_back_is_told_and_taken_back_once(reader, session, promotion):
    event = session.scalars(
        select(AuditEvent).where(
            AuditEvent.action == "membership.started",
            AuditEvent.promotion_id == promotion.id,
        )
    ).one()
    where = f"/promotions/{promotion.slug}/journal/"
    reader.submit(f"{where}{event.id}/annuler", page=where)
    lines = told(reader, promotion)
    assert "<strong>Annulation</strong> – Élodie a retiré à Ada" in lines[0]
    assert f"{GIVEN} <em>Annulé depuis.</em>" in lines
    twice = reader.submit(f"{where}{event.id}/annuler", page=where)
    assert twice.status_code == 409
    assert "déjà été annulée" in twice.text


def test_what_cannot_be_taken_back_says_so(reader, session, promotion):
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "garden.watered")
    ).one()
    where = f"/promotions/{promotion.slug}/journal/"
    assert reader.submit(f"{where}{event.id}/annuler", page=where).status_code == 409
    assert reader.submit(f"{where}999999/annuler", page=where).status_code == 404


def test_an_event_of_another_promotion_is_not_taken_back(reader, session, promotion):
    other = session.scalars(
        select(AuditEvent).where(AuditEvent.promotion_id != promotion.id)
    ).one()
    where = f"/promotions/{promotion.slug}/journal/"
    assert reader.submit(f"{where}{other.id}/annuler", page=where).status_code == 404
    assert (
        session.scalars(select(AuditEvent).where(AuditEvent.reverses_id.is_not(None))).all()
        == []
    )


def test_operators_read_the_whole_site_in_english_too(client, session, promotion, sign_in):
    roles.join(
        session, make_user(session, name="Ada"), promotion, Role.LEARNER, now=datetime.now(UTC)
    )
    operator = make_user(session, is_operator=True)
    session.commit()
    sign_in(client, operator)
    page = client.get("/exploitation/journal", headers={"Accept-Language": "en"}).text
    assert "The platform gave Ada the role" in page
