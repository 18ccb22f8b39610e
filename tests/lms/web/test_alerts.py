"""Alerts as trainers handle them, and as the person concerned sees them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.domain.alerts import Alert, AlertRule, Threshold
from lms.hookspecs import hookimpl
from lms.models import (
    AlertAside,
    AlertSetting,
    AssignmentRules,
    AuditEvent,
    Closure,
    Membership,
)
from tests.crowds import graded
from tests.factories import make_membership, make_promotion, make_user
from tests.lms.conftest import new_browser

QUIET = "sans-activite"


class Birthday:
    """A plugin with a rule of its own, and one that fails."""

    @hookimpl
    def alert_rules(self):
        days = Threshold(key="days", label="Jours", default=3, minimum=1, maximum=9)
        return [
            AlertRule(
                key="gateau", title="Gâteau", sentence="À {days} jours.", thresholds=(days,)
            ),
            AlertRule(key="panne", title="En panne", sentence="Jamais.", thresholds=(days,)),
        ]

    @hookimpl
    def find_alerts(self, rule, facts):
        if rule.key == "panne":
            raise RuntimeError("no cake")
        if rule.key != "gateau":
            return None
        people = [learner.learner_id for learner in facts.learners] + [999_999]
        return [
            Alert(learner_id=key, facts="Gâteau <b>!</b>", cleared_by="Demain.")
            for key in people
        ]


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026", ends_on=date(2999, 1, 1))


@pytest.fixture
def quiet(session, promotion):
    """A learner who joined twenty days ago and left no trace."""
    joined = datetime.now(UTC) - timedelta(days=20)
    user = make_user(session, name="Fatou Diallo", email="fatou@ecole.example")
    return make_membership(session, user, promotion, started_at=joined).user


@pytest.fixture
def trainer(client, session, promotion, quiet, sign_in):
    """A browser in which the promotion's trainer is signed in."""
    user = make_user(session, name="Camille Roux", email="camille@ecole.example")
    make_membership(session, user, promotion, role=Role.TRAINER)
    session.commit()
    sign_in(client, user)
    return client


def address(promotion, *parts):
    return "/".join([f"/promotions/{promotion.slug}/alertes", *map(str, parts)]) + (
        "" if parts else "/"
    )


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def aside(trainer, promotion, quiet, **given):
    fields = {"learner": quiet.id, "rule": QUIET, "subject": "", "note": "En stage"}
    until = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    where = address(promotion, "mises-de-cote")
    return trainer.submit(where, page=address(promotion), **(fields | {"until": until} | given))


class TestShown:
    def test_an_alert_stands_beside_its_rule_its_facts_and_what_ends_it(
        self, trainer, promotion
    ):
        page = words(trainer.get(address(promotion)).text)
        assert "Fatou Diallo Aucune activité récente Aucune trace d’activité depuis" in page
        assert "20 jours sans les fermetures" in page
        assert "La règle : Aucune trace d’activité depuis 7 jours" in page
        assert "Disparaît à la prochaine trace" in page

    def test_closed_days_do_not_count(self, trainer, session, promotion):
        first = (datetime.now(UTC) - timedelta(days=16)).date()
        session.add(
            Closure(
                promotion_id=promotion.id,
                first_on=first,
                last_on=first + timedelta(days=14),
                label="Congés",
            )
        )
        session.commit()
        assert "Aucune alerte à regarder" in trainer.get(address(promotion)).text

    def test_nothing_is_said_once_the_promotion_is_over(self, trainer, session, promotion):
        promotion.starts_on, promotion.ends_on = date(2020, 1, 1), date(2020, 9, 1)
        session.commit()
        assert "Aucune alerte à regarder" in trainer.get(address(promotion)).text


