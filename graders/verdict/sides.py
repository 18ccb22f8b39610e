"""Tells a value in a few words, sizes and types; asks no learner's object anything."""

from __future__ import annotations

import sys
from typing import Any

from graders.comparison import MAX_COLUMNS, MAX_SHORT, MAX_TEXT, Side
from graders.verdict.messages import clean, repr_of, short
from graders.verdict.proxy import is_remote

SHOWN_ELEMENTS = 40


def side(value: Any) -> Side:
    """Return how a value is told.

    >>> side([1, 2])
    Side(kind='sequence', type='list', text='[1, 2]', is_cut=False, shape=(2,), columns=())
    """
    kind = clean(type(value).__name__, MAX_SHORT)
    if is_remote(value):
        return Side(kind="object", type=kind, text=clean(short(value), MAX_SHORT))
    if isinstance(value, str):
        text = clean(value, MAX_TEXT)
        return Side(
            kind="text",
            type=kind,
            text=text,
            is_cut=len(value) > len(text),
            shape=(len(value),),
        )
    for library, describe in (("pandas", _of_pandas), ("numpy", _of_numpy)):
        told = describe(sys.modules[library], value) if library in sys.modules else None
        if told is not None:
            return told
    sizes = {dict: "mapping", list: "sequence", tuple: "sequence", set: "sequence"}
    form = next((sizes[each] for each in sizes if isinstance(value, each)), "value")
    shape = () if form == "value" else (len(value),)
    return Side(kind=form, type=kind, text=clean(repr_of(value), MAX_TEXT), shape=shape)


def _of_pandas(pandas: Any, value: Any) -> Side | None:
    kind = type(value).__name__
    if isinstance(value, pandas.DataFrame):
        columns = list(zip(value.columns, value.dtypes, strict=True))[:MAX_COLUMNS]
        return Side(
            kind="table",
            type=kind,
            shape=value.shape,
            is_cut=value.shape[1] > MAX_COLUMNS,
            columns=tuple((name_of(name), str(dtype)) for name, dtype in columns),
        )
    if isinstance(value, pandas.Series | pandas.Index):
        name = "" if value.name is None else name_of(value.name)
        return _array(kind, value, columns=((name, str(value.dtype)),))
    return None


def _of_numpy(numpy: Any, value: Any) -> Side | None:
    if isinstance(value, numpy.ndarray):
        return _array(type(value).__name__, value, columns=(("", str(value.dtype)),))
    return None


def _array(kind: str, value: Any, columns: tuple[tuple[str, str], ...]) -> Side:
    is_cut = value.size > SHOWN_ELEMENTS
    shown = value.ravel()[:SHOWN_ELEMENTS] if is_cut else value
    return Side(
        kind="array",
        type=kind,
        text=clean(repr_of(shown.tolist()), MAX_TEXT),
        is_cut=is_cut,
        shape=value.shape,
        columns=columns,
    )


def name_of(value: Any) -> str:
    """Return a name as people wrote it, any other value as Python writes it."""
    text = value if type(value) is str else repr_of(value)
    return clean(text, MAX_SHORT)
