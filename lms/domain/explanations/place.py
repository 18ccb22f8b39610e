"""Finds the learner's own line in what a kernel or a test told of an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINE = 200

#: `SyntaxError` names its line in the message.
IN_MESSAGE = re.compile(r"\([^()]*, line (\d+)\)")

#: A row of a test's traceback: « Votre code, ligne 3, dans f : return x / 0 ».
ROW = re.compile(r"^Votre code, ligne (\d+)(?:, dans [^:\n]*?)?\s?: (.*)$", re.MULTILINE)

#: A frame of a kernel's traceback, and the line in it that an arrow or a caret marks.
FRAME = re.compile(r"(?:Cell In|Input In|Cell)\s*\[\d+\],? line (\d+)[^\n]*\n")
ARROW = re.compile(r"^-+> *(\d+) ?(.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One line of the learner's, by its number in the cell."""

    number: int | None = None
    line: str = ""


def place_of(traceback: str, message: str = "", source: str = "") -> Place:
    """Return the innermost of the learner's lines; an empty place when none is told."""
    rows = ROW.findall(traceback)
    if rows:
        return _place(int(rows[-1][0]), rows[-1][1])
    frames = list(FRAME.finditer(traceback))
    if frames:
        number, rest = int(frames[-1][1]), traceback[frames[-1].end() :]
        arrow = ARROW.search(rest)
        return _place(number, arrow[2] if arrow else rest.partition("\n")[0])
    found = IN_MESSAGE.search(message)
    if found is None:
        return Place()
    number, lines = int(found[1]), source.splitlines()
    return _place(number, lines[number - 1] if 0 < number <= len(lines) else "")


def _place(number: int, line: str) -> Place:
    return Place(number=number, line=line.strip()[:MAX_LINE])
