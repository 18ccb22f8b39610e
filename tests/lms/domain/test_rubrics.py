"""Rubrics: what levels give, and an editor that loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.domain.rubric_form import (
    TypedRubric,
    blank_criterion,
    blank_rubric,
    grid_of,
    problems,
    typed,
)
from lms.domain.rubrics import (
    Criterion,
    Grid,
    Level,
    RubricKind,
    criteria_to_json,
    grid_from_json,
)
from tests.marking import GRID

words = st.text(min_size=1, max_size=8).filter(str.strip)
levels = st.builds(
    Level,
    title=words.map(str.strip),
    text=st.just(""),
    value=st.integers(0, 20).map(lambda half: half / 2),
)
criteria = st.builds(
    Criterion,
    title=words.map(str.strip),
    levels=st.lists(levels, min_size=2, max_size=5)
    .filter(lambda found: any(level.value for level in found))
    .map(tuple),
)
grids = st.builds(
    Grid,
    kind=st.just(RubricKind.POINTS),
    criteria=st.lists(criteria, min_size=1, max_size=4).map(tuple),
)


@st.composite
def filled(draw: st.DrawFn) -> tuple[Grid, dict[int, int]]:
    grid = draw(grids)
    return grid, {
        place: draw(st.integers(0, len(criterion.levels) - 1))
        for place, criterion in enumerate(grid.criteria)
    }


#: Rubrics are large to draw, and a busy machine is slow at it, not wrong.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestPoints:
    @PATIENT
    @given(filled(), st.integers(1, 40))
    def test_stay_within_the_exercise(
        self, found: tuple[Grid, dict[int, int]], max_points: int
    ) -> None:
        grid, choices = found
        points = grid.points(choices, max_points)
        assert points is not None
        assert 0 <= points <= max_points

    def test_of_half_the_rubric_are_half_of_the_exercise(self) -> None:
        assert GRID.points({0: 1, 1: 0}, 6) == 2.0
        assert GRID.points({0: 2, 1: 1}, 6) == 6.0

    def test_are_not_given_before_every_criterion_is_chosen(self) -> None:
        assert GRID.points({0: 1}, 6) is None
        assert GRID.missing({0: 1}) == ("Clarté",)

    def test_are_none_where_levels_are_of_competence(self) -> None:
        grid = Grid(kind=RubricKind.LEVELS, criteria=GRID.criteria)
        assert grid.points({0: 1, 1: 1}, 6) is None

    def test_ignore_choices_that_the_rubric_does_not_have(self) -> None:
        assert GRID.usable({"0": 9, "7": 0, "x": 1, "1": 1}) == {1: 1}


@PATIENT
@given(grids)
def test_a_rubric_comes_back_from_the_database_as_it_went(grid: Grid) -> None:
    assert grid_from_json(grid.kind.value, criteria_to_json(grid.criteria)) == grid


class TestEditor:
    @PATIENT
    @given(grids)
    def test_a_kept_rubric_is_edited_and_kept_unchanged(self, grid: Grid) -> None:
        written = typed("Titre", grid)
        assert problems(written) == {}
        assert [each.levels for each in grid_of(written).criteria] == [
            each.levels for each in grid.criteria
        ]

    @PATIENT
    @given(
        grids,
        st.lists(
            st.sampled_from(
                ["add", "add-0", "up-1", "drop-9", "drop-0-9", "x", "up-0", "drop-²"]
            )
        ),
    )
    def test_no_button_but_those_that_remove_loses_what_was_typed(
        self, grid: Grid, orders: list[str]
    ) -> None:
        before = after = typed("Titre", grid)
        for order in orders:
            after = after.after(order)
        titles = sorted(each.title for each in before.criteria)
        assert sorted(each.title for each in after.criteria if each.title) == titles

    def test_moves_and_removes_rows(self) -> None:
        written = typed("Titre", GRID)
        moved = written.after("up-1")
        assert [each.title for each in moved.criteria] == ["Clarté", "Justesse"]
        assert [each.title for each in written.after("drop-0").criteria] == ["Clarté"]
        assert len(written.after("drop-0-1").criteria[0].levels) == 2

    def test_says_what_is_missing_and_where(self) -> None:
        assert set(problems(blank_rubric(RubricKind.POINTS))) >= {
            "title",
            "0-title",
            "0-0-title",
        }
        assert "criteria" in problems(TypedRubric(title="Vide"))

    def test_asks_no_names_of_levels_of_competence(self) -> None:
        criterion = blank_criterion(RubricKind.LEVELS)
        assert [level.title for level in criterion.levels] == [
            "Pas encore",
            "Imiter",
            "Adapter",
            "Transposer",
        ]

    @pytest.mark.parametrize("value", ["", "deux", "-1", "inf", "2000"])
    def test_refuses_points_that_are_none(self, value: str) -> None:
        written = typed("Titre", GRID)
        level = written.criteria[0].levels[0]
        from dataclasses import replace

        criterion = replace(
            written.criteria[0],
            levels=(replace(level, value=value), *written.criteria[0].levels[1:]),
        )
        assert "0-0-value" in problems(replace(written, criteria=(criterion,)))
