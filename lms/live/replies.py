"""What a kernel answers, made into what a page shows. Nothing of it is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graders.report import without_ansi
from graders.sandbox.wire import text

MAX_MATCHES = 200
MAX_MATCH_CHARS = 200
MAX_TEXT_CHARS = 20_000

_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")


def count_of(reply: Mapping[str, Any]) -> int | None:
    """Return the number beside the cell."""
    count = reply.get("execution_count")
    return count if type(count) is int and 0 <= count < 2**31 else None


def error_line(reply: Mapping[str, Any]) -> int | None:
    """Return the line of the cell on which its error arose, from 1; None when unknown."""
    frames = reply.get("traceback")
    count = count_of(reply)
    if count is None or not isinstance(frames, Sequence):
        return None
    found = [
        int(line)
        for frame in frames
        for cell, line in _LINE.findall(without_ansi(text(frame, MAX_TEXT_CHARS)))
        if cell == str(count)
    ]
    return found[-1] if found and found[-1] < 2**31 else None


def completions(reply: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return the matches and the place that they fill, in UTF-16 units."""
    matches = reply.get("matches")
    found = matches if isinstance(matches, Sequence) and not isinstance(matches, str) else ()
    start, end = (_place(reply.get(name), source) for name in ("cursor_start", "cursor_end"))
    return {
        "matches": [text(each, MAX_MATCH_CHARS) for each in found[:MAX_MATCHES] if each],
        "start": units(source, min(start, end)),
        "end": units(source, end),
    }


def inspection(reply: Mapping[str, Any]) -> str:
    """Return what the kernel knows of a name, without colours."""
    data = reply.get("data")
    found = data.get("text/plain") if isinstance(data, Mapping) else ""
    return without_ansi(text(found, MAX_TEXT_CHARS))


def units(source: str, place: int) -> int:
    """Return a place of the text counted as JavaScript does.

    >>> units("a😀b", 2)
    3
    """
    return len(source[:place].encode("utf-16-le", "surrogatepass")) // 2


def place_of(source: str, count: int) -> int:
    """Return the place that JavaScript counts so.

    >>> place_of("a😀b", 3)
    2
    """
    raw = source.encode("utf-16-le", "surrogatepass")[: max(0, count) * 2]
    return len(raw.decode("utf-16-le", "replace"))


def _place(value: object, source: str) -> int:
    return min(max(0, value), len(source)) if type(value) is int else len(source)
