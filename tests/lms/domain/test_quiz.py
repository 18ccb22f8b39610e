"""How answers are marked: shares, tolerances, spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.activities import Choice, FieldKind, Item
from lms.domain.quiz import (
    NumberSolution,
    TextSolution,
    mark_item,
    mark_items,
    normalised,
    read_number,
)

KEYS = ("a", "b", "c", "d")


def choosing(kind: FieldKind, right: frozenset[str]) -> Item:
    return Item(
        key="q",
        kind=kind,
        prompt="?",
        choices=tuple(Choice(key=key, text=key) for key in KEYS),
        solution=right,
    )


def typing(kind: FieldKind, *solution: object, unit: str = "") -> Item:
    return Item(key="q", kind=kind, prompt="?", solution=solution, unit=unit)


class TestChoices:
    def test_one_is_right_or_not(self):
        item = choosing(FieldKind.ONE, frozenset("b"))
        assert mark_item(item, ("b",)).is_right
        assert mark_item(item, ("a",)).share == 0

    def test_no_answer_is_told_apart_from_a_wrong_one(self):
        item = choosing(FieldKind.ONE, frozenset("b"))
        assert not mark_item(item, ()).is_answered
        assert mark_item(item, ("a",)).is_answered

    @pytest.mark.parametrize(
        ("given", "share", "missing", "extra"),
        [
            ("ab", 1, 0, 0),
            ("a", 0.5, 1, 0),
            ("abc", 0.5, 0, 1),
            ("ac", 0, 1, 1),
            ("cd", 0, 2, 2),
        ],
    )
    def test_each_right_choice_counts_and_each_other_takes_one_away(
        self, given, share, missing, extra
    ):
        mark = mark_item(choosing(FieldKind.SEVERAL, frozenset("ab")), tuple(given))
        assert (mark.share, mark.missing, mark.extra) == (share, missing, extra)

    @given(st.sets(st.sampled_from(KEYS), min_size=1), st.sets(st.sampled_from(KEYS)))
    def test_only_the_right_set_has_the_whole_point(self, right, chosen):
        mark = mark_item(choosing(FieldKind.SEVERAL, frozenset(right)), tuple(chosen))
        assert 0 <= mark.share <= 1
        assert mark.is_right == (right == chosen)

    def test_ticking_everything_brings_nothing_when_half_is_right(self):
        item = choosing(FieldKind.SEVERAL, frozenset("ab"))
        assert mark_item(item, KEYS).share == 0

    @given(st.integers(0, 5))
    def test_a_random_order_is_everybodys_own_and_stays(self, person):
        item = Item(
            key="q",
            kind=FieldKind.ONE,
            prompt="?",
            choices=tuple(Choice(key=str(n), text=str(n)) for n in range(6)),
            has_random_order=True,
        )
        assert item.choices_for(person) == item.choices_for(person)
        assert set(item.choices_for(person)) == set(item.choices)
        assert len({item.choices_for(someone) for someone in range(20)}) > 1


class TestNumbers:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("12", 12),
            ("12,5", 12.5),
            ("12.5", 12.5),
            (" 31\N{NARROW NO-BREAK SPACE}500,50 € ", 31500.5),
            ("-3", -3),
            ("−3", -3),
            ("+4", 4),
            (",5", 0.5),
            ("1,5e3", 1500),
            ("25 EUR", None),
            ("douze", None),
            ("", None),
            ("1/2", None),
            ("1,2,3", None),
            ("nan", None),
            ("9" * 400, float("inf")),
        ],
    )
    def test_a_number_is_read_as_people_write_it(self, typed, number):
        assert read_number(typed, unit="€") == number

    @given(st.floats(-1e6, 1e6).map(lambda number: round(number, 4)))
    def test_a_number_written_in_french_is_read_back(self, number):
        assert read_number(f"{number:.4f}".replace(".", ",")) == pytest.approx(number)

    @pytest.mark.parametrize(
        ("typed", "is_right"), [("12,4", True), ("12,6", True), ("12,39", False), ("13", False)]
    )
    def test_the_bounds_of_the_tolerance_are_right(self, typed, is_right):
        item = typing(FieldKind.NUMBER, NumberSolution(value=12.5, tolerance=0.1))
        assert mark_item(item, (typed,)).is_right == is_right

    def test_a_decimal_fraction_needs_no_tolerance(self):
        item = typing(FieldKind.NUMBER, NumberSolution(value=0.1 + 0.2))
        assert mark_item(item, ("0,3",)).is_right

    def test_what_is_no_number_is_said_to_be_none(self):
        item = typing(FieldKind.NUMBER, NumberSolution(value=12))
        assert not mark_item(item, ("douze",)).is_readable


class TestTexts:
    @pytest.mark.parametrize(
        "typed", ["École", "ecole", " ÉCOLE. ", "« école »", "e\u0301cole"]
    )
    def test_accents_capitals_spaces_and_signs_around_do_not_count(self, typed):
        assert mark_item(typing(FieldKind.TEXT, TextSolution(text="école")), (typed,)).is_right

    def test_any_of_the_accepted_texts_is_right(self):
        item = typing(FieldKind.TEXT, TextSolution(text="cœur"), TextSolution(text="centre"))
        assert mark_item(item, ("coeur",)).is_right
        assert mark_item(item, ("Centre",)).is_right
        assert not mark_item(item, ("bord",)).is_right

    @pytest.mark.parametrize(
        ("typed", "is_right"),
        [("LEFT JOIN", True), ("`LEFT  JOIN`", True), ("left join", False), ("LEFT", False)],
    )
    def test_code_counts_as_it_is_typed(self, typed, is_right):
        item = typing(FieldKind.TEXT, TextSolution(text="LEFT JOIN", is_exact=True))
        assert mark_item(item, (typed,)).is_right == is_right

    @given(st.text(max_size=50))
    def test_normalising_again_changes_nothing(self, text):
        assert normalised(normalised(text)) == normalised(text)


def test_every_question_gets_a_mark_answered_or_not():
    items = [choosing(FieldKind.ONE, frozenset("a"))]
    assert mark_items(items, {"other": ("a",)})["q"].share == 0
