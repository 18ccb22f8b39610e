"""Whatever a page or a notebook holds, it is inert in a browser (THREATS 64, 69)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from lms.content.clean import MATH_TAGS, TEXT_TAGS
from lms.content.markdown import render_markdown
from lms.content.notebooks import annotated, render_notebook
from lms.content.place import Place

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("hostile.toml").read_text(encoding="utf-8")
)
PLACE = Place(addresses={"a.md": "/cours/c/m/a/", "f.png": "/cours/c/fichiers/f.png"})
TAGS = TEXT_TAGS | MATH_TAGS | {"div"}
ADDRESSES = ("/cours/c/", "#s-", "https://", "http://", "mailto:", "tel:")


class Inspector(HTMLParser):
    """Notes every tag and attribute that could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            self._look(tag, name, value or "")

    def _look(self, tag: str, name: str, value: str) -> None:
        is_address = value.startswith(ADDRESSES) and not value.startswith("//")
        is_bad = (
            name.startswith("on")
            or name in ("style", "srcdoc", "action", "formaction", "ping", "name", "xlink:href")
            or (name == "href" and not is_address)
            or (name == "src" and not value.startswith(("/cours/c/", "data:image/")))
            or (name == "id" and not value.startswith("s-"))
        )
        if is_bad:
            self.faults.append(f"{tag} {name}={value}")


def notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    ).encode()


def code(*outputs: dict[str, Any], source: str = "x = 1") -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}


def rich(mime: str, content: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {mime: content}}


def rendered_cases() -> Iterator[tuple[str, str]]:
    """Every case as each of the two renderers shows it."""
    for name, text in CASES["markdown"].items():
        yield f"markdown:{name}", render_markdown(text, place=PLACE).html
        cell = {"cell_type": "markdown", "metadata": {}, "source": text}
        yield f"cell:{name}", render_notebook(notebook(cell), place=PLACE).html
    for name, latex in CASES["latex"].items():
        yield (
            f"latex:{name}",
            render_markdown(f"a ${latex}$ b\n\n$$\n{latex}\n$$\n", place=PLACE).html,
        )
    for name, (mime, content) in CASES["outputs"].items():
        yield f"output:{name}", annotated(notebook(code(rich(mime, content))))
    for name, text in CASES["streams"].items():
        stream = {"output_type": "stream", "name": "stdout", "text": text}
        error = {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]}
        yield f"stream:{name}", annotated(notebook(code(stream, error, source=text)))


RENDERED = dict(rendered_cases())


@pytest.mark.parametrize("case", RENDERED)
def test_64_only_what_the_list_allows_is_left(case: str) -> None:
    inspector = Inspector()
    inspector.feed(RENDERED[case])
    inspector.close()

    assert inspector.faults == []


def test_64_no_terminal_code_is_left() -> None:
    assert "\x1b" not in "".join(RENDERED.values())


def test_an_included_file_is_never_read() -> None:
    assert "root:" not in RENDERED["markdown:myst_include"]


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page of the session's own Chromium: a second Playwright cannot start beside it."""
    page = browser.new_page()
    yield page
    page.close()


#: Sets off every handler and every link that could run something.
PROVOKE = """() => {
    for (const node of document.querySelectorAll("main *")) {
        for (const kind of ["mouseover", "click", "focus", "toggle", "error", "load"]) {
            if (kind === "click" && node.closest("a[href^='http']")) continue;
            node.dispatchEvent(new Event(kind, {bubbles: true, cancelable: true}));
        }
    }
}"""


def visit(page: Page, body: str, asked: list[str]) -> list[str]:
    """Open the text in Chromium, provoke it, and return what ran."""
    document = (
        "<!doctype html><meta charset=utf-8><script>window.hits = [];"
        f"window.pwned = (what) => hits.push(what);</script><main>{body}</main>"
    )

    def answer(route: Route, request: Request) -> None:
        asked.append(request.url)
        if request.resource_type == "document":
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("http://lesson.example/")
    page.wait_for_load_state("networkidle")
    page.evaluate(PROVOKE)
    hits: list[str] = page.evaluate("window.hits")
    return hits


@pytest.mark.browser
def test_64_nothing_runs_in_chromium_even_without_a_policy(browser_page: Page) -> None:
    """The site's CSP would stop it too; here the cleaning stands alone."""
    asked: list[str] = []
    raw = "".join(CASES["markdown"][name] for name in ("image_error", "tracker"))
    assert "onerror" in visit(browser_page, raw + '<img src="//evil.example/x">', asked)
    assert any("evil.example" in url for url in asked)  # so the trap works

    asked.clear()
    body = "\n".join(f"<section>{html}</section>" for html in RENDERED.values())
    assert visit(browser_page, body, asked) == []
    assert (
        browser_page.evaluate("document.querySelectorAll('main :is(script, svg)').length") == 0
    )
    assert [url for url in asked if "lesson.example" not in url] == []
    assert browser_page.url == "http://lesson.example/"
