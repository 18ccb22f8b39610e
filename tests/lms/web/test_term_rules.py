"""« Réglages », « Aménagements » and « Groupes »: what is set, for whom, and taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.domain.late import LatePolicy
from lms.domain.terms import FeedbackRelease
from lms.models import Adjustment, AuditEvent, Group, GroupMember, PromotionDate
from lms.services.terms import terms_of
from lms.web.context import EXTENSION
from tests.factories import (
    COURSE,
    NOON,
    make_membership,
    make_promotion,
    make_submission,
    make_user,
)


@pytest.fixture
def config(config):
    """A course with a date."""
    text = COURSE.replace(
        "title: Premier carnet\n", "title: Premier carnet\n        due: semaine-1\n"
    )
    (config.courses / "petit-cours" / "course.yml").write_text(text, encoding="utf-8")
    return config


@pytest.fixture
def promotion(session):
    promotion = make_promotion(session, name="Castelnau 2026")
    session.add(PromotionDate(promotion_id=promotion.id, symbol="semaine-1", at=NOON))
    return promotion


@pytest.fixture
def ada(session, promotion):
    return make_membership(session, make_user(session, name="Ada"), promotion)


@pytest.fixture
def staff(client, session, promotion, ada, sign_in):
    """A trainer's browser."""
    trainer = make_membership(session, make_user(session), promotion, Role.TRAINER)
    session.commit()
    sign_in(client, trainer.user)
    return client


@pytest.fixture
def terms(app, session, promotion, ada):
    """Tell Ada's terms as they are now."""
    course = app.extensions[EXTENSION].library.course("petit-cours")

    def found():
        session.expire_all()
        return terms_of(session, promotion, ada.user_id, course.assignments[0])

    return found


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def take_back(client, page):
    text = client.get(page).text
    address = re.search(r'action="([^"]+/annuler)" class="undo"', text)[1]
    assert client.submit(address, page=page).status_code == 303


LATE = {"retard": "propre", "tolerance": "2", "perte": "12,5", "minimum": "50"}


