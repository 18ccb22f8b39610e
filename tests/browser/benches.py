"""What hands do in the workbench, for all its tests."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ASSIGNMENT, COURSE, ROOT

EXERCISE = f"/cours/{COURSE}/exercices/{ASSIGNMENT}/"
ADDRESS = f"{EXERCISE}atelier/"

#: Kernels start, and results arrive, on machines that have other things to do.
SLOW_MS = 60_000


def answers() -> list[str]:
    """Return what the author answers, in order."""
    source = ROOT / "courses" / COURSE / "demarrer" / f"{ASSIGNMENT}.ipynb"
    return [
        "".join(cell["source"])
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    ]


def open_bench(page: Page) -> None:
    """Open the workbench and wait for its kernel."""
    page.goto(ADDRESS)
    ready(page)


def ready(page: Page) -> None:
    """Wait for a kernel that has nothing to do, and for the editors."""
    expect(page.locator("#wb-kernel")).to_contain_text("Python est prêt", timeout=SLOW_MS)
    expect(page.locator("#wb-notebook[data-ready]")).to_be_visible(timeout=SLOW_MS)


def write(page: Page, cell: Locator, text: str) -> None:
    """Replace what stands in a cell."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def own_cell(page: Page, text: str) -> Locator:
    """Add a cell at the end, write in it and run it."""
    before = page.locator(".wb-cell.is-own").count()
    page.get_by_role("button", name="Ajouter une cellule de code").last.click()
    cell = page.locator(".wb-cell.is-own").nth(before)
    write(page, cell, text)
    page.keyboard.press("Control+Enter")
    return cell


def first_answer(page: Page) -> Locator:
    """Return the first cell to answer."""
    return page.locator(".wb-cell.is-answer").first


def saved(page: Page) -> None:
    """Wait until the site has everything."""
    expect(page.locator("#wb-saved")).to_have_text(re.compile("Enregistré"), timeout=SLOW_MS)
