"""An annotated notebook cell by cell: how its HTML names cells, and how it is taken apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

_CELL = re.compile(r'<div class="cell (code|text)_cell">')
_KEYED = re.compile(r'(?=<div class="cell (?:code|text)_cell" data-cell="[^"]*">)')
_KEY = re.compile(r'<div class="cell (?:code|text)_cell" data-cell="([^"]*)">')
_USABLE = re.compile(r"[A-Za-z0-9_.-]{1,120}")


@dataclass(frozen=True, kw_only=True)
class AnnotatedCell:
    """One cell as clean HTML.

    :param key: its `grade_id`; « n » and its place for a cell without one.
    """

    key: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Span:
    """The cells that belong to one exercise, in the notebook's order."""

    exercise_id: str
    cells: tuple[AnnotatedCell, ...]


def key_of(cell: dict[str, Any], place: int) -> str:
    """Return what a cell is called: its `grade_id` where it has a usable one."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) and _USABLE.fullmatch(name) else f"n{place}"


def keyed(html: str, keys: Sequence[str]) -> str:
    """Return a notebook's clean HTML with its cells named, in order.

    The cleaner lets no attribute of that name through, so nobody can name a cell in text.
    """
    left = iter(keys)
    return _CELL.sub(
        lambda found: f'<div class="cell {found[1]}_cell" data-cell="{next(left, "")}">', html
    )


def cells_of(html: str) -> tuple[AnnotatedCell, ...]:
    """Return the cells of a notebook; one without key when they were not named."""
    parts = [part for part in _KEYED.split(html) if part.strip()]
    return tuple(
        AnnotatedCell(key=found[1] if (found := _KEY.match(part)) else "", html=part)
        for part in parts
    )


def spans_of(
    cells: Sequence[AnnotatedCell], exercises: Sequence[tuple[str, Collection[str]]]
) -> tuple[Span, ...]:
    """Return the cells by exercise: what stands before an exercise introduces it.

    :param exercises: in order, each id with the names of the cells that are its own.
    :returns: a span for each exercise, then, with an empty id, what follows the last one.
    """
    spans, start = [], 0
    for exercise_id, names in exercises:
        own = {exercise_id, *names}
        places = [place for place, cell in enumerate(cells) if cell.key in own]
        end = max([start, *(place + 1 for place in places)])
        spans.append(Span(exercise_id=exercise_id, cells=tuple(cells[start:end])))
        start = end
    return (*spans, Span(exercise_id="", cells=tuple(cells[start:])))
