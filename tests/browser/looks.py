"""What is asked of every page: axe finds nothing, it is light, it fits a small screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

MAX_FIRST_LOAD_BYTES = 100_000

#: The colours of the site: what axe finds beside contrast is the same in each.
THEMES = ("light", "dark", "contrast")


#: Runs axe once for each theme, in place, and takes along no more than what is wrong.
RUN = """async ([themes, within]) => {
  const [root, found] = [document.documentElement, []];
  for (const [position, theme] of themes.entries()) {
    root.dataset.theme = theme;
    const rules = position ? { runOnly: ["color-contrast"] } : {};
    const said = await axe.run(within ?? document, { resultTypes: ["violations"], ...rules });
    for (const { id, nodes } of said.violations)
      found.push([theme, id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
  }
  delete root.dataset.theme;
  return found;
}"""


def faults(
    page: Page, themes: tuple[str, ...] = ("light", "dark"), *, within: str | None = None
) -> list[str]:
    """Return what axe finds on the page: all rules once, contrast in each theme.

    :param within: what to look at alone, such as a dialog over a page that was looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{theme}, {page.url}: {rule}: {where}"
        for theme, rule, where in page.evaluate(RUN, [list(themes), within])
    ]


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
    page.wait_for_load_state()  # on its way to the next one it has no element at all
    return int(
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
