"""Whatever a page or a notebook holds, it is inert in a browser (THREATS 64, 69)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
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


def from_markdown(text: str) -> str:
    return render_markdown(text, place=PLACE).html


def from_cell(text: str) -> str:
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    return render_notebook(notebook(cell), place=PLACE).html


def from_latex(latex: str) -> str:
    return from_markdown(f"a ${latex}$ b\n\n$$\n{latex}\n$$\n")


def from_output(given: tuple[str, str]) -> str:
    mime, content = given
    return annotated(notebook(code(rich(mime, content))))


def from_stream(text: str) -> str:
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    error = {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]}
    return annotated(notebook(code(stream, error, source=text)))


#: What shows a case, by the first word of its name: each of the two renderers.
SHOWN_BY: dict[str, tuple[str, Callable[[Any], str]]] = {
    "markdown": ("markdown", from_markdown),
    "cell": ("markdown", from_cell),
    "latex": ("latex", from_latex),
    "output": ("outputs", from_output),
    "stream": ("streams", from_stream),
}

NAMES = [f"{way}:{name}" for way, (kind, _show) in SHOWN_BY.items() for name in CASES[kind]]


@cache
def rendered(case: str) -> str:
    """A case as its renderer shows it: no worker renders what it does not test."""
    way, _colon, name = case.partition(":")
    kind, show = SHOWN_BY[way]
    return show(CASES[kind][name])


@pytest.mark.parametrize("case", NAMES)
def test_64_only_what_the_list_allows_is_left(case: str) -> None:
    inspector = Inspector()
    inspector.feed(rendered(case))
    inspector.close()

    assert inspector.faults == []


def test_64_no_terminal_code_is_left() -> None:
    assert "\x1b" not in "".join(map(rendered, NAMES))


def test_an_included_file_is_never_read() -> None:
    assert "root:" not in rendered("markdown:myst_include")


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
    body = "\n".join(f"<section>{html}</section>" for html in map(rendered, NAMES))
    assert visit(browser_page, body, asked) == []
    assert (
        browser_page.evaluate("document.querySelectorAll('main :is(script, svg)').length") == 0
    )
    assert [url for url in asked if "lesson.example" not in url] == []
    assert browser_page.url == "http://lesson.example/"
