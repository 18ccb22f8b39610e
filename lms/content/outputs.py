"""What a notebook's cells gave, reduced to what can be shown safely and at a bearable size."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from lms.content.budget import LIMITS, Budget, Kind
from lms.content.maths import BadMaths, mathml

MAX_OUTPUTS = 200

#: Of a rich output: what browsers and cleaners read in a time that grows with its square.
MAX_NESTING = 200

ALT = "Figure produite par le code ci-dessus"
TOO_HEAVY = "[Image trop lourde pour être montrée ici]"
CUT = "\n[… la suite est trop longue pour être montrée ici]"

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")

Hold = Callable[[str], str]

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FORMULA = re.compile(r"^\s*\${1,2}(.+?)\${1,2}\s*$", re.DOTALL)


def plain(text: str) -> str:
    """Return a text without terminal codes, cut where it is too long."""
    bare = _CONTROL.sub("", _ANSI.sub("", text))
    most = LIMITS[Kind.TEXT].each
    return bare if len(bare) <= most else bare[: most - len(CUT)] + CUT


def shown_outputs(outputs: object, budget: Budget, hold: Hold) -> list[dict[str, Any]]:
    """Return the outputs of one cell, each with one form that is safe to show.

    :param hold: cleans a rich output, and returns what stands for it.
    """
    if not isinstance(outputs, list):
        return []
    said = (output for output in outputs[:MAX_OUTPUTS] if isinstance(output, dict))
    return [shown for output in said if (shown := _shown(output, budget, hold))]


def joined(text: object) -> str:
    """Return a text that nbformat may have split into lines."""
    if isinstance(text, list):
        return "".join(map(str, text))
    return text if isinstance(text, str) else ""


def _shown(output: Mapping[str, Any], budget: Budget, hold: Hold) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        return _stream(joined(output.get("text")), budget, name=output.get("name"))
    if kind == "error":
        return _stream(_error(output), budget, name="stderr")
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    forms = {mime: joined(text) for mime, text in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": _one(forms, budget, hold)}


def _stream(text: str, budget: Budget, *, name: object) -> dict[str, Any]:
    shown = "stderr" if name == "stderr" else "stdout"
    return {"output_type": "stream", "name": shown, "text": _text(text, budget)}


def _text(text: str, budget: Budget) -> str:
    shown = plain(text)
    return shown if budget.takes(Kind.TEXT, len(shown)) else CUT.strip()


def _error(output: Mapping[str, Any]) -> str:
    traceback = output.get("traceback")
    lines = traceback if isinstance(traceback, list) else []
    text = "\n".join(map(str, lines))
    return text or f"{output.get('ename', '')}: {output.get('evalue', '')}"


def _one(data: Mapping[str, str], budget: Budget, hold: Hold) -> dict[str, str]:
    """Return the one form of a rich output that is shown."""
    for mime in IMAGES:
        if data.get(mime):
            return _image(mime, data[mime], budget, hold)
    html = data.get("text/html", "")
    if html and _is_bearable(html) and budget.takes(Kind.HTML, len(html)):
        return {"text/html": hold(html)}
    latex = data.get("text/latex", "")
    if latex and budget.takes(Kind.PROSE, len(latex)):
        return {"text/html": hold(_latex(latex))}
    if data.get("text/markdown"):
        return {"text/markdown": data["text/markdown"]}
    return {"text/plain": _text(data.get("text/plain", ""), budget)}


def _image(mime: str, image: str, budget: Budget, hold: Hold) -> dict[str, str]:
    try:
        raw = image.encode() if mime == "image/svg+xml" else base64.b64decode(image)
    except (binascii.Error, ValueError):
        return {"text/plain": ""}
    encoded = base64.b64encode(raw).decode()
    if not budget.takes(Kind.IMAGE, len(encoded)):
        return {"text/plain": TOO_HEAVY}
    # In an `img`, an SVG neither runs scripts nor loads anything.
    return {"text/html": hold(f'<img src="data:{mime};base64,{encoded}" alt="{ALT}">')}


def _is_bearable(html: str) -> bool:
    depth = 0
    for closing, tag in _TAG.findall(html):
        if tag.lower() not in _VOID:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > MAX_NESTING:
            return False
    return True


def _latex(latex: str) -> str:
    formula = _FORMULA.match(latex)
    try:
        return mathml(formula[1] if formula else latex, is_block=True)
    except BadMaths:
        return f"<pre>{escape(plain(latex))}</pre>"


def with_attachments(source: str, attachments: object, budget: Budget) -> str:
    """Return the text of a cell with the images that are attached to it."""
    if not isinstance(attachments, dict):
        return source
    for name, forms in attachments.items():
        image = _attached(forms.items() if isinstance(forms, dict) else ())
        if image and budget.takes(Kind.IMAGE, len(image)):
            source = source.replace(f"attachment:{name}", image)
    return source


def _attached(forms: Iterable[tuple[str, object]]) -> str:
    kinds = ("image/png", "image/jpeg", "image/gif", "image/webp")
    return next(
        (
            f"data:{mime};base64,{''.join(joined(data).split())}"
            for mime, data in forms
            if mime in kinds
        ),
        "",
    )
