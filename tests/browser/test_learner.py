"""A learner's whole way on the running site, in three manners."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ASSIGNMENT, COURSE, answer
from tests.browser.looks import faults
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

GRADED_MS = 60_000


def download(page: Page, folder: Path) -> Path:
    """Take the released notebook by the link of the assignment's page."""
    with page.expect_download() as caught:
        page.get_by_role("link", name="Télécharger le carnet").click()
    target = folder / "carnet.ipynb"
    caught.value.save_as(target)
    return target


Newcomer = Callable[[str], str]


class TestWholeWay:
    def test_from_signing_in_to_feedback_that_arrives_by_itself(
        self, newcomer: Newcomer, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page = open_browser()
        page.goto("/")
        expect(page).to_have_url(re.compile("/connexion"))
        found = faults(page)

        page.get_by_label("Adresse électronique").fill(newcomer("Camille Fabre"))
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Camille")
        expect(page.get_by_text("Pour commencer")).to_be_visible()
        found += faults(page)

        page.get_by_role("link", name=re.compile("Commencer")).click()
        expect(page.locator("article.prose")).to_be_visible()
        lesson = page.get_by_role("heading", level=1).inner_text()
        found += faults(page)

        page.get_by_role("link", name="Accueil").first.click()
        expect(page.get_by_text("Vous en étiez ici")).to_be_visible()
        expect(page.get_by_role("heading", name=lesson).first).to_be_visible()

        page.goto(f"/cours/{COURSE}/exercices/{ASSIGNMENT}/")
        found += faults(page)
        released = download(page, tmp_path)
        assert "BEGIN SOLUTION" not in released.read_text(encoding="utf-8")

        page.get_by_label("Votre carnet").set_input_files(
            answer(released, tmp_path / "mon-carnet.ipynb")
        )
        page.get_by_role("button", name="Déposer le rendu").click()
        expect(page).to_have_url(re.compile(r"/rendus/\d+/$"))
        expect(page.get_by_text("Votre rendu est bien reçu.")).to_be_visible()
        expect(page.locator(".steps")).to_be_visible()
        found += faults(page, ("light",))

        # Nobody reloads: the result arrives by itself.
        expect(page.get_by_text("Tous les exercices sont validés.")).to_be_visible(
            timeout=GRADED_MS
        )
        expect(page.locator(".verdict")).to_contain_text("Validé")
        found += faults(page)

        page.get_by_role("link", name="Lire le carnet annoté").click()
        expect(page.get_by_role("heading", name="Carnet annoté")).to_be_visible()
        found += faults(page)

        page.goto("/")
        expect(page.get_by_text("La suite")).to_be_visible()
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page).to_have_url(re.compile("/connexion"))
        page.goto("/")
        expect(page).to_have_url(re.compile("/connexion"))
        assert not found

    def test_by_keyboard_alone(
        self, newcomer: Newcomer, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page = open_browser()
        page.goto("/connexion")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Adresse électronique")).to_be_focused()
        page.keyboard.type(newcomer("Sami Benali"))
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sami")

        page.goto(f"/cours/{COURSE}/exercices/{ASSIGNMENT}/")
        released = download(page, tmp_path)
        upload = page.get_by_label("Votre carnet")
        tab_to(page, upload)  # from here on the dialog is the browser's own, not ours
        notebook = answer(
            released, tmp_path / "mon-carnet.ipynb", wrong=first_exercise(released)
        )
        upload.set_input_files(notebook)
        tab_to(page, page.get_by_role("button", name="Déposer le rendu"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/rendus/\d+/$"))
        expect(page.locator(".verdict")).to_contain_text("À reprendre", timeout=GRADED_MS)
        assert not faults(page)

        tab_to(page, page.get_by_role("link", name="Reprendre l’exercice"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/exercices/{ASSIGNMENT}/"))

        tab_to(page, page.locator("details.menu summary"), back=True)
        page.keyboard.press("Enter")
        expect(page.locator(".menu-list")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".menu-list")).to_be_hidden()
        expect(page.locator("details.menu summary")).to_be_focused()

    def test_without_javascript(
        self, newcomer: Newcomer, open_browser: Callable[..., Page], tmp_path: Path
    ) -> None:
        page = open_browser(java_script_enabled=False, email=newcomer("Marion Puech"))
        page.get_by_role("link", name=re.compile("Commencer")).click()
        expect(page.locator("article.prose")).to_be_visible()

        page.get_by_role("button", name="Sombre").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("article.prose")).to_be_visible()

        page.goto(f"/cours/{COURSE}/exercices/{ASSIGNMENT}/")
        released = download(page, tmp_path)
        page.get_by_label("Votre carnet").set_input_files(
            answer(released, tmp_path / "mon-carnet.ipynb")
        )
        page.get_by_role("button", name="Déposer le rendu").click()
        expect(page.get_by_text("Votre rendu est bien reçu.")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text("Validé", timeout=GRADED_MS)

        page.locator("details.menu summary").click()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page).to_have_url(re.compile("/connexion"))


def first_exercise(notebook: Path) -> str:
    """Return the id of the first cell to answer."""
    found = re.search(
        r'"grade_id": "([^"]+)"[^}]*"solution": true', notebook.read_text("utf-8")
    )
    assert found
    return found[1]


def tab_to(page: Page, wanted: object, *, back: bool = False) -> None:
    """Press Tab until it has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):  # type: ignore[attr-defined]
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"{wanted} cannot be reached by keyboard")
