"""Notebooks to clean HTML; nbconvert takes a second to import, so no web request does."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, from_dict

from lms.content.annotated_cells import key_of, keyed
from lms.content.budget import Budget, Kind, Pieces
from lms.content.clean import clean
from lms.content.markdown import brackets, finish, markdown_cell, without_titles
from lms.content.outputs import joined, plain, shown_outputs, with_attachments
from lms.content.place import Place
from lms.content.rendered import ContentProblem, Rendered

_IMAGE_DATA = re.compile(r"data:image/[^\s)\"']*")
_REMOVED_CELL = {"remove-cell", "remove_cell"}
_REMOVED_INPUT = {"remove-input", "remove_input"}
_REMOVED_OUTPUT = {"remove-output", "remove_output"}


def render_notebook(data: bytes, *, place: Place) -> Rendered:
    """Return an ungraded notebook as a lesson, with the outputs that its author kept.

    :raises ValueError: if it is no JSON.
    """
    page = _Page(place)
    html = page.html(data)
    return finish(html, page.problems)


def annotated(data: bytes, *, place: Place | None = None) -> str:
    """Return an executed notebook as clean HTML: what the learner wrote and what came of it.

    Nothing in it runs or is fetched from elsewhere, whatever the notebook holds.

    :raises ValueError: if it is no JSON.
    """
    return without_titles(_Page(place or Place(), has_keys=True).html(data))


class _Page:
    """One notebook on its way to a page: its cells, its clean pieces, what is left to show."""

    def __init__(self, place: Place, *, has_keys: bool = False) -> None:
        self.problems: list[ContentProblem] = []
        self._has_keys = has_keys
        self._place = place
        self._budget = Budget()
        self._pieces = Pieces()

    def html(self, data: bytes) -> str:
        body = json.loads(data)
        cells = body.get("cells") if isinstance(body, dict) else None
        said = [cell for cell in cells or [] if isinstance(cell, dict)]
        shown = [(cell, found) for cell in said if (found := self._cell(cell))]
        html = _converted(_node(found for _, found in shown), self._prose)
        html = _cleaned(html)
        if self._has_keys:  # while what people wrote still waits behind its marks
            html = keyed(html, [key_of(cell, place) for place, (cell, _) in enumerate(shown)])
        return self._pieces.put_back(html)

    def _cell(self, cell: dict[str, Any]) -> dict[str, Any] | None:
        tags = _tags(cell)
        source = joined(cell.get("source"))
        if tags & _REMOVED_CELL or cell.get("cell_type") not in ("code", "markdown"):
            return None
        if cell["cell_type"] == "markdown":
            source = with_attachments(source, cell.get("attachments"), self._budget)
            return {"cell_type": "markdown", "metadata": {}, "source": source}
        outputs = [] if tags & _REMOVED_OUTPUT else cell.get("outputs")
        return self._code_cell("" if tags & _REMOVED_INPUT else plain(source), outputs)

    def _code_cell(self, source: str, outputs: object) -> dict[str, Any]:
        shown = shown_outputs(outputs, self._budget, self._hold_output)
        if source.strip() and not self._budget.takes(Kind.SOURCE, len(source)):
            # Too long to be coloured: shown as it is, above what came of it.
            shown.insert(0, {"output_type": "stream", "name": "stdout", "text": source})
            source = ""
        return {
            "cell_type": "code",
            "metadata": {} if source.strip() else {"transient": {"remove_source": True}},
            "execution_count": None,
            "source": source,
            "outputs": shown,
        }

    def _hold_output(self, html: str) -> str:
        return self._pieces.hold(_cleaned(html))

    def _prose(self, source: str) -> str:
        prose = _IMAGE_DATA.sub("", source)
        is_bearable = self._budget.takes(Kind.BRACKETS, brackets(prose)) and self._budget.takes(
            Kind.PROSE, len(prose)
        )
        if not is_bearable:
            return self._pieces.hold(f'<pre tabindex="0">{escape(plain(source))}</pre>')
        # Clean already, with the links of its place.
        html, found = markdown_cell(source, place=self._place)
        # A line of a cell is no line of the file.
        self.problems.extend(replace(problem, line=0) for problem in found)
        return self._pieces.hold(html)


def _tags(cell: dict[str, Any]) -> set[str]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _cleaned(html: str) -> str:
    return clean(html, place=Place(), report=_ignore)


class _Converter(threading.local):
    """One exporter for each thread: its templates are compiled once, not for each notebook."""

    def __init__(self) -> None:
        self.text_cell: Callable[[str], str] = _unchanged
        self.exporter = HTMLExporter(
            template_name="basic",
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
            filters={
                "markdown2html": lambda source: self.text_cell(source),
                "ansi2html": escape,
                "clean_html": _unchanged,  # everything is cleaned afterwards, once
                "strip_files_prefix": _unchanged,
            },
        )


def _converted(node: NotebookNode, text_cell: Callable[[str], str]) -> str:
    converter = _converter()
    converter.text_cell = text_cell
    html, _ = converter.exporter.from_notebook_node(node)
    return str(html)


@cache
def _converter() -> _Converter:
    return _Converter()


def _node(cells: Iterable[dict[str, Any]]) -> NotebookNode:
    return from_dict(
        {
            "cells": list(cells),
            "metadata": {"language_info": {"name": "python", "pygments_lexer": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
    )


def _unchanged(html: str) -> str:
    return html


def _ignore(message: str, words: str) -> None:
    """Outputs are the kernel's words: their author has nothing to mend."""
