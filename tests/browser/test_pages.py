"""Every page: light on the network, readable at 320 px, without fault for axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ASSIGNMENT, COURSE, School
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
    "/compte",
    "/cette-page-n-existe-pas",
)
STAFF = ("/", "/promotions/", "/promotions/{promotion}/")


@pytest.fixture
def pages(school: School) -> dict[str, tuple[str, ...]]:
    """Addresses by who opens them; nobody is the empty address."""
    staff = tuple(address.format(promotion=school.promotion) for address in STAFF)
    return {"": STRANGERS, school.learner: LEARNERS, school.trainer: staff}


def test_no_page_weighs_more_than_100_kb_on_first_load(
    pages: dict[str, tuple[str, ...]], open_browser: Callable[..., Page]
) -> None:
    weights = {}
    for email, addresses in pages.items():
        page = open_browser(email=email)
        for address in addresses:
            weights[address, email] = first_load_bytes(page, address)
    assert min(weights.values()) > 5_000, "nothing was counted"
    assert {key: size for key, size in weights.items() if size > MAX_FIRST_LOAD_BYTES} == {}


def test_every_page_fits_a_small_phone_without_fault(
    pages: dict[str, tuple[str, ...]], open_browser: Callable[..., Page]
) -> None:
    too_wide, found = {}, []
    for email, addresses in pages.items():
        page = open_browser(width=320, email=email)
        for address in addresses:
            page.goto(address)
            too_wide[address, email] = overflow_px(page)
            found += faults(page, ("light",))
    assert {key: px for key, px in too_wide.items() if px > 0} == {}
    assert not found


def test_axe_finds_nothing_in_any_theme(
    pages: dict[str, tuple[str, ...]], open_browser: Callable[..., Page]
) -> None:
    found = []
    for email, addresses in pages.items():
        page = open_browser(email=email)
        for address in addresses:
            page.goto(address)
            found += faults(page, THEMES)
    assert not found


def test_pages_in_english_are_without_fault_and_say_their_language(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(locale="en-GB")
    page.goto("/connexion")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title().startswith("Sign in")
    assert not faults(page, ("light",))
