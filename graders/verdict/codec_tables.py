"""pandas' tables, series, indexes, extension arrays and moments for the codec."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from graders.verdict.codec import zone_json, zone_of
from graders.verdict.codec_arrays import array_json
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

MASKED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
FREQUENCY = re.compile(r"[A-Za-z0-9-]{1,16}")


def values_json(encoder: Encoder, values: Any) -> Json:
    """Return the JSON of what a column or an index holds.

    :raises Uncopyable: for extension types outside the list.
    """
    dtype = values.dtype
    if type(values) is np.ndarray:
        return array_json(encoder, values)
    if isinstance(dtype, np.dtype) or type(values) is pd.arrays.NumpyExtensionArray:
        return array_json(encoder, values.to_numpy())
    writer = EXTENSIONS.get(type(dtype))
    if writer is not None:
        return writer(encoder, values, dtype)
    if MASKED.fullmatch(str(dtype)) and type(dtype).__module__.partition(".")[0] == "pandas":
        missing = np.asarray(values.isna())
        plain = values.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return ["p.m", str(dtype), array_json(encoder, plain), array_json(encoder, missing)]
    raise Uncopyable


def _text(encoder: Encoder, values: Any, dtype: Any) -> Json:
    missing = np.asarray(values.isna()).tolist()
    items = [None if gone else text for gone, text in zip(missing, values, strict=True)]
    return ["p.t", dtype.na_value is pd.NA, encoder.encode(items)]


def _category(encoder: Encoder, values: Any, dtype: Any) -> Json:
    categories = index_json(encoder, dtype.categories)
    return [
        "p.k",
        categories,
        bool(dtype.ordered),
        array_json(encoder, np.asarray(values.codes)),
    ]


def _zoned(encoder: Encoder, values: Any, dtype: Any) -> Json:
    moments = array_json(encoder, np.asarray(values.asi8).view(f"M8[{dtype.unit}]"))
    return ["p.z", moments, zone_json(dtype.tz)]


def _period(encoder: Encoder, values: Any, dtype: Any) -> Json:
    return [
        "p.p",
        array_json(encoder, np.asarray(values.asi8)),
        str(dtype)[len("period[") : -1],
    ]


def _interval(encoder: Encoder, values: Any, dtype: Any) -> Json:
    edges = [index_json(encoder, pd.Index(side)) for side in (values.left, values.right)]
    return ["p.v", *edges, dtype.closed]


EXTENSIONS: dict[type, Any] = {
    pd.StringDtype: _text,
    pd.CategoricalDtype: _category,
    pd.DatetimeTZDtype: _zoned,
    pd.PeriodDtype: _period,
    pd.IntervalDtype: _interval,
}


def index_json(encoder: Encoder, index: Any) -> Json:
    """Return the JSON of an index of one of pandas' own kinds.

    :raises Uncopyable: for any other.
    """
    kind = type(index)
    if kind is pd.RangeIndex:
        parts = [index.start, index.stop, index.step]
        return ["p.ir", *encoder.all(parts), encoder.encode(index.name)]
    if kind is pd.MultiIndex:
        levels = [index_json(encoder, level) for level in index.levels]
        codes = [array_json(encoder, np.asarray(code)) for code in index.codes]
        return ["p.im", levels, codes, encoder.all(index.names)]
    if kind not in INDEXES:
        raise Uncopyable
    steps = (
        getattr(index, "freq", None) if kind in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    )
    frequency = None if steps is None else steps.freqstr
    return ["p.i", values_json(encoder, index.array), frequency, encoder.encode(index.name)]


INDEXES = (
    *(pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex),
    *(pd.PeriodIndex, pd.IntervalIndex),
)


def _series(encoder: Encoder, series: Any) -> Json:
    parts = [values_json(encoder, series.array), index_json(encoder, series.index)]
    return ["p.s", *parts, encoder.encode(series.name)]


def _frame(encoder: Encoder, frame: Any) -> Json:
    columns = [values_json(encoder, column.array) for _, column in frame.items()]
    return [
        "p.f",
        columns,
        index_json(encoder, frame.index),
        index_json(encoder, frame.columns),
    ]


def _moment(encoder: Encoder, value: Any) -> Json:
    naive = value.tz_convert(None) if value.tz is not None else value
    moment = array_json(encoder, np.asarray([naive.asm8]))
    return ["p.ts", moment, zone_json(value.tz), value.fold]


def _values(decoder: Decoder, json: Json) -> Any:
    if expect(json, list)[0] not in VALUES:
        raise BadValue("no column")
    return decoder.value(json)


def _untext(decoder: Decoder, is_nullable: Json, items: Json) -> Any:
    texts = expect(decoder.value(items), list)
    if not set(map(type, texts)) <= {str, type(None)}:
        raise BadValue("no text")
    missing = pd.NA if expect(is_nullable, bool) else np.nan
    return pd.array(texts, dtype=pd.StringDtype(na_value=missing))


def _uncategory(decoder: Decoder, categories: Json, ordered: Json, codes: Json) -> Any:
    dtype = pd.CategoricalDtype(_index(decoder, categories), expect(ordered, bool))
    return pd.Categorical.from_codes(_values(decoder, codes), dtype=dtype)


def _unmasked(decoder: Decoder, name: Json, plain: Json, missing: Json) -> Any:
    if not MASKED.fullmatch(expect(name, str)):
        raise BadValue("dtype")
    values = pd.array(_values(decoder, plain), dtype=name)
    values[expect(_values(decoder, missing), np.ndarray).astype(bool)] = pd.NA
    return values


def _unzoned(decoder: Decoder, moments: Json, zone: Json) -> Any:
    index = pd.DatetimeIndex(_values(decoder, moments), tz="UTC")
    return index.tz_convert(zone_of(zone)).array


def _frequency(json: Json) -> str:
    if not FREQUENCY.fullmatch(expect(json, str)):
        raise BadValue("frequency")
    return str(json)


def _unperiod(decoder: Decoder, ordinals: Json, frequency: Json) -> Any:
    numbers = expect(_values(decoder, ordinals), np.ndarray)
    return pd.PeriodIndex.from_ordinals(numbers, freq=_frequency(frequency)).array


def _uninterval(decoder: Decoder, left: Json, right: Json, closed: Json) -> Any:
    edges = (_index(decoder, left), _index(decoder, right))
    return pd.arrays.IntervalArray.from_arrays(*edges, closed=expect(closed, str))


def _index(decoder: Decoder, json: Json) -> Any:
    if expect(json, list)[0] not in ("p.i", "p.ir", "p.im"):
        raise BadValue("no index")
    return decoder.value(json)


def _unindex(decoder: Decoder, values: Json, frequency: Json, name: Json) -> Any:
    index = pd.Index(_values(decoder, values), name=decoder.value(name))
    return index if frequency is None else type(index)(index, freq=_frequency(frequency))


def _unmulti(decoder: Decoder, levels: Json, codes: Json, names: Json) -> Any:
    return pd.MultiIndex(
        levels=[_index(decoder, level) for level in expect(levels, list)],
        codes=[_values(decoder, code) for code in expect(codes, list)],
        names=decoder.all(names),
    )


def _unseries(decoder: Decoder, values: Json, index: Json, name: Json) -> Any:
    column, rows = _values(decoder, values), _index(decoder, index)
    return pd.Series(column, index=rows, name=decoder.value(name), copy=False)


def _unframe(decoder: Decoder, columns: Json, index: Json, names: Json) -> Any:
    rows, titles = _index(decoder, index), _index(decoder, names)
    parts = {at: _values(decoder, column) for at, column in enumerate(expect(columns, list))}
    if len(titles) != len(parts) or any(len(part) != len(rows) for part in parts.values()):
        raise BadValue("columns and rows differ")
    frame = pd.DataFrame(parts, index=rows, copy=False)
    frame.columns = titles
    return frame


def _unmoment(decoder: Decoder, moment: Json, zone: Json, fold: Json) -> Any:
    value = pd.Timestamp(_values(decoder, moment)[0])
    zone = zone_of(zone)
    value = value if zone is None else value.tz_localize("UTC").tz_convert(zone)
    return value.replace(fold=expect(fold, int)) if fold else value


def _undelta(decoder: Decoder, delta: Json) -> Any:
    return pd.Timedelta(_values(decoder, delta)[0])


VALUES = ("n.a", "n.o", "p.t", "p.k", "p.m", "p.z", "p.p", "p.v")

for _kind in (*INDEXES, pd.RangeIndex, pd.MultiIndex):
    ENCODERS[_kind] = index_json
for _kind in (
    *(pd.arrays.StringArray, pd.arrays.IntegerArray, pd.arrays.FloatingArray),
    *(pd.arrays.BooleanArray, pd.Categorical, pd.arrays.DatetimeArray),
    *(pd.arrays.PeriodArray, pd.arrays.IntervalArray),
):
    ENCODERS[_kind] = lambda encoder, value: ["p.e", values_json(encoder, value)]
ENCODERS.update(
    {
        pd.DataFrame: _frame,
        pd.Series: _series,
        pd.Timestamp: _moment,
        pd.Timedelta: lambda encoder, value: [
            "p.td",
            array_json(encoder, np.asarray([value.asm8])),
        ],
        type(pd.NaT): lambda _encoder, _value: ["p.nat"],
        type(pd.NA): lambda _encoder, _value: ["p.na"],
        pd.CategoricalDtype: lambda encoder, value: [
            "p.yk",
            None if value.categories is None else index_json(encoder, value.categories),
            value.ordered,
        ],
        pd.StringDtype: lambda _encoder, value: ["p.yt", value.na_value is pd.NA],
        pd.DatetimeTZDtype: lambda _encoder, value: ["p.yz", value.unit, zone_json(value.tz)],
    }
)
DECODERS.update(
    {
        "p.t": _untext,
        "p.k": _uncategory,
        "p.m": _unmasked,
        "p.z": _unzoned,
        "p.p": _unperiod,
        "p.v": _uninterval,
        "p.i": _unindex,
        "p.ir": lambda decoder, *parts: pd.RangeIndex(
            *(expect(part, int) for part in decoder.all([*parts[:3]])),
            name=decoder.value(parts[3]),
        ),
        "p.im": _unmulti,
        "p.e": lambda decoder, values: pd.array(_values(decoder, values)),
        "p.s": _unseries,
        "p.f": _unframe,
        "p.ts": _unmoment,
        "p.td": _undelta,
        "p.nat": lambda _decoder: pd.NaT,
        "p.na": lambda _decoder: pd.NA,
        "p.yk": lambda decoder, categories, ordered: pd.CategoricalDtype(
            None if categories is None else _index(decoder, categories), ordered
        ),
        "p.yt": lambda _decoder, is_nullable: pd.StringDtype(
            na_value=pd.NA if expect(is_nullable, bool) else np.nan
        ),
        "p.yz": lambda _decoder, unit, zone: pd.DatetimeTZDtype(
            expect(unit, str), zone_of(zone)
        ),
    }
)
for _name in ("DataFrame", "Series", "Index", "Timestamp", "Timedelta"):
    TYPES[_name] = getattr(pd, _name)