class TestRules:
    def test_of_the_promotion_are_inherited_and_shown_so(self, staff, promotion, terms):
        where = f"/promotions/{promotion.slug}/reglages/"
        page = text_of(staff.get(where))
        assert "Le retard ne coûte rien. rien de réglé" in page
        assert "Tentatives illimitées ce que dit le cours" in page
        fields = LATE | {"tentatives": "propre", "nombre": "3", "retours": "after-due"}
        staff.submit(f"{where}promotion/", **fields)
        late = LatePolicy(grace_s=7200, loss_per_day=0.125, floor=0.5)
        found = terms()
        assert (found.late, found.attempts) == (late, 3)
        assert found.feedback is FeedbackRelease.AFTER_DUE
        page = text_of(staff.get(where))
        assert "3 tentatives réglage de la promotion" in page
        assert "Chaque jour de retard commencé coûte 12,5 % des points." in page
        assert 'value="12,5"' in staff.get(f"{where}promotion/").text

    def test_of_an_assignment_go_before_and_are_taken_back(self, staff, promotion, terms):
        where = f"/promotions/{promotion.slug}/reglages/"
        staff.submit(f"{where}promotion/", tentatives="propre", nombre="3")
        staff.submit(f"{where}exercices/premier-carnet/", tentatives="illimitees")
        assert terms().attempts is None
        page = staff.get(where)
        assert "Tentatives illimitées propre à cet exercice" in text_of(page)
        address = re.search(r'action="([^"]+/annuler)" class="undo"', page.text)[1]
        staff.submit(address, page=where)
        assert terms().attempts == 3

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            (LATE | {"perte": "beaucoup"}, "« beaucoup » n’est pas un nombre."),
            (LATE | {"perte": "nan"}, "« nan » n’est pas un nombre."),
            (LATE | {"minimum": "120"}, "vont de 0 à 100 %"),
            (LATE | {"tolerance": "-1"}, "La tolérance va de 0"),
            ({"tentatives": "propre", "nombre": "2.5"}, "n’est pas un nombre entier"),
            ({"tentatives": "propre"}, "au moins une tentative"),
        ],
    )
    def test_that_cannot_be_are_refused_with_what_was_typed(
        self, staff, promotion, terms, fields, said
    ):
        before = terms()
        where = f"/promotions/{promotion.slug}/reglages/promotion/"
        refused = staff.submit(where, **fields)
        assert refused.status_code == 400
        assert said in text_of(refused)
        for value in fields.values():
            assert f'value="{value}"' in refused.text
        assert terms() == before

    def test_feedback_is_opened_by_a_trainer_who_may_close_it_again(
        self, staff, session, promotion, ada, terms, config
    ):
        make_submission(session, membership=ada)
        session.commit()
        where = f"/promotions/{promotion.slug}/reglages/"
        address = f"{where}exercices/premier-carnet/"
        staff.submit(address, retours="by-trainer")
        assert not terms().is_feedback_open(datetime.now(UTC))
        staff.submit(f"{address}ouverture", page=where)
        assert terms().is_feedback_open(datetime.now(UTC))
        [mail] = (config.instance / "mails").glob("*.eml")
        assert "Le retour sur votre rendu pour" in mail.read_text("utf-8")
        assert staff.submit(f"{address}ouverture", page=where).status_code == 409
        staff.submit(f"{address}fermeture", page=where)
        assert not terms().is_feedback_open(datetime.now(UTC))
        take_back(staff, where)
        assert terms().is_feedback_open(datetime.now(UTC))

    def test_of_an_unknown_assignment_are_not_found(self, staff, promotion):
        where = f"/promotions/{promotion.slug}/reglages/exercices/nul/"
        assert staff.get(where).status_code == 404


class TestAdjustments:
    def test_are_granted_told_and_withdrawn(self, staff, promotion, ada, terms, config):
        where = f"/promotions/{promotion.slug}/amenagements/"
        who = f"personne:{ada.user_id}"
        fields = {"qui": who, "jours": "2", "tentatives": "1", "motif": "Accord du 12 octobre"}
        staff.submit(where, **fields)
        found = terms()
        assert found.due_at == NOON + timedelta(days=2)
        assert found.adjustment_reason == "Accord du 12 octobre"
        page = staff.get(where)
        assert "Ada · Tous les exercices · 2 jours de plus, 1 tentative de plus" in text_of(
            page
        )
        [mail] = (config.instance / "mails").glob("*.eml")
        assert "Accord" not in mail.read_text("utf-8")
        address = re.search(r'action="([^"]+/retrait)"', page.text)[1]
        staff.submit(address, page=where)
        assert terms().due_at == NOON
        take_back(staff, where)
        assert terms().due_at == NOON + timedelta(days=2)
        staff.submit(address, page=where)
        assert staff.submit(address, page=where).status_code == 409

    def test_may_name_a_date_for_one_assignment(self, staff, promotion, ada, terms):
        where = f"/promotions/{promotion.slug}/amenagements/"
        staff.submit(
            where,
            qui=f"personne:{ada.user_id}",
            exercice="premier-carnet",
            jour="2030-02-01",
            heure="12:00",
            motif="Panne",
        )
        assert terms().due_at == datetime(2030, 2, 1, 11, 0, tzinfo=UTC)
        take_back(staff, where)
        assert terms().due_at == NOON

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"jours": "0"}, "Donnez des jours de plus, une date"),
            ({"jours": "9999"}, "De 0 à 365 jours"),
            ({"tentatives": "-1"}, "De 0 à 100 tentatives"),
            ({"jour": "demain"}, "La date ne se lit pas"),
            ({"jours": "2", "jour": "2030-02-01"}, "pas les deux"),
            ({"jours": "2", "motif": " "}, "Écrivez le motif"),
            ({"jours": "2", "motif": "x" * 301}, "trop long"),
            ({"jours": "2", "qui": "personne:999999"}, "Choisissez une personne"),
            ({"jours": "2", "qui": ""}, "Choisissez une personne"),
            ({"jours": "2", "exercice": "nul"}, "n’est pas, ou plus, dans le cours"),
        ],
    )
    def test_that_cannot_be_are_refused_with_what_was_typed(
        self, staff, session, promotion, ada, fields, said
    ):
        where = f"/promotions/{promotion.slug}/amenagements/"
        given = {"qui": f"personne:{ada.user_id}", "motif": "Panne"} | fields
        refused = staff.submit(where, **given)
        assert refused.status_code == 400
        assert said in text_of(refused)
        assert f'value="{given["motif"]}"' in refused.text
        assert session.scalars(select(Adjustment)).all() == []


