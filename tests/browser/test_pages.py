"""Every page: light on the network, readable at 320 px, without fault for axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ASSIGNMENT, COURSE, School, sign_in
from tests.browser.looks import (
    MAX_FIRST_LOAD_BYTES,
    THEMES,
    faults,
    first_load_bytes,
    overflow_px,
)

pytestmark = pytest.mark.browser

STRANGERS = ("/connexion", "/mot-de-passe/oublie")
LEARNERS = (
    "/",
    "/cours/",
    f"/cours/{COURSE}/",
    f"/cours/{COURSE}/demarrer/",
    f"/cours/{COURSE}/demarrer/terminal/",
    f"/cours/{COURSE}/exercices/{ASSIGNMENT}/",
    f"/cours/{COURSE}/exercices/{ASSIGNMENT}/aide",
    "/aide/",
    "/compte",
    "/cette-page-n-existe-pas",
)
STAFF = (
    "/",
    "/promotions/",
    "/promotions/{promotion}/",
    "/promotions/{promotion}/calendrier/",
    "/promotions/{promotion}/calendrier/dates/semaine-1/",
    "/promotions/{promotion}/reglages/",
    "/promotions/{promotion}/reglages/promotion/",
    "/promotions/{promotion}/amenagements/",
    "/promotions/{promotion}/groupes/",
    "/promotions/{promotion}/membres/",
    "/promotions/{promotion}/journal/",
    "/promotions/{promotion}/questions/",
    "/promotions/{promotion}/a-lire/",
    f"/promotions/{{promotion}}/lecture/{ASSIGNMENT}/",
    "/promotions/{promotion}/grilles/",
    "/promotions/{promotion}/grilles/nouvelle",
    "/promotions/{promotion}/notes/",
    "/promotions/{promotion}/notes/coefficients",
    "/promotions/{promotion}/notes/import/",
    "/promotions/{promotion}/recorrections/",
    "/promotions/{promotion}/contestations/",
    "/promotions/{promotion}/competences/",
    "/promotions/{promotion}/ressemblances/",
    f"/cours/{COURSE}/publication/",
    "/phrases/",
)

#: Something folds, wraps or scrolls there on a small screen.
CHANGED_BY_WIDTH = ("/", f"/cours/{COURSE}/demarrer/terminal/", "/compte")


@pytest.fixture
def pages(school: School) -> dict[str, tuple[str, ...]]:
    """Addresses by who opens them; nobody is the empty address."""
    staff = tuple(address.format(promotion=school.promotion) for address in STAFF)
    return {"": STRANGERS, school.visitor: LEARNERS, school.trainer: staff}


def test_every_page_fits_a_small_phone_without_fault(
    pages: dict[str, tuple[str, ...]], open_browser: Callable[..., Page]
) -> None:
    too_wide, found = {}, []
    for email, addresses in pages.items():
        page = open_browser(width=320, email=email)
        for address in addresses:
            page.goto(address)
            too_wide[address, email] = overflow_px(page)
            if address in CHANGED_BY_WIDTH:
                found += faults(page, ("light",))
    assert {key: px for key, px in too_wide.items() if px > 0} == {}
    assert not found


@pytest.mark.parametrize("who", ["", "visitor", "trainer"])
def test_no_page_weighs_more_than_100_kb_or_has_a_fault_in_any_theme(
    who: str,
    school: School,
    pages: dict[str, tuple[str, ...]],
    open_browser: Callable[..., Page],
) -> None:
    email = str(getattr(school, who)) if who else ""
    page, found, weights = open_browser(email=email), [], {}
    for address in pages[email]:
        weights[address] = first_load_bytes(page, address)
        found += faults(page, THEMES)
    assert not found
    assert min(weights.values()) > 5_000, "nothing was counted"
    assert {key: size for key, size in weights.items() if size > MAX_FIRST_LOAD_BYTES} == {}


def test_pages_in_english_are_without_fault_and_say_their_language(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(locale="en-GB")
    page.goto("/connexion")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title().startswith("Sign in")
    assert not faults(page, ("light",))


def test_refusals_are_said_without_fault(
    school: School, open_browser: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_browser()
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(school.visitor)
    page.get_by_label("Mot de passe", exact=True).fill("ce n’est pas le bon")
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found = faults(page)

    sign_in(page, school.visitor)
    page.goto(f"/cours/{COURSE}/exercices/{ASSIGNMENT}/")
    letter = tmp_path / "lettre.ipynb"
    letter.write_text("Bonjour", encoding="utf-8")
    page.get_by_label("Votre carnet").set_input_files(letter)
    page.get_by_role("button", name="Déposer le rendu").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce fichier n’a pas été déposé.")
    expect(page.get_by_label("Votre carnet")).to_have_attribute("aria-invalid", "true")
    assert not found + faults(page)


def test_chosen_colours_come_at_once_and_stay(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto("/connexion")
    light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.get_by_label("Adresse électronique").fill("à moitié écrit")
    page.get_by_role("button", name="Sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Adresse électronique")).to_have_value("à moitié écrit")
    expect(page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")

    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert dark != light
