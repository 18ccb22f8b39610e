"""Built-in and standard types for the codec: exact types only, never pickle.

A subclass may lie in every method, so it is never copied.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import sys
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import PosixPath, PurePosixPath
from types import GenericAlias
from typing import Any

from graders.verdict.values import (
    BUILTIN_TYPES,
    DECODERS,
    ENCODERS,
    INT64,
    MAX_COUNT,
    MAX_DIGITS,
    PACK_FROM,
    TYPES,
    BadValue,
    Decoder,
    Encoder,
    Json,
    TooLarge,
    Uncopyable,
    expect,
    load_library,
)

__all__ = [
    "TYPES",
    "BadValue",
    "Decoder",
    "Encoder",
    "Json",
    "TooLarge",
    "Uncopyable",
    "expect",
]


def _str(_encoder: Encoder, value: str) -> Json:
    try:
        value.encode()
    except UnicodeEncodeError:
        return ["u", value.encode("utf-8", "surrogatepass").hex()]
    return value


def _int(_encoder: Encoder, value: int) -> Json:
    if value.bit_length() > 4 * MAX_DIGITS:
        raise Uncopyable
    return ["i", hex(value)]


def _big(_decoder: Decoder, digits: str) -> int:
    if len(expect(digits, str)) > MAX_DIGITS + 3:
        raise BadValue("too many digits")
    return int(digits, 16)


def _sequence(tag: str) -> Callable[[Encoder, Any], Json]:
    def encode(encoder: Encoder, value: Any) -> Json:
        items = list(value)
        if len(items) >= PACK_FROM:
            kinds = set(map(type, items))
            encoder.count += len(items)
            if encoder.count > MAX_COUNT:
                raise TooLarge
            if kinds == {float}:
                return [tag, "d", encoder.buffer(array("d", items).tobytes())]
            if kinds == {int} and min(items) in INT64 and max(items) in INT64:
                return [tag, "q", encoder.buffer(array("q", items).tobytes())]
            if kinds == {str} and "".join(items).isascii():
                return [tag, "s", items]
        return [tag, "", encoder.all(items)]

    return encode


def _items(decoder: Decoder, form: str, body: Any) -> list[Any]:
    if form == "":
        return decoder.all(body)
    if form == "s":
        if not set(map(type, expect(body, list))) <= {str}:
            raise BadValue("not a string")
        decoder.count += len(body)
        return list(body)
    if form not in ("d", "q"):
        raise BadValue("unknown form")
    numbers = array(form)
    numbers.frombytes(decoder.raw(body))
    decoder.count += len(numbers)
    if decoder.count > MAX_COUNT:
        raise BadValue("too large")
    return numbers.tolist()


def _pairs(decoder: Decoder, keys: Any, values: Any) -> list[tuple[Any, Any]]:
    return list(zip(_items(decoder, *keys), _items(decoder, *values), strict=True))


def _mapping(tag: str) -> Callable[[Encoder, Any], Json]:
    pack = _sequence("")

    def encode(encoder: Encoder, value: Any) -> Json:
        pairs = list(value.items())
        keys = pack(encoder, [key for key, _ in pairs])
        return [tag, keys[1:], pack(encoder, [item for _, item in pairs])[1:]]

    return encode


def _defaultdict(encoder: Encoder, value: defaultdict[Any, Any]) -> Json:
    factory = value.default_factory
    name = getattr(factory, "__name__", "")
    known = BUILTIN_TYPES.get(name) is factory
    return ["dd", name if known else None, *_mapping("")(encoder, value)[1:]]


def _type(_encoder: Encoder, value: type) -> Json:
    load_library(value)  # numpy's and pandas' own classes are known once they are loaded
    for name in (value.__name__, f"np.{value.__name__}"):
        if TYPES.get(name) is value:
            return ["ty", name]
    raise Uncopyable


def zone_json(zone: dt.tzinfo | None) -> Json:
    """Return the JSON of a time zone.

    :raises Uncopyable: for zones of the learner's own making.
    """
    if zone is None:
        return None
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        return [offset.days, offset.seconds, offset.microseconds]
    zoneinfo: Any = sys.modules.get("zoneinfo")
    if zoneinfo is not None and type(zone) is zoneinfo.ZoneInfo:
        return str(zone.key)  # type: ignore[attr-defined]
    raise Uncopyable


def zone_of(json: Json) -> dt.tzinfo | None:
    """Return the time zone that `zone_json` described."""
    if json is None:
        return None
    if type(json) is list:
        return dt.timezone(dt.timedelta(*(expect(part, int) for part in json)))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}", expect(json, str)):
        raise BadValue("no time zone")
    zone: dt.tzinfo = import_module("zoneinfo").ZoneInfo(json)
    return zone


def _moment(_encoder: Encoder, t: dt.datetime) -> Json:
    parts = [t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond, t.fold]
    return ["dt", parts, zone_json(t.tzinfo)]


def _clock(_encoder: Encoder, t: dt.time) -> Json:
    parts = [t.hour, t.minute, t.second, t.microsecond, t.fold]
    return ["tm", parts, zone_json(t.tzinfo)]


def _unmoment(_decoder: Decoder, parts: Any, zone: Any) -> dt.datetime:
    *moment, fold = expect(parts, list)
    return dt.datetime(*moment).replace(tzinfo=zone_of(zone), fold=fold)


def _unclock(_decoder: Decoder, parts: Any, zone: Any) -> dt.time:
    *clock, fold = expect(parts, list)
    return dt.time(*clock).replace(tzinfo=zone_of(zone), fold=fold)


def _decimal(_decoder: Decoder, text: str) -> Decimal:
    if len(expect(text, str)) > MAX_DIGITS:
        raise BadValue("too many digits")
    return Decimal(text)


def _undefault(decoder: Decoder, name: Any, *body: Any) -> defaultdict[Any, Any]:
    factory: Any = None if name is None else BUILTIN_TYPES[name]
    return defaultdict(factory, _pairs(decoder, *body))


def _unrandom(decoder: Decoder, state: Any) -> random.Random:
    generator = random.Random()  # noqa: S311
    generator.setstate(expect(decoder.value(state), tuple))
    return generator


def _view(tag: str) -> Callable[[Encoder, Any], Json]:
    return lambda encoder, view: ["dv", tag, _mapping("")(encoder, view.mapping)[1:]]


ENCODERS.update(
    {
        str: _str,
        int: _int,
        complex: lambda _encoder, value: ["c", value.real, value.imag],
        bytes: lambda encoder, value: ["b", encoder.buffer(value)],
        bytearray: lambda encoder, value: ["ba", encoder.buffer(bytes(value))],
        list: _sequence("l"),
        tuple: _sequence("t"),
        set: _sequence("s"),
        frozenset: _sequence("f"),
        dict: _mapping("d"),
        Counter: _mapping("dc"),
        OrderedDict: _mapping("do"),
        defaultdict: _defaultdict,
        deque: lambda encoder, value: ["q", value.maxlen, *_sequence("")(encoder, value)[1:]],
        type({}.keys()): _view("keys"),
        type({}.values()): _view("values"),
        type({}.items()): _view("items"),
        range: lambda encoder, value: [
            "r",
            *encoder.all([value.start, value.stop, value.step]),
        ],
        slice: lambda encoder, value: [
            "sl",
            *encoder.all([value.start, value.stop, value.step]),
        ],
        type(...): lambda _encoder, _value: ["e"],
        type: _type,
        GenericAlias: lambda encoder, value: [
            "ga",
            _type(encoder, value.__origin__),
            encoder.all(value.__args__),
        ],
        dt.datetime: _moment,
        dt.date: lambda _encoder, value: ["da", [value.year, value.month, value.day]],
        dt.time: _clock,
        dt.timedelta: lambda _encoder, value: [
            "td",
            [value.days, value.seconds, value.microseconds],
        ],
        Decimal: lambda _encoder, value: ["de", str(value)],
        Fraction: lambda encoder, value: ["fr", *encoder.all(value.as_integer_ratio())],
        random.Random: lambda encoder, value: ["rn", encoder.encode(value.getstate())],
        PosixPath: lambda encoder, value: ["pa", encoder.encode(str(value))],
        PurePosixPath: lambda encoder, value: ["pp", encoder.encode(str(value))],
    }
)

DECODERS.update(
    {
        "u": lambda _decoder, text: bytes.fromhex(text).decode("utf-8", "surrogatepass"),
        "i": _big,
        "c": lambda _decoder, real, imag: complex(expect(real, float), expect(imag, float)),
        "b": lambda decoder, number: bytes(decoder.raw(number)),
        "ba": lambda decoder, number: bytearray(decoder.raw(number)),
        "l": _items,
        "t": lambda decoder, *body: tuple(_items(decoder, *body)),
        "s": lambda decoder, *body: set(_items(decoder, *body)),
        "f": lambda decoder, *body: frozenset(_items(decoder, *body)),
        "d": lambda decoder, *body: dict(_pairs(decoder, *body)),
        "dc": lambda decoder, *body: Counter(dict(_pairs(decoder, *body))),
        "do": lambda decoder, *body: OrderedDict(_pairs(decoder, *body)),
        "dd": _undefault,
        "q": lambda decoder, longest, *body: deque(_items(decoder, *body), longest),
        "dv": lambda decoder, view, body: getattr(
            dict(_pairs(decoder, *body)),
            {"keys": "keys", "values": "values"}.get(view, "items"),
        )(),
        "r": lambda decoder, *parts: range(
            *(expect(part, int) for part in decoder.all([*parts]))
        ),
        "sl": lambda decoder, *parts: slice(*decoder.all([*parts])),
        "e": lambda _decoder: ...,
        "ty": lambda _decoder, name: TYPES[name],
        "ga": lambda decoder, origin, parts: GenericAlias(
            expect(decoder.value(origin), type), tuple(decoder.all(parts))
        ),
        "dt": _unmoment,
        "da": lambda _decoder, parts: dt.date(*expect(parts, list)),
        "tm": _unclock,
        "td": lambda _decoder, parts: dt.timedelta(*(expect(part, int) for part in parts)),
        "de": _decimal,
        "fr": lambda decoder, *parts: Fraction(
            *(expect(p, int) for p in decoder.all([*parts]))
        ),
        "rn": _unrandom,
        "pa": lambda decoder, text: PosixPath(expect(decoder.value(text), str)),
        "pp": lambda decoder, text: PurePosixPath(expect(decoder.value(text), str)),
    }
)
