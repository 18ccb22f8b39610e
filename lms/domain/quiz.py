"""Marking a quiz: choices by their right ones, numbers within a tolerance, words by letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lms.domain.activities import Answers, FieldKind, Item, Mark

#: Beside a tolerance of zero: what a decimal fraction loses when it is read.
ROUNDING = 1e-9

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d[\d ]*)?(?:[.,](?P<part>\d+))?(?:e(?P<power>[+-]?\d{1,3}))?"
    r"(?P<unit>[^\d]*)\Z",
    re.IGNORECASE,
)
_LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": "'", "‘": "'"})
_AROUND = " .,;:!?«»“”\"'`"


@dataclass(frozen=True, kw_only=True)
class NumberSolution:
    """One accepted number: everything from `value - tolerance` to `value + tolerance`."""

    value: float
    tolerance: float = 0.0

    def accepts(self, number: float) -> bool:
        """Whether a number is near enough."""
        slack = ROUNDING * max(1.0, abs(self.value))
        return abs(number - self.value) <= self.tolerance + slack


@dataclass(frozen=True, kw_only=True)
class TextSolution:
    """One accepted text.

    :param is_exact: capitals, accents and signs count; otherwise only the letters do.
    """

    text: str
    is_exact: bool = False

    def accepts(self, text: str) -> bool:
        """Whether a text is the same."""
        if self.is_exact:
            return as_typed(text) == as_typed(self.text)
        return normalised(text) == normalised(self.text)


def mark_item(item: Item, given: tuple[str, ...]) -> Mark:
    """Return how good the answer to one question is."""
    given = tuple(text for text in given if text.strip())
    if not given:
        return Mark(share=0.0, is_answered=False)
    if item.kind is FieldKind.ONE:
        return Mark(share=float(frozenset(given) == item.solution))
    if item.kind is FieldKind.SEVERAL:
        return _mark_several(frozenset(given), item.solution)
    if item.kind is FieldKind.NUMBER:
        return _mark_number(given[0], item.solution, item.unit)
    return Mark(share=float(any(found.accepts(given[0]) for found in item.solution)))


def mark_items(items: Sequence[Item], answers: Answers) -> dict[str, Mark]:
    """Return the mark of every question, answered or not."""
    return {item.key: mark_item(item, answers.get(item.key, ())) for item in items}


def read_number(text: str, *, unit: str = "") -> float | None:
    """Return the number that a person typed, or None.

    A comma or a point stands before the decimals, spaces may part thousands, and the unit
    may follow.

    >>> read_number("31 500,50 €", unit="€")
    31500.5
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("−", "-")).strip()
    found = _NUMBER.match(plain)
    if found is None or not (found["whole"] or found["part"]):
        return None
    if normalised(found["unit"]) not in ("", normalised(unit)):
        return None
    digits = (found["whole"] or "0").replace(" ", "")
    return float(f"{found['sign']}{digits}.{found['part'] or 0}e{found['power'] or 0}")


def normalised(text: str) -> str:
    """Return a text without accents, capitals, doubled spaces and signs around it.

    >>> normalised("  L’École  numérique. ")
    "l'ecole numerique"
    """
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split()).strip(_AROUND)


def as_typed(text: str) -> str:
    """Return a text as code: only backticks around it and doubled spaces do not count."""
    return " ".join(unicodedata.normalize("NFC", text).split()).strip("`")


def _mark_several(given: frozenset[str], right: frozenset[str]) -> Mark:
    """Each right choice brings its share, each other one takes as much away."""
    extra = len(given - right)
    share = max(0.0, (len(given & right) - extra) / len(right))
    return Mark(share=share, missing=len(right - given), extra=extra)


def _mark_number(text: str, accepted: Sequence[NumberSolution], unit: str) -> Mark:
    number = read_number(text, unit=unit)
    if number is None:
        return Mark(share=0.0, is_readable=False)
    return Mark(share=float(any(found.accepts(number) for found in accepted)))
