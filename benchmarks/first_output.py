"""Measures how soon a cell answers on a slow machine with a thin line and an empty cache.

Run it with the project's interpreter, on a quiet machine:

    .venv/bin/python benchmarks/first_output.py [--times 5]

The site runs as `garrigue serve` starts it. Chromium is slowed down through its own protocol:
« slow 4G » is Lighthouse's (150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up), and the
processor is four times slower. From the exercise's page, with an empty cache, a learner opens
the workbench and runs the first cell as soon as its button is there; the clock goes from the
click on the link to the cell's output. Then an exercise with a trivial test is checked twice:
the clock goes from the button to the result, and the second time counts, on an unslowed line.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.benches import (
    ADDRESS,
    EXERCISE,
    answers,
    first_answer,
    ready,
    write,
)
from tests.browser.conftest import CHROMIUM, School, served, sign_in

KBIT = 1000 / 8
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1600 * KBIT,
    "uploadThroughput": 750 * KBIT,
}
SLOWER = 4
LONGEST_MS = 60_000


#: Runs the first cell as soon as its button can be pressed, and notes when it has answered.
RUN_SOON = """() => {
  const note = () => {
    const { dataset } = document.documentElement;
    dataset.answered ??= String(Date.now() - Number(sessionStorage.getItem("clicked")));
  };
  const look = setInterval(() => {
    const button = document.querySelector(".wb-on .wb-run");
    if (!button) return;
    clearInterval(look);
    const outputs = button.closest(".wb-cell").querySelector(".wb-outputs");
    new MutationObserver(() => outputs.textContent.trim() && note()).observe(outputs, {
      childList: true, subtree: true, characterData: true,
    });
    button.click();
  }, 20);
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} before")
    with (
        tempfile.TemporaryDirectory(prefix="first-output-") as folder,
        served(Path(folder)) as school,
        browser() as chromium,
    ):
        opened = [first_output_ms(chromium, school) for _ in range(options.times)]
        print(f"from the click to the first output, slow 4G, 4 x CPU: {summary(opened)}")
        checked = [check_ms(chromium, school) for _ in range(options.times)]
        print(f"from « Vérifier » to the result, unslowed: {summary(checked)}")
    print(f"load {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores")


@contextmanager
def browser() -> Iterator[Browser]:
    """Give Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**CHROMIUM)
        yield chromium
        chromium.close()


@contextmanager
def page_of(chromium: Browser, school: School) -> Iterator[tuple[Page, CDPSession]]:
    """Give a signed-in learner's page with an empty cache."""
    context = chromium.new_context(base_url=school.url, locale="fr-FR")
    page = context.new_page()
    sign_in(page, school.learner)
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    yield page, protocol
    context.close()


def first_output_ms(chromium: Browser, school: School) -> float:
    """Return milliseconds from the click on the link to what the first cell gave."""
    with page_of(chromium, school) as (page, protocol):
        page.goto(EXERCISE)
        page.add_init_script(f"addEventListener('DOMContentLoaded', {RUN_SOON})")
        protocol.send("Network.clearBrowserCache")
        protocol.send("Network.emulateNetworkConditions", SLOW_4G)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        link = page.get_by_role("link", name="Ouvrir l’atelier")
        link.evaluate("e => { sessionStorage.setItem('clicked', Date.now()); e.click() }")
        page.wait_for_url(f"**{ADDRESS}", wait_until="commit", timeout=LONGEST_MS)
        page.locator("html[data-answered]").wait_for(timeout=LONGEST_MS)
        return float(page.locator("html").get_attribute("data-answered") or "nan")


def check_ms(chromium: Browser, school: School) -> float:
    """Return milliseconds from « Vérifier » to its result, once everything is warm."""
    with page_of(chromium, school) as (page, _protocol):
        page.goto(ADDRESS)
        ready(page)
        write(page, first_answer(page), answers()[0])
        page.keyboard.press("Control+Enter")
        page.locator("[data-check]").first.click()
        page.locator(".wb-check[data-outcome=passed]").wait_for(timeout=LONGEST_MS)
        return float(page.evaluate(CHECK_AGAIN))


#: Checks the first exercise, and resolves with the milliseconds until its result.
CHECK_AGAIN = """() => new Promise((done) => {
  const bar = document.querySelector(".wb-check");
  const began = performance.now();
  new MutationObserver(() => {
    if (!bar.hasAttribute("aria-busy")) done(performance.now() - began);
  }).observe(bar, { attributes: true, attributeFilter: ["aria-busy"] });
  bar.querySelector("[data-check]").click();
})"""


def summary(taken_ms: Sequence[float]) -> str:
    """Tell the middle and the extremes."""
    return (
        f"median {statistics.median(taken_ms):.0f} ms, "
        f"least {min(taken_ms):.0f} ms, most {max(taken_ms):.0f} ms, {len(taken_ms)} times"
    )


if __name__ == "__main__":
    main()
