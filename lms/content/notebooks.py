"""Notebooks to clean HTML; nbconvert takes a second to import, so no web request does."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode, from_dict

from lms.content.clean import clean
from lms.content.markdown import brackets, finish, markdown_cell, without_titles
from lms.content.outputs import Budget, joined, plain, shown_outputs, with_attachments
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
    problems: list[ContentProblem] = []
    html = _html(data, place, problems)
    return finish(html, problems)


def annotated(data: bytes, *, place: Place | None = None) -> str:
    """Return an executed notebook as clean HTML: what the learner wrote and what came of it.

    Nothing in it runs or is fetched from elsewhere, whatever the notebook holds.

    :raises ValueError: if it is no JSON.
    """
    return without_titles(_html(data, place or Place(), []))


def _cells(data: bytes, budget: Budget) -> list[dict[str, Any]]:
    body = json.loads(data)
    cells = body.get("cells") if isinstance(body, dict) else None
    said = (cell for cell in cells or [] if isinstance(cell, dict))
    return [shown for cell in said if (shown := _cell(cell, budget))]


def _cell(cell: dict[str, Any], budget: Budget) -> dict[str, Any] | None:
    tags = _tags(cell)
    source = joined(cell.get("source"))
    if tags & _REMOVED_CELL or cell.get("cell_type") not in ("code", "markdown"):
        return None
    if cell["cell_type"] == "markdown":
        source = with_attachments(source, cell.get("attachments"), budget)
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    is_empty = not source.strip() or tags & _REMOVED_INPUT
    return {
        "cell_type": "code",
        "metadata": {"transient": {"remove_source": True}} if is_empty else {},
        "execution_count": None,
        "source": plain(source),
        "outputs": [] if tags & _REMOVED_OUTPUT else shown_outputs(cell.get("outputs"), budget),
    }


def _tags(cell: dict[str, Any]) -> set[str]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _html(data: bytes, place: Place, problems: list[ContentProblem]) -> str:
    texts: dict[str, str] = {}
    budget = Budget()

    def text_cell(source: str) -> str:
        # Clean already, with the links of its place; nobody can guess the name it goes by.
        texts[mark := secrets.token_hex(16)] = _text(source, place, budget, problems)
        return mark

    cells = _cells(data, budget)
    html, _ = _exporter(text_cell).from_notebook_node(_node(cells))
    html = clean(html, place=Place(), report=_ignore)
    for mark, text in texts.items():
        html = html.replace(mark, text)
    return html


def _text(source: str, place: Place, budget: Budget, problems: list[ContentProblem]) -> str:
    prose = _IMAGE_DATA.sub("", source)
    if not budget.takes_prose(len(prose), brackets(prose)):
        return f"<pre>{escape(plain(source))}</pre>"
    html, found = markdown_cell(source, place=place)
    # A line of a cell is no line of the file.
    problems.extend(replace(problem, line=0) for problem in found)
    return html


def _exporter(text_cell: Callable[[str], str]) -> HTMLExporter:
    return HTMLExporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        filters={
            "markdown2html": text_cell,
            "ansi2html": escape,
            "clean_html": _unchanged,  # everything is cleaned afterwards, once
            "strip_files_prefix": _unchanged,
        },
    )


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
