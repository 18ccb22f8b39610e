"""What is asked of every page: axe finds nothing, it is light, it fits a small screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MAX_FIRST_LOAD_BYTES = 100_000

#: The colours of the site: what axe finds beside contrast is the same in each.
THEMES = ("light", "dark", "contrast")


def faults(
    page: Page, themes: tuple[str, ...] = ("light", "dark"), *, within: str | None = None
) -> list[str]:
    """Return what axe finds on the page: all rules once, contrast in each theme.

    :param within: what to look at alone, such as a dialog over a page that was looked at.
    """
    found = []
    for position, theme in enumerate(themes):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        options = {"runOnly": ["color-contrast"]} if position else None
        for violation in (
            Axe().run(page, context=within, options=options).response["violations"]
        ):
            where = [node["html"][:160] for node in violation["nodes"][:3]]
            found.append(f"{theme}, {page.url}: {violation['id']}: {where}")
    page.evaluate("delete document.documentElement.dataset.theme")
    return found


def first_load_bytes(page: Page, address: str) -> int:
    """Return what Chromium receives over the network for a page and all that it loads."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")
    received: list[int] = []

    def count(event: dict[str, Any]) -> None:
        received.append(int(event["encodedDataLength"]))

    network.on("Network.loadingFinished", count)
    page.goto(address)
    page.wait_for_load_state("load")
    network.detach()
    return sum(received)


def overflow_px(page: Page) -> int:
    """Return by how much the page is wider than the screen."""
    return int(
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
