"""The workbench as learners use it: by keyboard, offline, in two tabs, in any colour."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.benches import (
    ADDRESS,
    EXERCISE,
    SLOW_MS,
    answers,
    first_answer,
    open_bench,
    own_cell,
    ready,
    saved,
    write,
)
from tests.browser.looks import THEMES, faults, overflow_px
from tests.browser.test_learner import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.room]

Open = Callable[..., Page]
Newcomer = Callable[[str], str]
MAX_WEIGHT_BYTES = 180 * 1024

#: It would reach into the page, if anything let it.
HOSTILE = """
from IPython.display import HTML, SVG, Markdown, display
attack = "parent.hacked = top.hacked = 1; top.location = 'about:blank'"
display(HTML(f'<b>ici</b><script>{attack}</script><img src=x onerror="{attack}">'))
display(HTML(f'<table><tr><td onclick="{attack}">1</td></tr></table>'))
svg = 'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
display(SVG(f'<svg {svg} onload="hacked = 1"/>'))
display(Markdown('<img src=x onerror="hacked = 1">[ici](javascript:hacked=1)'))
"""


def test_the_whole_way_by_keyboard(open_browser: Open, newcomer: Newcomer) -> None:
    page = open_browser(email=newcomer("Ada Morel"))
    keys = page.keyboard
    page.goto(EXERCISE)
    tab_to(page, page.get_by_role("link", name="Ouvrir l’atelier"))
    keys.press("Enter")
    ready(page)
    answer, content = first_answer(page), first_answer(page).locator(".cm-content")
    tab_to(page, content)

    keys.press("Control+a")
    keys.insert_text("import math")
    keys.press("Control+Enter")
    expect(answer.locator(".wb-count")).to_have_text(re.compile(r"\[\d+\]"))
    keys.press("Enter")
    keys.press("Control+End")
    keys.type("\nmath.sqr")
    keys.press("Tab")
    expect(content).to_contain_text("math.sqrt")
    keys.type("(math.is")
    keys.press("Tab")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("isfinite")
    page.wait_for_timeout(100)  # a list that has only just come takes no Enter
    keys.press("Enter")
    expect(content).to_contain_text("math.sqrt(math.isclose")
    keys.press("Shift+Tab")
    expect(answer.locator(".wb-help")).to_contain_text("Signature: math.")
    keys.press("Escape")
    expect(answer).to_be_focused()
    keys.press("Tab")
    assert not answer.locator(".cm-content").evaluate("e => e === document.activeElement")
    walk_to(page, answer)

    for shortcut in ("b", "x", "z", "Control+Shift+ArrowUp", "m"):
        keys.press(shortcut)
    expect(page.locator(".wb-cell.is-own.wb-markdown")).to_be_focused()
    expect(page.locator(".is-own + .is-answer")).to_have_count(1)
    keys.press("d")
    keys.press("d")
    expect(page.locator(".is-own")).to_have_count(0)
    keys.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    keys.press("Escape")

    for cell, text in zip(page.locator(".is-answer").all()[:-1], answers(), strict=False):
        walk_to(page, cell)
        keys.press("Enter")
        keys.press("Control+a")
        keys.insert_text(text)
        keys.press("Shift+Enter")
    keys.press("t")
    tab_to(page, page.get_by_role("button", name="Déposer", exact=True))
    keys.press("Enter")
    asked = page.get_by_role("dialog", name="Déposer maintenant ?")
    expect(asked).to_contain_text("Votre journal de bord")
    keys.press("Escape")
    walk_to(page, page.locator(".is-answer").last)
    keys.press("Enter")
    keys.press("Control+a")
    keys.insert_text(answers()[-1])
    keys.press("Control+Enter")
    keys.press("t")
    tab_to(page, page.get_by_role("button", name="Tout vérifier"))
    keys.press("Enter")
    expect(page.locator("#wb-said")).to_contain_text(
        "Exercices validés : 6 sur 6", timeout=SLOW_MS
    )
    tab_to(page, page.get_by_role("button", name="Déposer", exact=True))
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/rendus/\d+/"))
    expect(page.get_by_text("Tous les exercices sont validés.")).to_be_visible(timeout=SLOW_MS)


def test_a_reload_asks_nothing_again_that_was_checked_or_confirmed(
    open_browser: Open, newcomer: Newcomer
) -> None:
    page = open_browser(email=newcomer("Noé Vidal"))
    open_bench(page)
    hand_in = page.get_by_role("button", name="Déposer", exact=True)
    asked = page.get_by_role("dialog", name="Déposer maintenant ?")
    cells = page.locator(".is-answer").all()
    for cell, text in zip(cells[:-1], answers(), strict=False):
        write(page, cell, text)
    page.get_by_role("button", name="Tout vérifier").click()
    expect(page.locator("#wb-said")).to_contain_text("Exercices validés", timeout=SLOW_MS)
    saved(page)
    page.reload()
    ready(page)

    hand_in.click()
    expect(asked.locator("li")).to_have_text(["Votre journal de bord"])  # blank, as before
    asked.get_by_role("button", name="Déposer quand même").click()
    page.wait_for_url(re.compile(r"/rendus/\d+/"))
    open_bench(page)
    hand_in.click()
    page.wait_for_url(re.compile(r"/rendus/\d+/"))

    open_bench(page)
    write(page, cells[0], "import math\n\nmath.pi")
    hand_in.click()
    expect(asked).to_be_visible()


def walk_to(page: Page, cell: Locator) -> None:
    """Go to a cell by J, from wherever the focus is, without a mouse."""
    if not page.evaluate("document.activeElement?.closest('.wb-cell') !== null"):
        tab_to(page, first_answer(page).locator(".cm-content"))
        page.keyboard.press("Escape")
    for key in ["j"] * 60 + ["k"] * 60:
        if cell.evaluate("cell => cell === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail("The cell cannot be reached by keyboard.")


def test_what_cells_do_stays_in_their_place(open_browser: Open, newcomer: Newcomer) -> None:
    page = open_browser(email=newcomer("Lino Barthès"))
    open_bench(page)

    hostile = own_cell(page, HOSTILE)
    expect(hostile.locator("iframe")).to_be_visible()
    expect(hostile.locator("table td")).to_have_text("1")
    expect(hostile.locator("img[src^=data]")).to_be_visible()
    frame = hostile.locator("iframe").content_frame
    expect(frame.get_by_text("ici")).to_be_visible()
    assert frame.locator("body").evaluate("() => self.origin") == "null"

    flood = own_cell(page, "for number in range(300_000):\n    print(number)")
    expect(flood.locator(".wb-count")).to_have_text(re.compile(r"\d"), timeout=SLOW_MS)
    shown = "cell => cell.querySelector('.wb-text').textContent.length"
    before = flood.evaluate(shown)
    flood.get_by_role("button", name="Afficher plus").click()
    expect(flood.get_by_role("button", name="Afficher plus")).to_be_enabled()
    # The button comes back at once, the text when there is time to draw it.
    page.wait_for_function(
        f"([cell, least]) => ({shown})(cell) > least", arg=[flood.element_handle(), 4 * before]
    )

    asking = own_cell(page, "print('Bonjour', input('Votre prénom ? '))")
    asking.get_by_label("Votre prénom ?").fill("Ada")
    page.keyboard.press("Enter")
    expect(asking.locator(".wb-outputs")).to_contain_text("Bonjour Ada")

    wrong = own_cell(page, "un = 1\nun / 0")
    expect(wrong.locator(".wb-error-line")).to_have_text("un / 0")
    expect(wrong.locator(".wb-error")).to_contain_text("ZeroDivisionError")

    endless = own_cell(page, "while True:\n    pass")
    expect(page.locator("#wb-kernel")).to_contain_text("Exécution en cours")
    page.get_by_role("button", name="Interrompre").click()
    expect(endless.locator(".wb-outputs")).to_contain_text("KeyboardInterrupt")

    own_cell(page, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    expect(page.get_by_text("s’est arrêté").first).to_be_visible(timeout=SLOW_MS)
    back = own_cell(page, "print('de retour', 6 * 7)")
    expect(back.locator(".wb-outputs")).to_contain_text("de retour 42", timeout=SLOW_MS)

    assert page.evaluate("window.hacked") is None
    assert page.url.endswith(ADDRESS)
    assert faults(page) == []


def test_nothing_is_lost_offline_nor_between_two_tabs(
    open_browser: Open, newcomer: Newcomer
) -> None:
    page = open_browser(email=newcomer("Jade Costa"), width=320)
    open_bench(page)
    first = first_answer(page)
    write(page, first, "# écrit en ligne")
    saved(page)
    page.context.set_offline(True)
    write(page, first, "# écrit hors ligne")
    expect(page.locator("#wb-saved")).to_contain_text("votre travail est gardé ici")
    page.wait_for_timeout(2000)  # what is older than that outlives the page
    page.close()

    page.context.set_offline(False)
    page = page.context.new_page()
    open_bench(page)
    first = first_answer(page)
    expect(first).to_contain_text("# écrit hors ligne")
    saved(page)

    other = page.context.new_page()
    open_bench(other)
    write(other, first_answer(other), "# dans l’autre onglet")
    saved(other)
    write(page, first, "# dans le premier onglet")
    dialog = page.get_by_role("dialog", name="Deux versions de votre carnet")
    expect(dialog).to_contain_text("# dans l’autre onglet")
    assert faults(page, THEMES, within="#wb-conflict") == []
    dialog.get_by_role("button", name="Garder les deux").click()
    saved(page)
    expect(first).to_contain_text("# dans le premier onglet")
    expect(page.locator(".wb-cell.is-own")).to_contain_text("# dans l’autre onglet")

    page.locator(".wb-menu > summary").click()
    page.get_by_role("button", name="Versions enregistrées").click()
    versions = page.get_by_role("dialog", name="Versions enregistrées")
    versions.locator("summary").last.click()
    versions.get_by_role("button", name="Reprendre cette version").click()
    expect(first).to_contain_text("# écrit en ligne")
    assert overflow_px(page) <= 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everyone_can_use_it(open_browser: Open, newcomer: Newcomer, language: str) -> None:
    # A window of 1280 px at 200 % has 640 px.
    page = open_browser(email=newcomer("Omar Vidal"), width=640, device_scale_factor=2)
    if language == "en":
        page.get_by_role("button", name="English").click()
    page.goto(ADDRESS)
    expect(page.locator("#wb-kernel[data-state=idle]")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("#wb-notebook[data-ready]")).to_be_visible()
    own = page.locator("[data-do=add-code-end]")
    own.click()
    write(page, page.locator(".is-own").last, "{'a': [1, 2]}['b']")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".is-own .wb-error")).to_be_visible()
    page.locator("[data-check]").first.click()
    expect(page.locator(".wb-check-state .state-warn").first).to_be_visible(timeout=SLOW_MS)
    themes = THEMES if language == "fr" else THEMES[:1]  # colours are those of French words
    found = faults(page, themes)
    assert page.evaluate("document.getAnimations().length") == 0
    for does, dialog in DIALOGS.items():
        page.locator(f"[data-do={does}]").first.evaluate("button => button.click()")
        expect(page.locator(dialog)).to_be_visible()
        expect(page.locator(f"{dialog} [aria-busy]")).to_have_count(0)
        found += faults(page, themes, within=dialog)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.keyboard.type("return")
    expect(page.locator(".wb-find-count")).to_have_text(re.compile(r"1 \w+ \d+"))
    found += faults(page, ("light",), within=".wb-find")
    overflows = [overflow_px(page)]
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        overflows.append(overflow_px(page))

    assert found == []
    assert max(overflows) <= 0


#: Each dialog with the button that opens it.
DIALOGS = {
    "help": "#wb-help",
    "restart": "#wb-restart",
    "versions": "#wb-versions",
    "hand-in": "#wb-hand-in",
}


def test_weighs_little(open_browser: Open, newcomer: Newcomer) -> None:
    page = open_browser(email=newcomer("Zoé Castan"))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")
    received: list[int] = []  # what is compressed, without the lines of headers above it
    network.on(
        "Network.dataReceived",
        lambda event: received.append(int(event["encodedDataLength"])),
    )
    open_bench(page)

    assert len(received) > 5
    assert sum(received) <= MAX_WEIGHT_BYTES