class TestSetAside:
    def test_it_goes_until_its_date_with_the_reason_and_comes_back_on_request(
        self, trainer, session, promotion, quiet
    ):
        assert aside(trainer, promotion, quiet).status_code == 303
        page = words(trainer.get(address(promotion)).text)
        assert "Aucune alerte à regarder" in page
        assert "« En stage » – Camille Roux, jusqu’au" in page
        assert (
            "alerte"
            not in words(trainer.get(f"/promotions/{promotion.slug}/").text)
            .split("Fatou", 1)[1]
            .split("À jour", 1)[0]
        )

        row = session.scalars(select(AlertAside)).one()
        trainer.submit(
            address(promotion, "mises-de-cote", row.id, "reprise"), page=address(promotion)
        )
        assert "Mettre de côté" in trainer.get(address(promotion)).text
        actions = session.scalars(select(AuditEvent.action)).all()
        assert {"alert.set-aside", "alert.resumed"} <= set(actions)

    def test_after_its_date_the_alert_is_back(self, trainer, session, promotion, quiet):
        aside(trainer, promotion, quiet)
        session.scalars(select(AlertAside)).one().until = date(2020, 1, 1)
        session.commit()
        assert "Mettre de côté" in trainer.get(address(promotion)).text
        assert aside(trainer, promotion, quiet).status_code == 303

    def test_a_refusal_keeps_what_was_typed(self, trainer, promotion, quiet):
        refusals = (
            ({"note": "  "}, "Écrivez pourquoi"),
            ({"note": "x" * 501}, "dépasse 500 caractères"),
            ({"until": ""}, "Choisissez une date à venir"),
            ({"until": "2020-01-01"}, "Choisissez une date à venir"),
            ({"until": "9999-01-01"}, "Choisissez une date à venir"),
        )
        for given, said in refusals:
            answer = aside(trainer, promotion, quiet, **{"note": "En congé", **given})
            assert answer.status_code == 422
            assert said in answer.text
            assert f'value="{given.get("note", "En congé")}"' in answer.text
            assert "<details open>" in answer.text

    def test_somebody_who_does_not_learn_here_is_not_found(self, trainer, promotion, quiet):
        for learner in ("0", "abc", "999999", "9" * 30):
            assert aside(trainer, promotion, quiet, learner=learner).status_code == 404

    def test_what_is_set_aside_elsewhere_is_not_found(self, trainer, session, promotion, quiet):
        row = AlertAside(
            promotion_id=make_promotion(session).id,
            learner_id=quiet.id,
            rule=QUIET,
            subject="",
            note="En stage",
            until=date(2999, 1, 1),
            set_at=datetime.now(UTC),
        )
        session.add(row)
        session.commit()
        where = address(promotion, "mises-de-cote", row.id, "reprise")
        assert trainer.submit(where, page=address(promotion)).status_code == 404


class TestWrite:
    def test_the_learner_gets_a_mail_that_can_be_answered(
        self, trainer, session, promotion, quiet, config
    ):
        where = address(promotion, "messages")
        fields = {"learner": quiet.id, "text": "Bonjour,\nun coup de main ?"}
        assert trainer.submit(where, page=address(promotion), **fields).status_code == 303
        [mail] = (config.instance / "mails").glob("*.eml")
        text = mail.read_text("utf-8")
        assert "To: fatou@ecole.example" in text
        assert "un coup de main ?" in text
        assert "camille@ecole.example" in text
        assert "http://localhost/suivi/" in text
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "learner.written-to")
        ).one()
        assert "coup de main" not in str(event.details)

    def test_a_message_that_is_refused_is_kept_and_not_sent(
        self, trainer, promotion, quiet, config
    ):
        where = address(promotion, "messages")
        for typed, said in ((" ", "Écrivez d’abord"), ("x" * 5001, "dépasse 5000 caractères")):
            answer = trainer.submit(
                where, page=address(promotion), learner=quiet.id, text=typed
            )
            assert answer.status_code == 422
            assert said in answer.text
            assert f">{typed}</textarea>" in answer.text
        assert not (config.instance / "mails").exists()


