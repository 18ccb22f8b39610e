"""Totals, sheets that leave, and sheets that come in: what they give and what they refuse."""

from __future__ import annotations

import csv
import doctest
import io
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lms.default_plugins.sheets import write_csv, write_xlsx
from lms.domain import gradebook, sheets
from lms.domain.gradebook import Category, ItemWeight, Weights, total
from lms.domain.mark_sheets import Known, read_sheet
from lms.domain.sheets import FORMULA_STARTS, Sheet
from lms.services import weighing

KNOWN = [Known(assignment_id="premier-carnet", title="Premier carnet", max_points=4.0)]
LEARNERS = {"ada@ecole.example": 1, "alan@ecole.example": 2}


@pytest.mark.parametrize("module", [gradebook, sheets, weighing], ids=lambda m: m.__name__)
def test_examples_hold(module: ModuleType) -> None:
    ran = doctest.testmod(module)

    assert ran.attempted > 0
    assert ran.failed == 0


class TestTotal:
    @given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1), min_size=1))
    def test_lies_between_the_least_and_the_most(self, shares: dict[str, float]) -> None:
        weights = Weights(
            categories=(Category(name="x", weight=2.0), Category(name="y", weight=0.5)),
            items={"a": ItemWeight(category="x", weight=3.0), "b": ItemWeight(category="y")},
        )
        reached = total(shares, weights)

        assert reached is not None
        assert min(shares.values()) - 1e-9 <= reached <= max(shares.values()) + 1e-9

    def test_what_weighs_nothing_does_not_count(self) -> None:
        weights = Weights(items={"a": ItemWeight(weight=0.0)})

        assert total({"a": 0.0, "b": 0.5}, weights) == 0.5
        assert total({"a": 1.0}, weights) is None

    def test_a_category_that_is_gone_is_no_category(self) -> None:
        weights = Weights(items={"a": ItemWeight(category="Projets")})

        assert total({"a": 1.0, "b": 0.0}, weights) == 0.5


def sheet(language: str = "fr", **given: object) -> Sheet:
    rows = [("Ada", "ada@ecole.example", 2.5, None), ("=1+1", "@x", 1050.0, 0.0)]
    values = {"name": "Promo [2026]", "header": ("Nom", "E-mail", "A (/4)", "B"), "rows": rows}
    return Sheet(language=language, **values | given)  # type: ignore[arg-type]


class TestLeaving:
    @pytest.mark.parametrize(
        ("language", "line"),
        [
            ("fr", "Ada;ada@ecole.example;2,5;"),
            ("en", "Ada,ada@ecole.example,2.5,"),
        ],
    )
    def test_csv_is_what_spreadsheets_of_that_language_expect(
        self, language: str, line: str
    ) -> None:
        written = b"".join(write_csv(sheet(language)))

        assert written.startswith(b"\xef\xbb\xbf")
        assert written.decode("utf-8-sig").splitlines()[1] == line

    @pytest.mark.parametrize("start", FORMULA_STARTS)
    def test_75_no_text_of_a_csv_is_a_formula(self, start: str) -> None:
        evil = f"{start}HYPERLINK(1)"
        written = b"".join(write_csv(sheet(header=(evil,), rows=[(evil,), (f" {evil}",)])))
        rows = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";")

        assert all(cell.startswith("'") for row in rows for cell in row)

    def test_75_texts_of_a_workbook_stay_texts(self) -> None:
        written = b"".join(write_xlsx(sheet(header=("=2+2", "B", "C", "D"))))
        page = load_workbook(io.BytesIO(written)).worksheets[0]

        assert (page["A1"].data_type, page["A1"].value) == ("s", "=2+2")
        assert (page["A3"].data_type, page["C2"].value, page["D2"].value) == ("s", 2.5, None)

    def test_rows_are_read_as_they_are_written(self) -> None:
        read: list[int] = []

        def rows():
            for number in range(1000):
                read.append(number)
                yield ("Ada", float(number))

        pieces = write_csv(sheet(rows=rows()))
        next(pieces)
        assert len(read) < 1000
        assert sum(piece.count(b"\n") for piece in pieces) == 800


class TestComingIn:
    def read(self, *rows: tuple[object, ...]):
        return read_sheet(rows, KNOWN, LEARNERS)

    def test_columns_name_assignments_or_what_was_marked_elsewhere(self) -> None:
        found = self.read(
            ("Nom", "Adresse électronique", "premier carnet", "Soutenance (/20)", "Total (%)"),
            ("Ada", "ADA@ecole.example ", "3,5", 12.5, 80),
            ("Alan", "alan@ecole.example", None, "", ""),
        )

        assert not found.problems
        assert [(c.assignment_id, c.max_points) for c in found.columns] == [
            ("premier-carnet", 4.0),
            ("outside:soutenance", 20.0),
        ]
        assert [(mark.learner_id, mark.points) for mark in found.marks] == [(1, 3.5), (1, 12.5)]

    @pytest.mark.parametrize(
        ("rows", "line", "said"),
        [
            ([("Nom", "Note")], 1, "Adresse électronique"),
            ([("email", "Oral"), ("ada@ecole.example", 1)], 1, "Soutenance (/20)"),
            ([("email", "A /20"), ("qui@ecole.example", 1)], 2, "n’apprend pas"),
            ([("email", "A /20"), ("ada@ecole.example", 21)], 2, "entre 0 et 20"),
            ([("email", "A /20"), ("ada@ecole.example", "nan")], 2, "entre 0 et 20"),
            ([("email", "A /20"), ("ada@ecole.example", "abs")], 2, "« abs »"),
            ([("email", "A /20", "A (/20)"), ("ada@ecole.example", 1, 2)], 1, "deux fois"),
            ([("email", "A /20"), *[("ada@ecole.example", 1)] * 2], 3, "deux fois"),
            ([("email", "A /20"), ("ada@ecole.example", "")], 1, "aucune note"),
        ],
    )
    def test_says_where_and_what_is_wrong(
        self, rows: list[tuple[object, ...]], line: int, said: str
    ) -> None:
        problem = self.read(*rows).problems[0]

        assert problem.line == line
        assert said.replace("« ", "«\u00a0").replace(" »", "\u00a0»") in problem.message

    @given(
        st.lists(
            st.lists(st.one_of(st.none(), st.text(max_size=12), st.floats()), max_size=5),
            max_size=6,
        )
    )
    def test_reads_anything_without_a_fault(self, rows: list[list[object]]) -> None:
        found = read_sheet([["email", "A /20"], *rows], KNOWN, LEARNERS)

        assert all(0 <= mark.points <= mark.column.max_points for mark in found.marks)
