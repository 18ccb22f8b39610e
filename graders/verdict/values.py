"""Turns values into JSON and buffers and back, by registered exact types, all of it capped.

Both processes use it. Nothing that `Encoder` does is trusted, because the learner's process
runs it too; `Decoder` is what the checker relies on. Only exact types are copied: a subclass
may lie in every method, so whoever calls decides by `refer` what becomes of it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any

MAX_COUNT = 2_000_000
MAX_DEPTH = 100
MAX_DIGITS = 100_000
#: From this many equal kinds on, a list of numbers travels as one buffer.
PACK_FROM = 8
INT64 = range(-(2**63), 2**63)

Json = Any
Refer = Callable[[Any, "Encoder"], Json]
Resolve = Callable[[list[Any], "Decoder"], Any]


class BadValue(ValueError):
    """What arrived is no value of ours, or is larger than allowed."""


class Uncopyable(Exception):
    """This value cannot travel as a copy."""


class TooLarge(Uncopyable):
    """The value is too large, too deep or contains itself."""


class Encoder:
    """Turns one value, or several of one message, into JSON and buffers."""

    def __init__(self, refer: Refer) -> None:
        self.refer = refer
        self.buffers: list[Any] = []
        self.count = 0
        self.depth = 0

    def encode(self, value: Any) -> Json:
        """Return the JSON of a value; what cannot be copied is given to `refer`.

        :raises TooLarge: when the value is too large or too deep.
        """
        kind = type(value)
        self.count += 1
        if value is None or kind is bool or kind is float:
            return value
        if kind is str and value.isascii():
            return value
        if kind is int and value in INT64:
            return value
        if self.count > MAX_COUNT or self.depth > MAX_DEPTH:
            raise TooLarge
        encoder = ENCODERS.get(kind) or load_library(kind)
        if encoder is None:
            return self.refer(value, self)
        self.depth += 1
        mark = len(self.buffers)
        try:
            return encoder(self, value)
        except TooLarge:
            raise
        except Uncopyable:
            del self.buffers[mark:]
            return self.refer(value, self)
        finally:
            self.depth -= 1

    def all(self, values: Iterable[Any]) -> list[Json]:
        """Return the JSON of each value."""
        return [self.encode(value) for value in values]

    def buffer(self, data: Any) -> int:
        """Keep raw bytes for the frame and return their number."""
        self.buffers.append(data)
        return len(self.buffers) - 1


class Decoder:
    """Rebuilds values from JSON and buffers, whoever wrote them."""

    def __init__(self, buffers: list[Any], resolve: Resolve) -> None:
        self.buffers = buffers
        self.resolve = resolve
        self.count = 0
        self.depth = 0

    def decode(self, json: Json) -> Any:
        """Return the value.

        :raises BadValue: for anything that `Encoder` would not have written.
        """
        try:
            return self.value(json)
        except BadValue:
            raise
        except Exception as error:
            raise BadValue(f"unreadable value ({type(error).__name__})") from None

    def value(self, json: Json) -> Any:
        """Return the value of a part, raising whatever goes wrong."""
        self.count += 1
        if type(json) is not list:
            if type(json) is dict or (type(json) is int and json not in INT64):
                raise BadValue("unknown shape")
            return json
        if self.count > MAX_COUNT or self.depth > 2 * MAX_DEPTH:
            raise BadValue("too large")
        self.depth += 1
        try:
            tag = json[0]
            if tag == "R":
                return self.resolve(json, self)
            if type(tag) is str and tag[:2] in LIBRARIES:
                import_module(LIBRARIES[tag[:2]])
            return DECODERS[tag](self, *json[1:])
        finally:
            self.depth -= 1

    def all(self, parts: Any) -> list[Any]:
        """Return the value of each part."""
        return [self.value(part) for part in expect(parts, list)]

    def raw(self, number: int) -> Any:
        """Return a buffer by its number."""
        if expect(number, int) < 0:
            raise BadValue("no such buffer")
        return self.buffers[number]


def expect(value: Any, *kinds: type) -> Any:
    """Return a value that is exactly of one of these types.

    :raises BadValue: when it is not.
    """
    if type(value) not in kinds:
        raise BadValue(f"{type(value).__name__} where {kinds[0].__name__} was due")
    return value


def load_library(kind: Any) -> Callable[[Encoder, Any], Json] | None:
    """Return what encodes a type of a library that is there, loading the encoders first."""
    if isinstance(kind, type):
        root = str(getattr(kind, "__module__", "")).partition(".")[0]
        for name, module in (("numpy", LIBRARIES["n."]), ("pandas", LIBRARIES["p."])):
            if root == name and name in sys.modules and module not in sys.modules:
                import_module(module)
    return ENCODERS.get(kind)


LIBRARIES = {"n.": "graders.verdict.codec_arrays", "p.": "graders.verdict.codec_tables"}

BUILTIN_TYPES = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set),
        *(frozenset, range, slice, object, type(None), dt.date, dt.datetime, dt.time),
        *(dt.timedelta, Decimal, Fraction, Counter, OrderedDict, defaultdict, deque),
    )
}
TYPES: dict[str, type] = dict(BUILTIN_TYPES)


#: What writes each exact type, and what reads each tag; `codec` and its like fill them.
ENCODERS: dict[type, Callable[[Encoder, Any], Json]] = {}
DECODERS: dict[str, Callable[..., Any]] = {}
