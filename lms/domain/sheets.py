"""A table that leaves the platform as a file, and texts that no spreadsheet shall run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: What begins a formula in a spreadsheet, also typed full-width; tabs and line ends are
#: skipped by some before they look.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: A text, a number, or nothing.
Value = str | float | None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table to be written; its rows are read once, as they are written.

    :param name: of the sheet and, made plain, of the file.
    :param language: decides separators: `fr` or `en`.
    """

    name: str
    language: str
    header: tuple[str, ...]
    rows: Iterable[tuple[Value, ...]]


def inert(text: str) -> str:
    """Return the text as one that a spreadsheet reads as text, whatever it begins with.

    >>> inert("=1+1"), inert("Ada"), inert(" @SUM(A1)")
    ("'=1+1", 'Ada', "' @SUM(A1)")
    """
    is_formula = text.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula or text.startswith(FORMULA_STARTS) else text
