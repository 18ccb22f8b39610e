"""An annotated notebook taken apart: cells by name, exercise by exercise."""

from __future__ import annotations

import json
from typing import Any

from lms.content.annotated_cells import cells_of, spans_of
from lms.content.notebooks import annotated

FORGED = '<div class="cell code_cell" data-cell="essai">faux</div>'


def notebook(*cells: tuple[str, str, str]) -> bytes:
    """A notebook of cells by kind, name and source."""
    body: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for kind, name, source in cells:
        cell = {
            "cell_type": kind,
            "metadata": {"nbgrader": {"grade_id": name}},
            "source": source,
        }
        if kind == "code":
            output = {"data": {"text/html": FORGED}, "output_type": "display_data"}
            cell |= {"outputs": [output], "execution_count": 1}
        body["cells"].append(cell)
    return json.dumps(body).encode()


def test_names_cells_by_grade_id_whatever_their_text_claims() -> None:
    html = annotated(
        notebook(
            ("markdown", "", f"# Titre\n\n{FORGED}"),
            ("code", "double", "x = 1"),
            ("code", '"><script>', "y = 2"),
            ("markdown", "essai", "Ma réponse"),
        )
    )
    assert [cell.key for cell in cells_of(html)] == ["n0", "double", "n2", "essai"]
    assert "Ma réponse" in cells_of(html)[3].html
    assert "<script" not in html


def test_gives_each_exercise_what_introduces_it() -> None:
    names = ["n0", "double", "double-test", "n3", "essai", "n5"]
    html = "".join(f'<div class="cell text_cell" data-cell="{name}">x</div>' for name in names)
    spans = spans_of(cells_of(html), [("double", ["double-test"]), ("essai", ["essai"])])
    assert [(span.exercise_id, [cell.key for cell in span.cells]) for span in spans] == [
        ("double", ["n0", "double", "double-test"]),
        ("essai", ["n3", "essai"]),
        ("", ["n5"]),
    ]


def test_shows_a_notebook_of_before_in_one_piece() -> None:
    spans = spans_of(cells_of('<div class="cell code_cell">x</div>'), [("double", [])])
    assert [len(span.cells) for span in spans] == [0, 1]
