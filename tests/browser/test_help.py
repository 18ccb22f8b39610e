"""A question's way in the browser: asked from an exercise, answered, shared, without fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ASSIGNMENT, COURSE, School
from tests.browser.looks import THEMES, faults, overflow_px

pytestmark = pytest.mark.browser

EXERCISE = f"/cours/{COURSE}/exercices/{ASSIGNMENT}/"


def test_a_question_is_asked_answered_and_shared(
    school: School, open_browser: Callable[..., Page]
) -> None:
    learner = open_browser(width=320, email=school.visitor)
    learner.goto(EXERCISE)
    learner.get_by_role("link", name="Demander de l’aide").click()
    learner.get_by_label("Votre question").fill("Pourquoi `print` affiche-t-il **None** ?")
    learner.get_by_label("Oui, sans mon nom").check()
    learner.get_by_role("button", name="Envoyer la question").click()
    expect(learner.get_by_role("status")).to_contain_text("Votre question est envoyée")
    assert overflow_px(learner) <= 0
    found = faults(learner, THEMES)

    trainer = open_browser(email=school.trainer)
    trainer.goto("/")
    trainer.get_by_role("list", name="Questions").get_by_role("link").click()
    trainer.get_by_role("link", name="Nadia Ortiz").click()
    expect(trainer.locator(".message strong")).to_have_text(["Nadia Ortiz", "None"])
    trainer.get_by_label("Votre message").fill("La fonction n’a pas de `return`.")
    trainer.get_by_role("button", name="Répondre").click()
    expect(trainer.locator(".message-staff")).to_contain_text("n’a pas de return")
    found += faults(trainer, ("light",))

    fellow = open_browser(email=school.plain_learner)
    fellow.goto(EXERCISE)
    fellow.get_by_text("Pourquoi `print`").click()
    expect(fellow.get_by_text("Une personne de la promotion")).to_be_visible()
    assert not found + faults(fellow, ("dark",))
