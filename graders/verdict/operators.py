"""Operators that the checker may ask for by name, and the special methods behind them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

OPERATORS: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(operator, name)
        for name in (
            *("eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv"),
            *("mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift", "neg", "pos"),
            *("invert", "abs", "contains", "getitem", "setitem", "delitem", "truth", "index"),
        )
    },
    **{
        kind.__name__: kind
        for kind in (len, iter, next, str, repr, int, float, complex, round, hash, format)
    },
    "reversed": reversed,
    "divmod": divmod,
    "dir": dir,
    "enter": lambda value: type(value).__enter__(value),
    "exit": lambda value, *details: type(value).__exit__(value, *details),
}

DUNDERS = tuple(
    f"__{name}__"
    for name in (
        *("lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow"),
        *("matmul", "and", "or", "xor", "neg", "pos", "invert", "abs", "len", "iter", "next"),
        *("int", "float", "complex", "round", "index", "getitem", "setitem", "delitem"),
        *("contains", "enter", "exit", "call", "reversed", "radd", "rsub", "rmul", "rtruediv"),
    )
)