class TestRules:
    FIELDS: ClassVar = {
        "rendus-a-reprendre.on": "1",
        "rendus-a-reprendre.runs": "3",
        "sans-activite.on": "1",
        "sans-activite.days": "30",
        "loin-du-parcours-median.on": "1",
        "loin-du-parcours-median.gap": "4",
    }

    def change(self, trainer, promotion, fields):
        return trainer.submit(address(promotion, "regles"), **fields)

    def test_a_threshold_of_the_promotion_is_applied_and_told(
        self, trainer, session, promotion
    ):
        assert self.change(trainer, promotion, self.FIELDS).status_code == 303
        page = words(trainer.get(address(promotion)).text)
        assert "Aucune alerte à regarder" in page
        assert "depuis 30 jours" in page
        assert session.scalars(select(AlertSetting.rule)).all() == [QUIET]
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "alert-rule.changed")
        ).one()
        assert (event.details["before"], event.details["after"]) == ("days=7", "days=30")

    def test_a_rule_can_be_switched_off(self, trainer, promotion):
        fields = self.FIELDS | {"sans-activite.days": "7"}
        fields.pop("sans-activite.on")
        self.change(trainer, promotion, fields)
        page = words(trainer.get(address(promotion)).text)
        assert "Aucune alerte à regarder" in page
        assert "Aucune activité récente (désactivée)" in page

    def test_what_is_no_number_within_its_bounds_is_refused(self, trainer, session, promotion):
        for typed in ("", "1", "91", "sept", "7.5", "-7", "9" * 40, "٧"):
            answer = self.change(
                trainer, promotion, self.FIELDS | {"sans-activite.days": typed}
            )
            assert answer.status_code == 422
            assert "écrivez un nombre entier de 2 à 90" in words(answer.text)
            assert f'value="{typed}"' in answer.text
        assert session.scalars(select(AlertSetting)).all() == []


class TestMine:
    def test_a_learner_sees_the_same_rule_and_what_was_set_aside(
        self, app, trainer, promotion, quiet, sign_in
    ):
        aside(trainer, promotion, quiet)
        own = new_browser(app)
        sign_in(own, quiet)
        page = words(own.get("/suivi/").text)
        assert "Aucune trace d’activité depuis l’arrivée dans la promotion" in page
        assert "« En stage »" in page
        assert "Exercices validés 0 sur 1" in page

    def test_nobody_else_is_shown(self, app, session, trainer, promotion, quiet, sign_in):
        other = make_membership(session, promotion=promotion).user
        session.commit()
        own = new_browser(app)
        sign_in(own, other)
        page = own.get("/suivi/").text
        assert "Aucune règle ne s’applique à vous" in page
        assert "Fatou" not in page

    def test_results_that_wait_for_their_release_are_not_told(
        self, app, session, trainer, promotion, quiet, sign_in
    ):
        member = session.scalars(select(Membership).where(Membership.user_id == quiet.id)).one()
        for attempt in (1, 2, 3):
            graded(session, member, attempt=attempt, at=datetime.now(UTC))
        rules = AssignmentRules(
            promotion_id=promotion.id, assignment_id="", feedback="by-trainer"
        )
        session.add(rules)
        session.commit()
        own = new_browser(app)
        sign_in(own, quiet)

        assert "3 rendus à reprendre sur «" in words(trainer.get(address(promotion)).text)
        assert "3 rendus à reprendre sur «" not in words(own.get("/suivi/").text)
        rules.released_at = datetime.now(UTC) - timedelta(hours=1)
        session.commit()
        assert "3 rendus à reprendre sur «" in words(own.get("/suivi/").text)

    def test_who_follows_nothing_is_told_so(self, trainer):
        assert "Vous ne suivez aucune promotion" in trainer.get("/suivi/").text


def test_rules_of_plugins_are_applied_and_one_that_fails_breaks_nothing(
    make_app, config, sign_in
):
    app = make_app(config, plugins=[Birthday()])
    site = app.extensions["garrigue"]
    with site.sessions.begin() as session:
        promotion = make_promotion(session, ends_on=date(2999, 1, 1))
        make_membership(session, make_user(session, name="Ada"), promotion)
        trainer = make_membership(session, promotion=promotion, role=Role.TRAINER).user
        slug = promotion.slug
    client = new_browser(app)
    sign_in(client, trainer)

    page = client.get(f"/promotions/{slug}/alertes/").text
    assert "Gâteau &lt;b&gt;!&lt;/b&gt;" in page
    assert "La règle « En panne » n’a pas pu être appliquée" in words(page)
    assert page.count('class="alert"') == 1
    assert "no cake" in (config.instance / "extensions.jsonl").read_text()
