"""The marked regions of a cell's text: solutions, hidden tests, marking schemes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SOLUTION = "SOLUTION"
HIDDEN_TESTS = "HIDDEN TESTS"
MARK_SCHEME = "MARK SCHEME"
REGIONS = (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A text after its regions were cut out.

    :param lines: for each line that is left, its number in the whole text, from 1.
    :param fault: why the region's marks make no sense, in French; empty when they do.
    """

    text: str
    is_cut: bool
    lines: tuple[int, ...] = ()
    fault: str = ""


@lru_cache(maxsize=1024)  # an author's cells are asked for again and again
def cut(text: str, region: str, *, stub: str = "") -> Cut:
    """Replace each `### BEGIN <region>` to `### END <region>` by the stub, indented alike.

    As in nbgrader, a line counts as a mark when it contains the words.

    >>> cut("a\\n  ### BEGIN SOLUTION\\n  b\\n  ### END SOLUTION", "SOLUTION", stub="pass").text
    'a\\n  pass'
    """
    kept: list[tuple[int, str]] = []
    is_inside, is_cut, fault = False, False, ""
    for number, line in enumerate(text.split("\n"), 1):
        if f"BEGIN {region}" in line:
            if is_inside:
                fault = f"«\u00a0BEGIN {region}\u00a0» dans une région déjà ouverte"
            is_inside = is_cut = True
            indent = re.match(r"\s*", line)[0]  # type: ignore[index]
            kept += [(number, indent + row) for row in stub.split("\n")] if stub else []
        elif f"END {region}" in line:
            if not is_inside:
                fault = f"«\u00a0END {region}\u00a0» sans «\u00a0BEGIN {region}\u00a0»"
            is_inside = False
        elif not is_inside:
            kept.append((number, line))
    if is_inside:
        fault = f"«\u00a0BEGIN {region}\u00a0» sans «\u00a0END {region}\u00a0»"
    return Cut(
        text="\n".join(line for _, line in kept),
        is_cut=is_cut,
        lines=tuple(number for number, _ in kept),
        fault=fault,
    )


def visible_part(text: str) -> str:
    """Return the text without hidden tests and marking schemes."""
    return cut(cut(text, HIDDEN_TESTS).text, MARK_SCHEME).text


def is_hidden_line(text: str, number: int) -> bool:
    """Say whether a line of the text, counted from 1, lies in a hidden region."""
    return number not in cut(text, HIDDEN_TESTS).lines
