"""The course as a path: words explained, notes that keep themselves, going on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import COURSE, School
from tests.browser.looks import (
    MAX_FIRST_LOAD_BYTES,
    THEMES,
    faults,
    first_load_bytes,
    overflow_px,
)

pytestmark = pytest.mark.browser

LESSON = f"/cours/{COURSE}/python/boucles/"
PAGES = (
    f"/cours/{COURSE}/python/",
    f"/cours/{COURSE}/glossaire/",
    f"/cours/{COURSE}/recherche/?q=donnees",
    f"/cours/{COURSE}/recherche/?q=zzzz",
    f"/cours/{COURSE}/competences/",
    "/notes/",
    "/objectif/",
)


def test_a_learner_follows_the_path(school: School, open_browser: Callable[..., Page]) -> None:
    page = open_browser(email=school.visitor)
    page.goto(LESSON)

    # A word of the glossary, by keyboard: shown on focus, its link next in order, Esc closes.
    word = page.locator("a.term").first
    page.locator("h1").click()
    while not word.evaluate("link => link === document.activeElement"):
        page.keyboard.press("Tab")
    definition = page.locator(".definition:popover-open")
    expect(definition).to_contain_text("Voir le glossaire")
    found = faults(page, ("light", "dark"))
    page.keyboard.press("Tab")
    expect(definition.get_by_role("link", name="Voir le glossaire")).to_be_focused()
    page.keyboard.press("Escape")
    expect(definition).to_have_count(0)
    expect(word).to_be_focused()

    # A note keeps itself, and so does the place where reading stopped.
    note = page.get_by_label("Ce que vous voulez retenir de cette leçon")
    with page.expect_response(lambda answer: answer.url.endswith("/place")):
        note.fill("À revoir : range")
    expect(page.locator("[data-note-state]")).to_have_text("Enregistré")
    with page.expect_response(lambda answer: answer.url.endswith("/place")):
        page.locator("#s-tant-que-while").evaluate("heading => heading.scrollIntoView()")
    page.goto("/")
    expect(page.get_by_text("Tant que : while")).to_be_visible()
    page.get_by_role("link", name="Reprendre la leçon").click()
    expect(page).to_have_url(f"{school.url}{LESSON}#s-tant-que-while")
    expect(note).to_have_value("À revoir : range")

    # « / » leads to the search, a result to its heading; the key can be turned off.
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("JOINTURE gauche")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_label("Aller au champ de recherche").uncheck()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()

    for address in PAGES:
        assert first_load_bytes(page, address) < MAX_FIRST_LOAD_BYTES, address
        found += faults(page, THEMES)
        page.set_viewport_size({"width": 320, "height": 800})
        assert overflow_px(page) == 0, address
        page.set_viewport_size({"width": 1280, "height": 800})
    assert not found


def test_without_a_script_words_are_links_and_notes_a_form(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(email=school.plain_learner, java_script_enabled=False)
    page.goto(LESSON)
    expect(page.locator(".definition").first).to_be_hidden()
    page.get_by_label("Ce que vous voulez retenir de cette leçon").fill("Sans script")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Votre note est enregistrée.")).to_be_visible()
    word = page.locator("a.term").first
    name = word.text_content() or ""
    word.click()
    expect(page).to_have_url(f"{school.url}/cours/{COURSE}/glossaire/#s-terme-{name}")
