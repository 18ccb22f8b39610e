"""What a failed visible test tells of the two values that it compared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.comparison import (
    MAX_DIFFERENCES,
    MAX_SHORT,
    MAX_TEXT,
    Comparison,
    Side,
    comparison_from_json,
)
from graders.verdict.comparing import differences
from graders.verdict.sides import side
from tests.graders.verdict.local import LocalNursery
from tests.graders.verdict.test_session import opened

WRONG = "def f(x): return x"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts) | st.tuples(parts, parts),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def nursery():
    made = LocalNursery()
    yield made
    made.close()


def compared(nursery, test, learner, **keywords):
    """Return the comparison of the verdict on one test."""
    with opened(nursery, learner) as (session, kernel):
        given = {"grade_id": "t", "max_points": 4, "wall_s": 5, **keywords}
        return session.check(kernel, test, **given).comparison


class TestSides:
    @given(values)
    def test_are_told_in_a_capped_text(self, value):
        told = side(value)

        assert len(told.text) <= MAX_TEXT
        assert not any(char in told.text for char in "\x00\x1b\x7f")
        assert told.type == type(value).__name__

    def test_name_shape_and_type_of_arrays_and_columns_of_tables(self):
        array = side(np.zeros((100, 2)))
        table = side(pd.DataFrame({"ville": ["Millau"], "prix": [1.5]}))

        assert (array.kind, array.shape, array.columns, array.is_cut) == (
            "array",
            (100, 2),
            (("", "float64"),),
            True,
        )
        assert (table.kind, table.shape) == ("table", (1, 2))
        assert table.columns == (("ville", "str"), ("prix", "float64"))


class TestDifferences:
    @given(values)
    def test_of_a_value_with_itself_are_none(self, value):
        assert list(differences(value, value, is_near=False)) == []

    @given(st.lists(st.integers()), st.lists(st.integers()))
    def test_of_lists_are_there_exactly_when_they_differ(self, expected, got):
        found = list(differences(expected, got, is_near=False))

        assert bool(found) == (expected != got)
        for each in found:
            position = int(each.at)
            assert expected[position : position + 1] != got[position : position + 1]

    @given(st.dictionaries(st.text(), st.integers()), st.dictionaries(st.text(), st.integers()))
    def test_of_dictionaries_name_each_key_once(self, expected, got):
        found = [each.at for each in differences(expected, got, is_near=False)]

        wrong = {key for key in {*expected, *got} if expected.get(key) != got.get(key)}
        assert len(found) == len(wrong)

    def test_of_tables_name_columns_types_and_cells(self):
        expected = pd.DataFrame({"ville": ["Millau", "Mende"], "prix": [1, 2], "mois": [1, 1]})
        got = pd.DataFrame({"ville": ["Millau", "mende"], "prix": ["1", "2"], "an": [0, 0]})
        found = list(differences(expected, got, is_near=False))

        assert [(each.place, each.at, each.column) for each in found[:3]] == [
            ("column", "mois", ""),
            ("column", "an", ""),
            ("type-of-column", "prix", ""),
        ]
        assert (found[3].at, found[3].column, found[3].expected, found[3].got) == (
            "1",
            "ville",
            "'Mende'",
            "'mende'",
        )

    def test_of_arrays_name_the_place_in_each_dimension(self):
        expected, got = np.zeros((2, 3)), np.zeros((2, 3))
        got[1, 2] = 1

        assert [each.at for each in differences(expected, got, is_near=False)] == ["1, 2"]

    def test_within_the_tolerance_are_none(self):
        expected, got = [1.0, float("nan")], [1.0 + 1e-9, float("nan")]

        assert list(differences(expected, got, is_near=True)) == []


class TestPlainData:
    @given(values)
    def test_survives_the_way_or_is_refused(self, data):
        told = comparison_from_json(data)

        assert told is None or isinstance(told, Comparison)

    def test_is_read_back_as_it_was(self):
        told = Comparison(
            relation="same",
            expected=side([1, 2]),
            got=side(np.arange(3)),
            differences=tuple(differences([1, 2], [1, 3, 4], is_near=False)),
            has_message=True,
        )

        assert comparison_from_json(told.to_json()) == told

    def test_is_capped_again(self):
        long = Side(kind="text", type="x" * 9999, text="y" * 9999)
        told = comparison_from_json(
            Comparison(relation="same", expected=long, got=long).to_json()
        )

        assert told is not None
        assert (len(told.got.type), len(told.got.text)) == (MAX_SHORT, MAX_TEXT)


class TestOfFailedTests:
    @pytest.mark.parametrize(
        ("test", "expected", "got"),
        [
            ("assert f(1) == 2", "2", "1"),
            ("assert 2 == f(1)", "2", "1"),
            ("assert f(1) == 2, 'Ajoutez 1.'", "2", "1"),
            ("assert abs(f(1.0) - 2.0) < 1e-6", "2.0", "1.0"),
            ("import math\nassert math.isclose(f(1.0), 2)", "2", "1.0"),
            ("assert f('a') == 'b'", "b", "a"),
            ("assert f(0)", "True", "0"),
            ("assert isinstance(f(1), str)", "str", "1"),
            ("def v(x):\n    assert f(x) == 2\nv(1)", "2", "1"),
        ],
    )
    def test_says_both_values(self, nursery, test, expected, got):
        told = compared(nursery, test, WRONG)

        assert (told.expected.text, told.got.text) == (expected, got)

    def test_tells_where_tables_differ(self, nursery):
        test = (
            "import pandas as pd\nvoulu = pd.DataFrame({'a': [1, 2]})\n"
            "assert t.equals(voulu), 'Revoyez la colonne a.'"
        )
        told = compared(nursery, test, "import pandas as pd\nt = pd.DataFrame({'a': [1, 3]})")

        assert told.has_message
        assert [(each.at, each.expected, each.got) for each in told.differences] == [
            ("1", "2", "3")
        ]

    def test_counts_what_it_leaves_out(self, nursery):
        told = compared(nursery, "assert f([0] * 20) == [1] * 20", WRONG)

        assert (len(told.differences), told.left_out) == (
            MAX_DIFFERENCES,
            20 - MAX_DIFFERENCES,
        )

    @pytest.mark.parametrize(
        "test",
        [
            "assert not f(2) == 2",
            "assert f(1) == 1\nraise AssertionError('autre chose')",
            "if f(2) == 2:\n    raise AssertionError('pas 2')",
            "assert f(1) < 0",
        ],
    )
    def test_tells_none_where_none_would_be_true(self, nursery, test):
        assert compared(nursery, test, WRONG) is None

    def test_tells_nothing_of_hidden_tests(self, nursery):
        partly = (
            "assert f(0) == 0\n### BEGIN HIDDEN TESTS\n"
            "assert f(1) == 4711\n### END HIDDEN TESTS"
        )

        assert compared(nursery, "assert f(1) == 4711", WRONG, is_hidden=True) is None
        assert compared(nursery, partly, WRONG) is None

    def test_asks_a_learners_object_nothing(self, nursery):
        liar = (
            "class Menteur:\n    def __repr__(self): return 'x' * 10**6\n"
            "    def __len__(self): 1 / 0\ndef f(x): return Menteur()"
        )
        told = compared(nursery, "assert f(1) == 2", liar)

        assert (told.got.kind, told.got.type) == ("object", "Menteur")
        assert "xxx" not in told.got.text
