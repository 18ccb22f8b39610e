"""What is killed while learners work comes back, and the page goes on by itself."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect

from tests.browser.benches import (
    SLOW_MS,
    answers,
    first_answer,
    open_bench,
    own_cell,
    ready,
    saved,
    write,
)
from tests.browser.conftest import School
from tests.faults.test_killed_gateway import descendants
from tests.faults.test_serve import child, children

pytestmark = [pytest.mark.browser, pytest.mark.room]


def kill(process_id: int) -> None:
    """End a process and all that it has started, without a word."""
    for each in (process_id, *descendants(process_id)):
        with suppress(ProcessLookupError):  # some end with their parent
            os.kill(each, signal.SIGKILL)


def program(school: School, name: str) -> int:
    """Return the process of one program of the site."""
    found = child(school.process_id, name)
    assert found is not None, children(school.process_id)
    return found


def test_nothing_typed_is_lost_and_the_page_recovers_by_itself(
    open_browser: Callable[..., Page], newcomer: Callable[[str], str], school: School
) -> None:
    page = open_browser(email=newcomer("Noé Roux"))
    open_bench(page)
    first = first_answer(page)

    # The nursery: its kernels end with it, the next cell gets another one.
    own = own_cell(page, "kept = 'gardé'\nprint(kept)")
    expect(own.locator(".wb-outputs")).to_contain_text("gardé", timeout=SLOW_MS)
    for keeper in children(program(school, "lms.cli gateway")):
        kill(keeper)
    # The same words are also said aloud.
    notice = page.locator("#wb-notices").get_by_text("Exécutez à nouveau vos cellules")
    expect(notice).to_be_visible(timeout=SLOW_MS)
    again = own_cell(page, "print('salle', 40 + 2)")
    expect(again.locator(".wb-outputs")).to_contain_text("salle 42", timeout=SLOW_MS)

    # The gateway, while a cell runs and somebody types.
    own_cell(page, "while True:\n    pass")
    expect(page.locator("#wb-kernel")).to_contain_text("Exécution en cours", timeout=SLOW_MS)
    write(page, first, "# pendant la panne du noyau")
    os.kill(program(school, "lms.cli gateway"), signal.SIGKILL)
    expect(page.locator("#wb-kernel")).to_contain_text("Sans connexion")
    saved(page)
    ready(page)
    after = own_cell(page, "print('passerelle', 40 + 2)")
    expect(after.locator(".wb-outputs")).to_contain_text("passerelle 42", timeout=SLOW_MS)

    # The web, between two keystrokes, then while the work is handed in.
    write(page, first, answers()[0])
    kill(program(school, "gunicorn"))
    page.keyboard.insert_text("\n# pendant la panne du site")
    expect(page.locator("#wb-saved")).not_to_have_text(re.compile("Enregistré"))
    saved(page)
    reader = page.context.new_page()
    open_bench(reader)
    expect(first_answer(reader)).to_contain_text("# pendant la panne du site")
    reader.close()

    page.get_by_role("button", name="Déposer", exact=True).click()
    kill(program(school, "gunicorn"))
    page.get_by_role("button", name="Déposer quand même").click()
    page.wait_for_url(re.compile(r"/rendus/\d+/"), timeout=SLOW_MS)
    expect(page.locator(".verdict")).to_contain_text("À reprendre", timeout=SLOW_MS)