class TestGroups:
    def test_are_made_filled_adjusted_and_taken_away(
        self, staff, session, promotion, ada, terms
    ):
        where = f"/promotions/{promotion.slug}/groupes/"
        staff.submit(where, nom="  Groupe   A ")
        group = session.scalars(select(Group)).one()
        assert group.name == "Groupe A"
        page = f"{where}{group.id}/"
        staff.submit(page, personne=str(ada.user_id))
        adjusting = f"/promotions/{promotion.slug}/amenagements/"
        staff.submit(adjusting, qui=f"groupe:{group.id}", jours="3", motif="Salle fermée")
        assert terms().due_at == NOON + timedelta(days=3)
        assert "Groupe « Groupe A »" in text_of(staff.get(adjusting))
        kept = staff.submit(f"{page}suppression", page=page)
        assert "Des aménagements valent pour ce groupe" in kept.text
        staff.submit(page)
        assert terms().due_at == NOON
        take_back(staff, where)
        assert terms().due_at == NOON + timedelta(days=3)

    def test_come_back_with_their_people(self, staff, session, promotion, ada):
        where = f"/promotions/{promotion.slug}/groupes/"
        staff.submit(where, nom="A")
        group = session.scalars(select(Group)).one()
        staff.submit(f"{where}{group.id}/", personne=str(ada.user_id))
        staff.submit(f"{where}{group.id}/suppression", page=where)
        assert session.scalars(select(GroupMember)).all() == []
        take_back(staff, where)
        assert session.scalars(select(GroupMember.learner_id)).all() == [ada.user_id]
        take_back(staff, where)
        assert session.scalars(select(Group)).all() == []

    @pytest.mark.parametrize(("name", "status"), [("", 400), ("x" * 61, 400), ("A", 409)])
    def test_need_a_name_of_their_own(self, staff, promotion, name, status):
        where = f"/promotions/{promotion.slug}/groupes/"
        staff.submit(where, nom="A")
        assert staff.submit(where, nom=name).status_code == status

    def test_take_learners_of_the_promotion_alone(self, staff, session, promotion):
        stranger = make_membership(session)
        session.commit()
        where = f"/promotions/{promotion.slug}/groupes/"
        staff.submit(where, nom="A")
        group = session.scalars(select(Group)).one()
        page = f"{where}{group.id}/"
        assert staff.submit(page, personne=str(stranger.user_id)).status_code == 400
        assert session.scalars(select(GroupMember)).all() == []


def test_the_journal_tells_of_them_without_the_reason(staff, session, promotion, ada):
    where = f"/promotions/{promotion.slug}/amenagements/"
    staff.submit(where, qui=f"personne:{ada.user_id}", jours="2", motif="Secret")
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "adjustment.granted")
    ).one()
    assert event.person_id == ada.user_id
    assert "Secret" not in str(event.details)
    journal = text_of(staff.get(f"/promotions/{promotion.slug}/journal/"))
    assert "a accordé un aménagement à Ada." in journal
