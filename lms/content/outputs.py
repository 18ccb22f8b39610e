"""What a notebook's cells gave, reduced to what can be shown safely and at a bearable size."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from lms.content.maths import BadMaths, mathml

MAX_OUTPUTS = 200
MAX_TEXT_CHARS = 100_000
MAX_IMAGE_CHARS = 700_000  # base64
MAX_IMAGES_CHARS = 4_000_000

MAX_PROSE_CHARS = 200_000
MAX_CELL_BRACKETS = 500
MAX_BRACKETS = 5000  # of all text cells together: see `lms.content.markdown`

ALT = "Figure produite par le code ci-dessus"
TOO_HEAVY = "[Image trop lourde pour être montrée ici]"
CUT = "\n[… la suite est trop longue pour être montrée ici]"

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FORMULA = re.compile(r"^\s*\${1,2}(.+?)\${1,2}\s*$", re.DOTALL)


class Budget:
    """How much one notebook may still show."""

    def __init__(self) -> None:
        self._images = MAX_IMAGES_CHARS
        self._chars = MAX_PROSE_CHARS
        self._brackets = MAX_BRACKETS

    def takes(self, image: str) -> bool:
        """Return whether the image still fits, and count it if it does."""
        fits = len(image) <= min(MAX_IMAGE_CHARS, self._images)
        self._images -= len(image) if fits else 0
        return fits

    def takes_prose(self, chars: int, brackets: int) -> bool:
        """Return whether a text cell may still be formatted, and count it if it may."""
        fits = chars <= self._chars and brackets <= min(MAX_CELL_BRACKETS, self._brackets)
        self._chars -= chars if fits else 0
        self._brackets -= brackets if fits else 0
        return fits


def plain(text: str) -> str:
    """Return a text without terminal codes, cut where it is too long."""
    bare = _CONTROL.sub("", _ANSI.sub("", text))
    return bare if len(bare) <= MAX_TEXT_CHARS else bare[:MAX_TEXT_CHARS] + CUT


def shown_outputs(outputs: object, budget: Budget) -> list[dict[str, Any]]:
    """Return the outputs of one cell, each with one form that is safe to show."""
    if not isinstance(outputs, list):
        return []
    said = (output for output in outputs[:MAX_OUTPUTS] if isinstance(output, dict))
    return [shown for output in said if (shown := _shown(output, budget))]


def joined(text: object) -> str:
    """Return a text that nbformat may have split into lines."""
    if isinstance(text, list):
        return "".join(map(str, text))
    return text if isinstance(text, str) else ""


def _shown(output: Mapping[str, Any], budget: Budget) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {
            "output_type": "stream",
            "name": name,
            "text": plain(joined(output.get("text"))),
        }
    if kind == "error":
        return _stream_of_error(output)
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": _one_form({mime: joined(text) for mime, text in data.items()}, budget),
    }


def _stream_of_error(output: Mapping[str, Any]) -> dict[str, Any]:
    traceback = output.get("traceback")
    lines = traceback if isinstance(traceback, list) else []
    text = plain("\n".join(map(str, lines)))
    text = text or plain(f"{output.get('ename', '')}: {output.get('evalue', '')}")
    return {"output_type": "stream", "name": "stderr", "text": text}


def _one_form(data: Mapping[str, str], budget: Budget) -> dict[str, str]:
    for mime in ("image/png", "image/jpeg", "image/gif", "image/svg+xml"):
        if data.get(mime):
            return _image(mime, data[mime], budget)
    if data.get("text/html"):
        return {"text/html": data["text/html"][: 10 * MAX_TEXT_CHARS]}
    if data.get("text/latex"):
        return _latex(data["text/latex"])
    if data.get("text/markdown"):
        return {"text/markdown": data["text/markdown"][:MAX_TEXT_CHARS]}
    return {"text/plain": plain(data.get("text/plain", ""))}


def _image(mime: str, image: str, budget: Budget) -> dict[str, str]:
    try:
        raw = image.encode() if mime == "image/svg+xml" else base64.b64decode(image)
    except (binascii.Error, ValueError):
        return {"text/plain": ""}
    encoded = base64.b64encode(raw).decode()
    if not budget.takes(encoded):
        return {"text/plain": TOO_HEAVY}
    # In an `img`, an SVG neither runs scripts nor loads anything.
    return {"text/html": f'<img src="data:{mime};base64,{encoded}" alt="{ALT}">'}


def _latex(latex: str) -> dict[str, str]:
    formula = _FORMULA.match(latex)
    try:
        return {"text/html": mathml(formula[1] if formula else latex, is_block=True)}
    except BadMaths:
        return {"text/html": f"<pre>{escape(plain(latex))}</pre>"}


def with_attachments(source: str, attachments: object, budget: Budget) -> str:
    """Return the text of a cell with the images that are attached to it."""
    if not isinstance(attachments, dict):
        return source
    for name, forms in attachments.items():
        image = _attached(forms.items() if isinstance(forms, dict) else ())
        if image and budget.takes(image):
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
