"""Questions of lessons: answered by keyboard and on a phone, without script, without fault."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import COURSE, School
from tests.browser.looks import MAX_FIRST_LOAD_BYTES, faults, first_load_bytes, overflow_px

LESSON = f"/cours/{COURSE}/demarrer/formation/"
POSITIONING = f"/cours/{COURSE}/prairie/positionnement/"


def test_a_quiz_by_keyboard(school: School, open_browser: Callable[..., Page]) -> None:
    page = open_browser(email=school.visitor)
    page.goto(LESSON)
    first = page.get_by_role("group", name="À quel niveau êtes-vous")
    first.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # from « imiter » to « adapter »
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(first.get_by_label("Niveau 2, adapter")).to_be_checked()
    page.get_by_role("button", name="Vérifier mes réponses").press("Enter")

    expect(page.locator("#reponses")).to_be_in_viewport()
    expect(page.locator("#reponses")).to_contain_text("1 réponse juste sur 3.")
    expect(first).to_contain_text("C’est juste")
    second = page.get_by_role("group", name="Qui peut décider")
    expect(second).to_contain_text("En partie juste")
    expect(second).to_contain_text("Il manque 1 choix.")
    assert not faults(page, ("light", "dark", "contrast"))


def test_a_self_positioning_on_a_phone_without_script(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(width=320, email=school.plain_learner, java_script_enabled=False)
    page.goto(POSITIONING)
    page.get_by_label("Un tableur").check()
    page.get_by_role("button", name="Enregistrer et passer à la suite").first.click()
    expect(page.get_by_role("group", name="quel est le nom du site")).to_be_in_viewport()
    expect(page.get_by_label("Un tableur")).to_be_checked()

    themes = page.get_by_role("list", name="Résultat par thème").get_by_role("listitem")
    expect(themes.first).to_contain_text("1 sur 7")
    expect(
        themes.first.get_by_role("link", name="Fichiers, dossiers, encodage")
    ).to_be_visible()
    expect(themes.nth(1)).to_contain_text("Pas encore répondu")


def test_pages_with_questions_fit_and_are_light(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(width=320, email=school.visitor)
    assert first_load_bytes(page, POSITIONING) <= MAX_FIRST_LOAD_BYTES
    assert overflow_px(page) == 0
    assert not faults(page)

    trainer = open_browser(email=school.trainer)
    for address in ("", f"{POSITIONING.removeprefix(f'/cours/{COURSE}/')}"):
        trainer.goto(f"/promotions/{school.promotion}/quiz/{address}")
        assert not faults(trainer)
        assert overflow_px(trainer) == 0
