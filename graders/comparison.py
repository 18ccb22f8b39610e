"""What a failed visible test compared: two values as they are told, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MAX_TEXT = 2000
MAX_SHORT = 200
MAX_COLUMNS = 30
MAX_DIMENSIONS = 32
MAX_DIFFERENCES = 8
KINDS = frozenset({"value", "text", "sequence", "mapping", "array", "table", "object"})
RELATIONS = frozenset({"same", "near", "type", "truth"})


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two values: never the value itself, always short.

    :param kind: `text`, `sequence`, `mapping`, `array`, `table`, `object` or `value`.
    :param type: its class's name.
    :param text: its beginning; of a text, the text itself; of a table, nothing.
    :param is_cut: there is more than `text` says.
    :param shape: of what has one; the number of elements of a sequence or a mapping.
    :param columns: name and type of a table's columns, or of an array's elements.
    """

    kind: str
    type: str
    text: str = ""
    is_cut: bool = False
    shape: tuple[int, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place where the two values differ.

    :param place: `position`, `key`, `item`, `column`, `type-of-column` or `cell`.
    :param at: the position, the key, the item, the column or the row.
    :param column: of a table's cell.
    :param expected: empty when nothing was expected there.
    :param got: empty when nothing came there.
    """

    place: str
    at: str
    column: str = ""
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was expected and what came.

    :param relation: `same`, `near` (to a tolerance), `type` (an instance of) or `truth`.
    :param left_out: how many more differences there are.
    :param has_message: the author wrote a message of their own for this.
    """

    relation: str
    expected: Side
    got: Side
    differences: tuple[Difference, ...] = ()
    left_out: int = 0
    has_message: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data; `comparison_from_json` reads it."""
        return asdict(self)


def comparison_from_json(data: Any) -> Comparison | None:
    """Return the comparison that plain data tells; None when it tells none.

    All of it is capped again, whoever wrote it.
    """
    try:
        return Comparison(
            relation=_one_of(data["relation"], RELATIONS),
            expected=_side(data["expected"]),
            got=_side(data["got"]),
            differences=tuple(map(_difference, data["differences"][:MAX_DIFFERENCES])),
            left_out=max(int(data["left_out"]), 0),
            has_message=data["has_message"] is True,
        )
    except (TypeError, KeyError, ValueError, OverflowError):
        return None


def _side(data: Mapping[str, Any]) -> Side:
    return Side(
        kind=_one_of(data["kind"], KINDS),
        type=_text(data["type"], MAX_SHORT),
        text=_text(data["text"], MAX_TEXT),
        is_cut=data["is_cut"] is True,
        shape=tuple(max(int(size), 0) for size in data["shape"][:MAX_DIMENSIONS]),
        columns=tuple(
            (_text(name, MAX_SHORT), _text(kind, MAX_SHORT))
            for name, kind in data["columns"][:MAX_COLUMNS]
        ),
    )


def _difference(data: Mapping[str, Any]) -> Difference:
    names = ("place", "at", "column", "expected", "got")
    return Difference(**{name: _text(data[name], MAX_SHORT) for name in names})


def _one_of(value: Any, allowed: frozenset[str]) -> str:
    if value not in allowed:
        raise ValueError(value)
    return str(value)


def _text(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value[:limit]
