"""Values survive the way between the processes, and nothing else comes out of a message."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import socket
import threading
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.verdict import frames
from graders.verdict.codec import BadValue, Decoder, Encoder, TooLarge, Uncopyable


def refuse(value, encoder):
    raise Uncopyable


def resolve(json_value, decoder):
    raise BadValue("no references here")


def there_and_back(value):
    """Send a value through a real socket."""
    encoder = Encoder(refuse)
    text = encoder.encode(value)
    one, other = socket.socketpair()
    with one, other:
        sender = threading.Thread(target=frames.send, args=(one, text, encoder.buffers))
        sender.start()
        message, buffers = frames.receive(other)
        sender.join()
    return Decoder(buffers, resolve).decode(message)


def same(one, other):
    """Compare by type too, with NaN equal to itself and the sign of zero kept."""
    if type(one) is not type(other):
        return False
    if type(one) is float:
        return math.copysign(1, one) == math.copysign(1, other) and (
            one == other or (math.isnan(one) and math.isnan(other))
        )
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same([*one], [*other]) and same([*one.values()], [*other.values()])
    return bool(one == other)


hashable = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.binary()),
    *(st.text(), st.text(st.characters(categories=["Cs"]))),
    *(st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.decimals(allow_nan=False)),
    *(st.fractions(), st.complex_numbers(allow_nan=False)),
)
values = st.recursive(
    st.one_of(hashable, st.floats()),
    lambda inner: st.one_of(
        *(st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(hashable, inner)),
        *(st.sets(hashable), st.frozensets(hashable), st.lists(inner).map(deque)),
        *(st.lists(st.floats(), min_size=9), st.lists(st.integers(), min_size=9)),
        st.lists(st.text(), min_size=9),
    ),
    max_leaves=20,
)


class TestBuiltins:
    @given(values)
    @settings(max_examples=200, deadline=None)
    def test_come_back_as_they_were(self, value):
        assert same(there_and_back(value), value)

    @pytest.mark.parametrize(
        "value",
        [
            *(2**63, -(2**63), 2**4000, -0.0, math.inf, "\ud83d\ude00", "é", ..., range(3)),
            *(slice(1, None), Counter("aab"), OrderedDict(b=1, a=2), deque([1], 3)),
            *(defaultdict(int, a=1), PosixPath("a/b"), int, list[int], Decimal("1.20")),
            *(Fraction(1, 3), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), bytearray(b"x")),
            dt.datetime(2026, 7, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Paris")),
        ],
        ids=repr,
    )
    def test_of_every_kind_come_back(self, value):
        assert same(there_and_back(value), value)

    def test_keep_how_a_default_is_made(self):
        assert there_and_back(defaultdict(list))["new"] == []

    @pytest.mark.parametrize("kind", [str, int, float, list, dict, tuple, set, bytes])
    def test_subclasses_are_not_copied(self, kind):
        with pytest.raises(Uncopyable):
            there_and_back(type("Lying", (kind,), {})())

    def test_what_contains_itself_is_too_large(self):
        value = []
        value.append(value)
        with pytest.raises(TooLarge):
            there_and_back(value)

    def test_what_unfolds_endlessly_is_too_large(self):
        value = [1]
        for _ in range(50):
            value = [value, value]
        with pytest.raises(TooLarge):
            there_and_back(value)


class TestArrays:
    @pytest.mark.parametrize(
        "array",
        [
            *(np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3))),
            *(np.zeros((0, 3)), np.array(3.5), np.array(["a", "bé"]), np.arange(10)[::2]),
            *(np.array([1, "a", None], object), np.array(["2020-01-01"], "M8[D]")),
            *(np.array([True, False]), np.array([1 + 2j]), np.array([b"ab"]), np.empty(0)),
            np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
            np.array([np.nan, -0.0, np.inf]),
        ],
        ids=lambda array: f"{array.dtype}{array.shape}",
    )
    def test_come_back_as_they_were(self, array):
        found = there_and_back(array)

        assert found.dtype == array.dtype
        assert found.flags.writeable
        np.testing.assert_array_equal(found, array)

    def test_of_many_megabytes_come_back(self):
        array = np.random.default_rng(1).random(2_000_000)

        np.testing.assert_array_equal(there_and_back(array), array)

    @pytest.mark.parametrize("scalar", [np.float32(1.5), np.int8(-3), np.bool_(True)])
    def test_scalars_keep_their_type(self, scalar):
        assert type(there_and_back(scalar)) is type(scalar)
        assert there_and_back(scalar) == scalar

    def test_subclasses_are_not_copied(self):
        with pytest.raises(Uncopyable):
            there_and_back(np.zeros(1).view(type("Lying", (np.ndarray,), {})))

    def test_generators_go_on_where_they_were(self):
        generator = np.random.default_rng(5)

        assert there_and_back(generator).random() == generator.random()


COLUMNS = {
    "int": pd.Series([1, 2]),
    "text": pd.Series(["a", None]),
    "nullable text": pd.Series(["a", None], dtype="string"),
    "category": pd.Series(["a", "b"], dtype="category"),
    "ordered": pd.Series(pd.Categorical(["a", "b"], ["b", "a"], ordered=True)),
    "Int64": pd.Series([1, None], dtype="Int64"),
    "Float64": pd.Series([1.5, None], dtype="Float64"),
    "boolean": pd.Series([True, None], dtype="boolean"),
    "zoned": pd.Series(pd.date_range("2026", periods=2, tz="Europe/Paris")),
    "moment": pd.Series(pd.date_range("2026", periods=2)),
    "delta": pd.Series(pd.to_timedelta([1, 2], unit="s")),
    "period": pd.Series(pd.period_range("2026", periods=2, freq="M")),
    "interval": pd.Series(pd.interval_range(0, 2)),
    "object": pd.Series([1, "a"], dtype=object),
}


class TestTables:
    @pytest.mark.parametrize("series", COLUMNS.values(), ids=COLUMNS)
    def test_columns_come_back_as_they_were(self, series):
        pd.testing.assert_series_equal(there_and_back(series), series)

    def test_a_whole_table_comes_back(self):
        frame = pd.DataFrame(COLUMNS)

        pd.testing.assert_frame_equal(there_and_back(frame), frame)

    @pytest.mark.parametrize(
        "index",
        [
            *(pd.RangeIndex(1, 5, 2, name="n"), pd.Index(["a", "b"]), pd.Index([1.5])),
            pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
            pd.date_range("2026", periods=3, freq="D", name="day"),
            *(pd.CategoricalIndex(["a"]), pd.period_range("2026", periods=2, freq="M")),
            *(pd.interval_range(0, 2), pd.to_timedelta([1], unit="s")),
        ],
        ids=lambda index: type(index).__name__,
    )
    def test_indexes_keep_their_kind(self, index):
        pd.testing.assert_index_equal(there_and_back(index), index, exact=True)

    @pytest.mark.parametrize(
        "frame",
        [
            pd.DataFrame(),
            pd.DataFrame({"a": []}),
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            pd.DataFrame({"g": ["a", "a"], "v": [1, 2]}).groupby("g").agg(["mean", "sum"]),
        ],
        ids=["empty", "no rows", "twice the same name", "columns of two levels"],
    )
    def test_odd_tables_come_back(self, frame):
        pd.testing.assert_frame_equal(there_and_back(frame), frame)

    def test_attributes_stay_behind(self):
        frame = pd.DataFrame({"a": [1]})
        frame.attrs["secret"] = object()

        assert there_and_back(frame).attrs == {}

    def test_subclasses_are_not_copied(self):
        with pytest.raises(Uncopyable):
            there_and_back(type("Lying", (pd.DataFrame,), {})({"a": [1]}))

    def test_moments_come_back(self):
        moment = pd.Timestamp("2026-07-01 02:00", tz="Europe/Paris")

        assert there_and_back(moment) == moment
        assert there_and_back(pd.NaT) is pd.NaT
        assert there_and_back(pd.NA) is pd.NA


TAGS = (
    *("l", "t", "s", "f", "d", "dc", "do", "dd", "q", "dv", "r", "sl", "e", "ty", "ga", "dt"),
    *("da", "tm", "td", "de", "fr", "pa", "pp", "u", "i", "c", "b", "ba", "n.a", "n.o", "n.g"),
    *("n.y", "n.r", "p.t", "p.k", "p.m", "p.z", "p.p", "p.v", "p.i", "p.ir", "p.im", "p.e"),
    *("p.s", "p.f", "p.ts", "p.td", "p.nat", "p.yk", "p.yt", "p.yz", "R", "x", "", "n.", "p."),
)
leaves = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    st.sampled_from(["<f8", "|O", "<U4", "M8[D]", "Int64", "UTC", "d", "q", "s", "", *TAGS]),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.tuples(st.sampled_from(TAGS), inner, inner, inner).map(list),
        st.tuples(st.sampled_from(TAGS), inner).map(list),
        st.tuples(st.sampled_from(TAGS), inner, inner).map(list),
    ),
    max_leaves=25,
)


class TestHostileMessages:
    @given(trees, st.lists(st.binary(max_size=32), max_size=3))
    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    @pytest.mark.filterwarnings("ignore")
    def test_raise_nothing_but_bad_value(self, tree, buffers):
        with contextlib.suppress(BadValue):
            Decoder(buffers, resolve).decode(tree)

    @given(values, st.data())
    @settings(max_examples=150, deadline=None)
    def test_mutated_raise_nothing_but_bad_value(self, value, data):
        encoder = Encoder(refuse)
        text = bytearray(json.dumps(encoder.encode(value)).encode())
        for _ in range(data.draw(st.integers(1, 4))):
            text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(32, 126))
        try:
            tree = json.loads(text)
        except ValueError:
            return
        with contextlib.suppress(BadValue):
            Decoder(encoder.buffers, resolve).decode(tree)

    @given(st.binary(max_size=200))
    @settings(max_examples=300, deadline=None)
    def test_any_bytes_are_a_message_or_refused(self, data):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
            with contextlib.suppress(BadValue, frames.Closed):
                frames.receive(other)

    @pytest.mark.parametrize(
        ("tree", "buffers"),
        [
            (["n.a", "<f8", [10**9], False, 0], [b"x"]),
            (["n.a", "|O", [1], False, 0], [b"A" * 8]),
            (["n.a", "<f8", [-1], False, 0], [b"A" * 8]),
            (["n.a", "<f8", [1], False, -1], [b"A" * 8]),
            (["n.a", [["a", "|O"]], [1], False, 0], [b"A" * 8]),
            (["ty", "eval"], []),
            (["i", "0x" + "f" * 200_000], []),
            (["de", "9" * 200_000], []),
            (["fr", 1, 0], []),
            (["dt", [2026, 1, 1, 0, 0, 0, 0, 0], "../../etc/passwd"], []),
            (["p.f", [["l", "", []]], ["p.ir", 0, 1, 1, None], ["p.ir", 0, 1, 1, None]], []),
            (["p.p", ["n.a", "<i8", [1], False, 0], "__import__"], [b"A" * 8]),
            ({"a": 1}, []),
            (10**30, []),
        ],
    )
    def test_that_lie_are_refused(self, tree, buffers):
        with pytest.raises(BadValue):
            Decoder(buffers, resolve).decode(tree)

    def test_deep_ones_are_refused(self):
        tree = ["l", "", []]
        for _ in range(600):
            tree = ["l", "", [tree]]
        with pytest.raises(BadValue):
            Decoder([], resolve).decode(tree)

    def test_a_second_message_at_once_is_refused(self):
        one, other = socket.socketpair()
        with one, other:
            frames.send(one, [1], [])
            frames.send(one, [2], [])
            with pytest.raises(BadValue, match="more than one"):
                frames.receive(other)
