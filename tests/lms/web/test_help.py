"""Asking for help on screen: from an exercise, in the thread, in mails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.config import Config
from lms.domain.access import Role
from lms.hookspecs import Mail, hookimpl
from lms.models import Promotion, User
from lms.services import versions
from lms.web.context import EXTENSION, Site
from tests.factories import make_membership, make_promotion, make_user
from tests.lms.conftest import Browser, new_browser

EXERCISE = "/cours/petit-cours/exercices/premier-carnet"
ASK = f"{EXERCISE}/aide"
HOSTILE = "Bonjour <script>alert(1)</script> **fort** <img src=x onerror=alert(2)>"


class Post:
    """A plugin that keeps the mails."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    @hookimpl
    def send_mail(self, mail: Mail, config: Config) -> bool:
        self.sent.append(mail)
        return True


@dataclass(frozen=True, kw_only=True)
class School:
    """A promotion with a learner, another one and a trainer, each in a browser."""

    post: Post
    promotion: Promotion
    learner: Browser
    fellow: Browser
    trainer: Browser
    trainer_user: User

    def ask(self, text: str = "Pourquoi ?", **fields: Any) -> TestResponse:
        return self.learner.submit(
            ASK, **{"exercice": "double", "texte": text, "partage": "private"} | fields
        )

    def save(self, code: str, outputs: list[Any]) -> None:
        address = f"{EXERCISE}/atelier/brouillon"
        cells = self.learner.get(address).json["cells"]
        cells[1] |= {"source": code, "outputs": outputs}
        answer = self.learner.put(
            address,
            data=json.dumps({"base": 0, "cells": cells}),
            headers={"X-CSRFToken": self.learner.token("/compte")},
        )
        assert answer.status_code == 200


@pytest.fixture
def school(
    make_app: Callable[..., Flask], config: Config, sign_in: Callable[..., TestResponse]
) -> School:
    """A school whose mails are kept."""
    post = Post()
    app = make_app(config, plugins=[post])
    site: Site = app.extensions[EXTENSION]
    with site.sessions.begin() as session:
        course = site.library.course("petit-cours")
        versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
        promotion = make_promotion(session)
        people = {
            "learner": make_user(session, name="Camille Fabre"),
            "fellow": make_user(session, name="Sami Benali"),
            "trainer": make_user(session, name="Inès Roumégas"),
        }
        for name, user in people.items():
            role = Role.TRAINER if name == "trainer" else Role.LEARNER
            make_membership(session, user, promotion, role)
    browsers = {}
    for name, user in people.items():
        browsers[name] = new_browser(app)
        sign_in(browsers[name], user)
    return School(post=post, promotion=promotion, trainer_user=people["trainer"], **browsers)


def test_the_way_of_a_question(school: School) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "neuf"}
    school.save("def double(x):\n    return x * x", [output])
    assert ASK in school.learner.get(f"{EXERCISE}/").text
    form = school.learner.get(f"{ASK}?exercice=double").text
    assert "return x * x" in form
    assert "neuf" in form
    assert "La version 1 de votre brouillon" in form

    asked = school.ask("Pourquoi **9** ?")
    assert (asked.status_code, asked.location) == (303, "/aide/1/")
    told = school.post.sent[0]
    assert told.to == school.trainer_user.email
    assert told.subject == "Question de Camille Fabre sur «\xa0Premier carnet\xa0»"
    assert "http://localhost/aide/1/" in told.text

    assert "1 question attend une réponse" in school.trainer.get("/").text
    listed = school.trainer.get(f"/promotions/{school.promotion.slug}/questions/").text
    assert "Camille Fabre, Premier carnet" in listed
    assert "Attend depuis 1 minute" in listed
    thread = school.trainer.get("/aide/1/").text
    assert "<strong>9</strong>" in thread
    assert "return x * x" in thread
    assert "neuf" in thread
    assert b"return x * x" in school.trainer.get("/aide/1/carnet.ipynb").data

    school.trainer.submit("/aide/1/messages", page="/aide/1/", texte="Relisez `*`.")
    assert school.post.sent[1].to != school.trainer_user.email
    assert "Relisez `*`." in school.post.sent[1].text
    assert "Répondue" in school.learner.get("/aide/").text
    assert "<code>*</code>" in school.learner.get("/aide/1/").text
    assert "attend une réponse" not in school.trainer.get("/").text

    school.learner.submit("/aide/1/messages", page="/aide/1/", texte="Et pour 0 ?")
    assert school.post.sent[2].to == school.trainer_user.email
    school.learner.submit("/aide/1/fermer", page="/aide/1/")
    assert "Close" in school.learner.get("/aide/").text
    assert "Clore la question" not in school.learner.get("/aide/1/").text


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=7), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(minutes=61), "1 heure"),
        (timedelta(hours=23), "23 heures"),
        (timedelta(hours=23, minutes=50), "1 jour"),
        (timedelta(days=3, hours=2), "3 jours"),
    ],
)
def test_says_how_long_somebody_has_waited(app: Flask, time: timedelta, words: str) -> None:
    with app.test_request_context():
        assert app.jinja_env.filters["time_waited"](time) == words


def test_asking_the_same_twice_sends_one_mail(school: School) -> None:
    first, second = school.ask(), school.ask()

    assert first.location == second.location
    assert len(school.post.sent) == 1


def test_shares_with_the_promotion_and_takes_it_back(school: School) -> None:
    page = f"{EXERCISE}/"
    school.ask("Une question à partager", partage="anonymous")
    assert "Une personne de la promotion" in school.fellow.get(page).text
    assert "Une question à partager" in school.fellow.get(page).text
    assert "Camille" not in school.fellow.get(page).text
    assert school.fellow.get("/aide/1/").status_code == 404

    school.learner.submit("/aide/1/partage", page="/aide/1/", partage="first-name")
    assert "Camille" in school.fellow.get(page).text
    assert "Fabre" not in school.fellow.get(page).text

    school.learner.submit("/aide/1/partage", page="/aide/1/", partage="private")
    assert "Une question à partager" not in school.fellow.get(page).text


def test_what_is_missing_is_said_on_the_form(school: School) -> None:
    answer = school.ask("")
    assert "Ce champ est à remplir." in answer.text
    answer = school.ask("Une question", partage="tout le monde")
    assert answer.status_code == 200
    school.ask()
    answer = school.trainer.submit("/aide/1/messages", page="/aide/1/", texte=" ")
    assert "Ce champ est à remplir." in answer.text
    wrong = school.learner.submit("/aide/1/partage", page="/aide/1/", partage="non")
    assert wrong.status_code == 400


def test_nothing_that_is_written_runs(school: School) -> None:
    html = {"output_type": "display_data", "data": {"text/html": HOSTILE}, "metadata": {}}
    school.save("</code></pre><script>alert(3)</script>", [html])
    school.ask(HOSTILE)
    shown = school.trainer.get("/aide/1/").text

    assert "<strong>fort</strong>" in shown
    assert "alert(" not in shown.replace("&lt;script&gt;alert(3)&lt;/script&gt;", "")
    assert "onerror" not in shown


def test_a_learner_without_questions_is_told_how_to_ask(school: School) -> None:
    assert "Vous n’avez pas encore posé de question" in school.learner.get("/aide/").text
    listed = school.trainer.get(f"/promotions/{school.promotion.slug}/questions/").text
    assert "Aucune question pour l’instant" in listed
