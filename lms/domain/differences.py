"""Two texts side by side: which lines differ, and what a learner often overlooks."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Longer texts are compared in their beginning only.
MAX_LINES = 120
CONTEXT_LINES = 2


class Side(StrEnum):
    """Where a line stands."""

    BOTH = "both"
    EXPECTED = "expected"  # or before
    GOT = "got"  # or now
    LEFT_OUT = "left-out"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a comparison.

    :param count: of lines that are left out because both have them.
    """

    side: Side
    text: str = ""
    count: int = 0


class Remark(StrEnum):
    """What is worth saying of two values that look alike."""

    NONE = "none"  # nothing came: perhaps a forgotten return
    TYPE = "type"
    SPACES = "spaces"
    CASE = "case"
    ACCENTS = "accents"
    ORDER = "order"


def lines_of(expected: str, got: str) -> tuple[Line, ...]:
    """Return the lines of two texts, shared ones once, long runs of shared ones left out.

    >>> [(line.side.value, line.text) for line in lines_of("a\\nb", "a\\nc")]
    [('both', 'a'), ('expected', 'b'), ('got', 'c')]
    """
    left = expected.split("\n")[:MAX_LINES]
    right = got.split("\n")[:MAX_LINES]
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    found: list[Line] = []
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        if kind == "equal":
            found += _shared(left[a:a_end], is_first=a == 0, is_last=a_end == len(left))
            continue
        found += [Line(side=Side.EXPECTED, text=text) for text in left[a:a_end]]
        found += [Line(side=Side.GOT, text=text) for text in right[b:b_end]]
    return tuple(found)


def _shared(lines: Sequence[str], *, is_first: bool, is_last: bool) -> list[Line]:
    before = 0 if is_first else CONTEXT_LINES
    after = 0 if is_last else CONTEXT_LINES
    hidden = len(lines) - before - after
    kept = [Line(side=Side.BOTH, text=text) for text in lines]
    if hidden <= 1:
        return kept
    left_out = Line(side=Side.LEFT_OUT, count=hidden)
    return [*kept[:before], left_out, *kept[len(lines) - after :]]


def remark(expected: tuple[str, str], got: tuple[str, str]) -> Remark | None:
    """Return what two values, each given as its type's name and its text, have of note.

    >>> remark(("int", "3"), ("str", "3")).value, remark(("str", "Été"), ("str", "été")).value
    ('type', 'case')
    """
    (wanted_type, wanted), (came_type, came) = expected, got
    if came_type == "NoneType" and wanted_type != "NoneType":
        return Remark.NONE
    if wanted_type != came_type:
        return Remark.TYPE if wanted.strip("'\"") == came.strip("'\"") else None
    if wanted_type == "str":
        return _of_texts(wanted, came)
    is_same_set = wanted_type == "list" and sorted(wanted) == sorted(came)
    return Remark.ORDER if is_same_set and wanted != came else None


def _of_texts(wanted: str, came: str) -> Remark | None:
    if wanted == came:
        return None
    for kind, simplified in (
        (Remark.SPACES, _without_spaces),
        (Remark.CASE, str.casefold),
        (Remark.ACCENTS, _without_accents),
    ):
        if simplified(wanted) == simplified(came):
            return kind
    return None


def _without_spaces(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _without_accents(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return "".join(char for char in split if not unicodedata.combining(char))
