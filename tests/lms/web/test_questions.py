"""The questions of lessons as people see them, and what trainers and operators see."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from lms.domain.access import Role
from lms.hookspecs import hookimpl
from lms.models import ActivityAttempt
from tests.factories import make_membership, make_user
from tests.lms.conftest import new_browser

PAGE = "/cours/petit-cours/debut/lire/"
LESSON = """\
# Lire

## Vérifiez-vous

:::{admonition} Que vaut `2 + 2`\N{NARROW NO-BREAK SPACE}?
:class: quiz dropdown
:name: somme
Réponse : 4 ± 0,25 €

> Explication-de-la-somme.
:::

:::{admonition} Que rend `double(2)` ?
:class: quiz dropdown
:name: double
```python
def double(x):
    return 2 * x
```

- [ ] choix-un
- [x] choix-deux

> Explication-du-double.
:::

Fin de la leçon.
"""
POSITIONING = f"""{LESSON}
:::{{admonition}} Conseil
:class: quiz-advice
Conseil-du-thème.
:::
"""


@pytest.fixture
def write(config):
    """Put a text in place of the lesson before the site is made."""

    def put(text: str) -> None:
        path = config.courses / "petit-cours" / "debut" / "lire.md"
        path.write_text(text, encoding="utf-8")

    put(LESSON)
    return put


@pytest.fixture
def people(app, session):
    """A learner and a trainer of one promotion, and its short name."""
    learner = make_membership(session)
    trainer = make_membership(session, promotion=learner.promotion, role=Role.TRAINER).user
    session.commit()
    return learner.user, trainer, learner.promotion.slug


@pytest.fixture
def learner(write, app, people, sign_in):
    client = new_browser(app)
    sign_in(client, people[0])
    return client


@pytest.fixture
def trainer(app, people, sign_in):
    client = new_browser(app)
    sign_in(client, people[1])
    return client


def right_choice(client) -> str:
    """The key of « choix-deux » in the form."""
    html = client.get(PAGE).text
    found = re.search(r'value="([0-9a-f]+)"[^>]*>\s*<span>choix-deux', html)
    assert found, html
    return found[1]


def test_the_page_asks_and_tells_no_answer(learner):
    html = learner.get(PAGE).text
    assert html.count("<fieldset") == 2
    assert "<legend>Que vaut <code>2 + 2</code>" in html
    assert "Explication" not in html
    assert "0,25" not in html
    assert "checked" not in html
    assert html.index("choix-deux") < html.index("Vérifier mes réponses") < html.index("Fin de")


def test_answers_are_marked_explained_and_still_there(learner):
    sent = {"q-somme": "4,2 €", "q-double": right_choice(learner)}
    answered = learner.submit(f"{PAGE}reponses", PAGE, **sent)
    assert (answered.status_code, answered.location) == (303, f"{PAGE}#reponses")
    html = learner.get(PAGE).text
    assert "2 réponses justes sur 2." in html
    assert "Explication-de-la-somme." in html
    assert 'value="4,2 €"' in html
    assert html.count(" checked>") == 1
    assert "Explication" not in learner.get(f"{PAGE}?nouveau=1").text


def test_what_is_not_right_is_to_take_up_again(learner):
    learner.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "quatre"})
    html = learner.get(PAGE).text
    assert "Écrivez un nombre" in html
    assert "Pas encore de réponse" in html
    assert "Explication" not in html
    learner.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "5"})
    assert "À reprendre" in learner.get(PAGE).text


def test_an_empty_form_keeps_nothing(learner, session):
    sent = {"q-somme": "  ", "q-double": "00000000", "q-autre": "4"}
    response = learner.submit(f"{PAGE}reponses", PAGE, **sent)
    assert "Répondez à une question au moins" in learner.get(response.location).text
    assert session.scalar(select(func.count(ActivityAttempt.id))) == 0


def test_the_module_says_which_questions_were_answered(learner):
    module = PAGE.removesuffix("lire/")
    assert "2 questions pour vous vérifier" in learner.get(module).text
    learner.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "5"})
    assert "Vous avez répondu aux questions" in learner.get(module).text


def test_a_lesson_without_questions_takes_no_answer(app, people, sign_in):
    client = new_browser(app)
    sign_in(client, people[0])
    assert client.submit(f"{PAGE}reponses", "/compte").status_code == 404


def test_a_self_positioning_tells_each_theme_with_advice(write, learner, trainer, people):
    write(POSITIONING)
    learner.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "5"})
    html = learner.get(PAGE).text
    assert "Vous avez répondu à 1 question sur 2." in html
    assert "À travailler" in html
    assert "Conseil-du-thème." in html
    table = trainer.get(f"/promotions/{people[2]}/quiz/debut/lire/").text
    assert people[0].name in table
    assert "0 / 2" in table


def test_trainers_see_what_was_answered_and_not_by_whom(learner, trainer, people):
    learner.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "5"})
    home = trainer.get(f"/promotions/{people[2]}/").text
    assert f'href="/promotions/{people[2]}/quiz/"' in home
    listed = trainer.get(f"/promotions/{people[2]}/quiz/").text
    assert "Lire" in listed
    counts = trainer.get(f"/promotions/{people[2]}/quiz/debut/lire/").text
    assert "0 réponse juste du premier coup, sur 1." in counts
    assert "<li>5 " in counts
    assert people[0].name not in counts


class NoMarks:
    """A plugin that takes the marking over and fails."""

    @hookimpl
    def mark_activity(self, activity, answers):
        raise RuntimeError("no marks today")


class NobodyMarks:
    """A plugin whose questions nobody can mark."""

    @hookimpl
    def mark_activity(self, activity):
        raise RuntimeError("no marks today")

    @hookimpl
    def read_activity(self, page):
        from dataclasses import replace

        from lms.content.quiz import read_quiz

        found = read_quiz(page)
        return None if found is None else replace(found, kind="riddle")


class TestFailingPlugins:
    def browser(self, make_app, config, sign_in, *plugins):
        app = make_app(config, plugins=plugins)
        with app.extensions["garrigue"].sessions.begin() as session:
            learner, operator = make_membership(session).user, make_user(session)
            operator.is_operator = True
        clients = new_browser(app), new_browser(app)
        sign_in(clients[0], learner)
        sign_in(clients[1], operator)
        return clients

    def test_the_next_plugin_marks_and_operators_see_the_failure(
        self, write, make_app, config, sign_in
    ):
        client, operator = self.browser(make_app, config, sign_in, NoMarks())
        client.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "4"})
        assert "C’est juste" in client.get(PAGE).text
        page = operator.get("/exploitation/extensions").text
        assert "RuntimeError: no marks today" in page
        assert "<code>NoMarks</code>" in page

    def test_when_nobody_marks_it_is_our_fault_and_never_a_zero(
        self, write, make_app, config, sign_in
    ):
        client, _ = self.browser(make_app, config, sign_in, NobodyMarks())
        response = client.submit(f"{PAGE}reponses", PAGE, **{"q-somme": "4"})
        assert response.status_code == 503
        assert "incident de notre côté" in response.text
        assert client.get(PAGE).status_code == 200

    def test_operators_are_told_when_nothing_failed(self, write, make_app, config, sign_in):
        _, operator = self.browser(make_app, config, sign_in)
        page = operator.get("/exploitation/extensions").text
        assert "lms.default_plugins.quiz" in page
        assert "Aucune défaillance" in page
        assert 'href="/exploitation/extensions"' in operator.get("/").text


def test_a_wrong_question_keeps_the_course_from_being_served(write, config, make_app, session):
    write(LESSON.replace("- [x] choix-deux", "- [ ] choix-deux"))
    site = make_app(config).extensions["garrigue"]
    (problem,) = site.library.problems("petit-cours")
    assert str(problem).startswith(
        "debut/lire.md, ligne 13\N{NO-BREAK SPACE}: aucun choix n’est coché"
    )
    assert site.library.unavailable() == ("petit-cours",)
