"""Describes the two sides of a failed assertion; asks no learner's object anything."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from typing import Any

from graders.comparison import MAX_DIFFERENCES, MAX_SHORT, Comparison, Difference, Side
from graders.verdict.messages import NEAR, SAME, clean, short
from graders.verdict.peer import Peer
from graders.verdict.proxy import is_remote
from graders.verdict.sides import name_of, side
from graders.verdict.watch import Claim

TABLES = frozenset(
    ("equals", "assert_frame_equal", "assert_series_equal", "assert_index_equal")
)
ALIKE = SAME | NEAR | TABLES
#: Of what is longer, the rest is counted as one difference.
LOOKED_AT = 20_000
NOTHING = object()


def comparison_of(
    peer: Peer, claim: Claim | None, noted: Sequence[Any], said: str
) -> dict[str, Any] | None:
    """Return, as plain data, what an assertion compared; None when that is not two values.

    :param said: the assertion's message: the author's own, unless a library asserts.
    """
    if claim is None or claim.is_negated:
        return None
    has_message = bool(said) and not claim.kind.lower().startswith("assert")
    try:
        with _silent(peer):
            told = _compared(claim, noted, has_message=has_message)
    except Exception:  # a value that cannot be told: the message alone must do
        return None
    return None if told is None or _is_empty(told) else told.to_json()


def _is_empty(told: Comparison) -> bool:
    """Whether nothing that is told shows a difference."""
    is_whole = not (told.expected.is_cut or told.got.is_cut)
    return is_whole and told.expected == told.got and not told.differences


@contextmanager
def _silent(peer: Peer) -> Iterator[None]:
    """Have every question to the learner's process refused for a while."""
    before, peer.broken = peer.broken, peer.broken or "told"
    try:
        yield
    finally:
        peer.broken = before


def _compared(claim: Claim, noted: Sequence[Any], *, has_message: bool) -> Comparison | None:
    if claim.kind == "Truth" and noted:
        wanted = Side(kind="value", type="bool", text="True")
        return Comparison(
            relation="truth", expected=wanted, got=side(noted[0]), has_message=has_message
        )
    if len(noted) < 2:
        return None
    left, right = noted[0], noted[1]
    if claim.kind == "isinstance":
        wanted = Side(kind="value", type="", text=_class_names(right))
        return Comparison(
            relation="type", expected=wanted, got=side(left), has_message=has_message
        )
    if claim.kind not in ALIKE:
        return None
    is_turned = claim.learner_sides == (False, True)
    got, expected = (right, left) if is_turned else (left, right)
    is_near = claim.kind in NEAR
    found = list(islice(differences(expected, got, is_near=is_near), LOOKED_AT))
    return Comparison(
        relation="near" if is_near else "same",
        expected=side(expected),
        got=side(got),
        differences=tuple(found[:MAX_DIFFERENCES]),
        left_out=max(len(found) - MAX_DIFFERENCES, 0),
        has_message=has_message,
    )


def _class_names(wanted: Any) -> str:
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return ", ".join(clean(str(getattr(kind, "__name__", "?")), 80) for kind in kinds[:8])


def differences(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:
    """Yield where two values of a kind differ; nothing for values without parts."""
    if is_remote(expected) or is_remote(got):
        return
    for kind, between in _ways():
        if isinstance(expected, kind) and isinstance(got, kind):
            yield from between(expected, got, is_near=is_near)
            return


def _ways() -> Iterator[tuple[Any, Callable[..., Iterator[Difference]]]]:
    """Yield each kind of values with parts, and how two of it are compared."""
    yield from ((list | tuple, _between_rows), (dict, _between_mappings))
    yield set | frozenset, _between_sets
    if "pandas" in sys.modules:
        pandas = sys.modules["pandas"]
        yield pandas.DataFrame, _between_tables
        yield pandas.Series | pandas.Index, _between_columns
    if "numpy" in sys.modules:
        yield sys.modules["numpy"].ndarray, _between_arrays


def _between_sets(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:  # noqa: ARG001
    for item in expected - got:
        yield Difference(place="item", at=_repr(item), expected=_repr(item))
    for item in got - expected:
        yield Difference(place="item", at=_repr(item), got=_repr(item))


def _between_columns(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:
    yield from _between_rows(expected.tolist(), got.tolist(), is_near=is_near)


def _are(pair: Sequence[Any], kind: Any) -> bool:
    return all(isinstance(value, kind) for value in pair)


def _between_rows(
    expected: Sequence[Any],
    got: Sequence[Any],
    *,
    is_near: bool,
    at: Callable[[int], str] = str,
) -> Iterator[Difference]:
    for number, (wanted, came) in enumerate(zip_longest(expected, got, fillvalue=NOTHING)):
        if not _is_same(wanted, came, is_near=is_near):
            yield Difference(
                place="position", at=at(number), expected=_part(wanted), got=_part(came)
            )


def _between_arrays(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:
    if expected.shape != got.shape:
        return

    def at(number: int) -> str:
        place, left = [], number
        for size in reversed(expected.shape):
            left, here = divmod(left, size)
            place.append(str(here))
        return ", ".join(reversed(place))

    yield from _between_rows(
        expected.ravel().tolist(), got.ravel().tolist(), is_near=is_near, at=at
    )


def _between_mappings(
    expected: Mapping[Any, Any], got: Mapping[Any, Any], *, is_near: bool
) -> Iterator[Difference]:
    for key in [*expected, *(key for key in got if key not in expected)]:
        wanted, came = expected.get(key, NOTHING), got.get(key, NOTHING)
        if not _is_same(wanted, came, is_near=is_near):
            yield Difference(
                place="key", at=_repr(key), expected=_part(wanted), got=_part(came)
            )


def _between_tables(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:
    for name in expected.columns.difference(got.columns, sort=False):
        yield Difference(place="column", at=name_of(name), expected=str(expected[name].dtype))
    for name in got.columns.difference(expected.columns, sort=False):
        yield Difference(place="column", at=name_of(name), got=str(got[name].dtype))
    shared = [name for name in expected.columns if name in got.columns]
    for name in shared:
        wanted, came = str(expected[name].dtype), str(got[name].dtype)
        if wanted != came:
            yield Difference(
                place="type-of-column", at=name_of(name), expected=wanted, got=came
            )
    if len(expected) == len(got):
        yield from _between_cells(expected[shared], got[shared], is_near=is_near)


def _between_cells(expected: Any, got: Any, *, is_near: bool) -> Iterator[Difference]:
    rows = [name_of(label) for label in expected.index[:LOOKED_AT]]
    for name in expected.columns:
        pairs = zip(rows, expected[name].tolist(), got[name].tolist(), strict=False)
        for row, wanted, came in pairs:
            if not _is_same(wanted, came, is_near=is_near):
                yield Difference(
                    place="cell",
                    at=row,
                    column=name_of(name),
                    expected=_part(wanted),
                    got=_part(came),
                )


def _is_same(wanted: Any, came: Any, *, is_near: bool) -> bool:
    if wanted is came:
        return True
    if wanted is NOTHING or came is NOTHING or is_remote(wanted) or is_remote(came):
        return False
    if _are((wanted, came), float | int) and (is_near or wanted != wanted):
        return (wanted != wanted and came != came) or math.isclose(
            wanted, came, rel_tol=1e-5, abs_tol=1e-8
        )
    try:
        return bool(wanted == came)
    except Exception:  # arrays in a list, for one
        return False


def _part(value: Any) -> str:
    return "" if value is NOTHING else _repr(value)


def _repr(value: Any) -> str:
    return clean(short(value), MAX_SHORT)
