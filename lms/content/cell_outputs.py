"""One cell's outputs as clean HTML, for pages that show a cell outside its notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from lms.content.budget import Budget, Pieces
from lms.content.clean import clean
from lms.content.outputs import shown_outputs
from lms.content.place import Place


def cell_outputs(outputs: Sequence[Any]) -> str:
    """Return what a cell gave as clean HTML; nothing in it runs or is fetched."""
    pieces = Pieces()
    budget = Budget()

    def hold(html: str) -> str:
        return pieces.hold(clean(html, place=Place(), report=_ignore))

    found = shown_outputs(list(outputs), budget, hold)
    return "\n".join(pieces.put_back(_html(output)) for output in found)


def _html(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    text = output.get("text") or data.get("text/markdown") or data.get("text/plain") or ""
    return f'<pre tabindex="0">{escape(text)}</pre>' if text.strip() else ""


def _ignore(message: str, words: str) -> None:
    """Outputs are the kernel's words: their author has nothing to mend."""
