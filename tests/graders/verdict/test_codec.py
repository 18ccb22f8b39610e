"""Values survive the way between the processes, and nothing else comes out of a message."""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from graders.verdict.codec import TooLarge, Uncopyable
from tests.graders.verdict.wire import same, there_and_back, values


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

    def test_what_unfolds_endlessly_is_too_large(self, monkeypatch):
        monkeypatch.setattr("graders.verdict.values.MAX_COUNT", 20_000)
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
