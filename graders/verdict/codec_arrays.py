"""numpy's arrays, scalars and types for the codec, from a closed list of kinds."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from graders.verdict.values import (
    DECODERS,
    ENCODERS,
    TYPES,
    BadValue,
    Decoder,
    Encoder,
    Json,
    Uncopyable,
    expect,
)

KINDS = "biufcmMSU"
DTYPE = re.compile(r"[<>|=]?[biufcSU]\d{1,7}|[<>|=]?[mM]8(\[\d{0,9}[A-Za-z]{1,7}\])?|\?")
MAX_DIMENSIONS = 32


def dtype_json(dtype: np.dtype[Any]) -> Json:
    """Return the JSON of a plain or flat structured type.

    :raises Uncopyable: for objects, sub-arrays and whatever has metadata of its own.
    """
    if dtype.names is not None:
        fields = [dtype.fields[name][0] for name in dtype.names]  # type: ignore[index]
        return [
            [name, dtype_json(field)] for name, field in zip(dtype.names, fields, strict=True)
        ]
    if dtype.kind not in KINDS or dtype.subdtype is not None or not DTYPE.fullmatch(dtype.str):
        raise Uncopyable
    return dtype.str


def dtype_of(json: Json) -> np.dtype[Any]:
    """Return the type that `dtype_json` described."""
    if type(json) is list:
        return np.dtype(
            [(expect(name, str), dtype_of(expect(part, str))) for name, part in json]
        )
    if not DTYPE.fullmatch(expect(json, str)):
        raise BadValue("dtype")
    return np.dtype(json)


def array_json(encoder: Encoder, value: np.ndarray[Any, Any]) -> Json:
    """Return the JSON of an array; its bytes travel apart."""
    shape = list(value.shape)
    if value.dtype.kind == "O":
        return ["n.o", shape, encoder.encode(value.ravel().tolist())]
    dtype = dtype_json(value.dtype)
    if value.dtype.names is not None:  # without the padding between the fields
        value = value.astype(dtype_of(dtype))
    is_turned = value.flags.f_contiguous and not value.flags.c_contiguous
    flat = np.ascontiguousarray(value.T if is_turned else value)
    flat = flat.reshape(-1).view("u1") if flat.size and flat.itemsize else np.empty(0, "u1")
    return ["n.a", dtype, shape, is_turned, encoder.buffer(flat.data)]


def _shape(json: Json, size: int | None = None) -> list[int]:
    shape = [expect(length, int) for length in expect(json, list)]
    if len(shape) > MAX_DIMENSIONS or any(not 0 <= length < 2**62 for length in shape):
        raise BadValue("shape")
    if size is not None and math.prod(shape) != size:
        raise BadValue("shape and size differ")
    return shape


def _array(decoder: Decoder, kind: Json, shape: Json, turned: Json, number: Json) -> Any:
    dtype = dtype_of(kind)
    data = np.frombuffer(decoder.raw(number), "u1")
    shape = _shape(shape)
    if math.prod(shape) * dtype.itemsize != data.size:
        raise BadValue("shape and size differ")
    if not data.size:
        return np.empty(shape, dtype)
    if not data.flags.writeable:
        data = data.copy()
    values = data.view(dtype)
    return values.reshape(shape[::-1]).T if expect(turned, bool) else values.reshape(shape)


def _objects(decoder: Decoder, shape: Json, items: Json) -> Any:
    values = expect(decoder.value(items), list)
    out = np.empty(len(values), object)
    for place, value in enumerate(values):
        out[place] = value
    return out.reshape(_shape(shape, len(values)))


def _scalar(encoder: Encoder, value: Any) -> Json:
    return ["n.g", dtype_json(value.dtype), encoder.buffer(value.tobytes())]


def _unscalar(decoder: Decoder, kind: Json, number: Json) -> Any:
    dtype = dtype_of(kind)
    data = bytes(decoder.raw(number))
    if len(data) != dtype.itemsize or dtype.names is not None:
        raise BadValue("scalar")
    return np.frombuffer(data, dtype)[0] if data else dtype.type()


def _generator(encoder: Encoder, value: Any) -> Json:
    bits = value.bit_generator
    if type(bits) is not np.random.PCG64:
        raise Uncopyable
    return ["n.r", encoder.encode(bits.state)]


def _ungenerator(decoder: Decoder, json: Json) -> Any:
    bits = np.random.PCG64(0)
    bits.state = expect(decoder.value(json), dict)
    return np.random.Generator(bits)


SCALARS = {kind for kind in np.sctypeDict.values() if np.dtype(kind).kind in KINDS}
TYPES.update({f"np.{kind.__name__}": kind for kind in (*SCALARS, np.ndarray, np.dtype)})


def _type_of_numpy(_encoder: Encoder, value: Any) -> Json:
    return ["n.y", dtype_json(value)]


ENCODERS[np.ndarray] = array_json
ENCODERS[np.random.Generator] = _generator
for _kind in SCALARS:
    ENCODERS[_kind] = _scalar
    ENCODERS[type(np.dtype(_kind))] = _type_of_numpy
DECODERS.update(
    {
        "n.a": _array,
        "n.o": _objects,
        "n.g": _unscalar,
        "n.y": lambda _decoder, kind: dtype_of(kind),
        "n.r": _ungenerator,
    }
)
