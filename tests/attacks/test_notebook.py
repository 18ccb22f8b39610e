"""52: whatever is done to a notebook's frame, the author's cells run, as they were written."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

import pytest

from graders.notebooks.assemble import Assembly, Origin, assemble
from graders.notebooks.cells import Role, write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from tests.graders.making import SQUARE, Json, answer, checks, code, markdown, notebook

SOURCE = (
    code("import math"),
    *SQUARE,
    answer("cube", "### BEGIN SOLUTION\ndef cube(x): return x ** 3\n### END SOLUTION"),
    checks("cube-tests", "assert cube(2) == 8"),
)
CHEAT = "def cube(x): return 0"


def marks(cell: Json) -> Json:
    return cell["metadata"].get("nbgrader", {})


def is_test(cell: Json) -> bool:
    return bool(marks(cell).get("grade"))


def worth_more(cells: list[Json]) -> list[Json]:
    for cell in filter(marks, cells):
        marks(cell)["points"] = 1000
    return cells


def opened(cells: list[Json]) -> list[Json]:
    for cell in filter(is_test, cells):
        marks(cell).update(grade=False, locked=False, solution=True)
        cell["source"] = "pass"
    return cells


def skipped(cells: list[Json]) -> list[Json]:
    for cell in cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return cells


def retyped(cells: list[Json]) -> list[Json]:
    return [markdown("Rien", **cell["metadata"]) if is_test(cell) else cell for cell in cells]


def deleted(cells: list[Json]) -> list[Json]:
    return [cell for cell in cells if not is_test(cell)]


def doubled(cells: list[Json]) -> list[Json]:
    found = []
    for cell in cells:
        copies = [copy.deepcopy(cell) for _ in range(3)] if is_test(cell) else [cell]
        for each in (copies[0], copies[-1]) if is_test(cell) else ():
            each["source"] = "pass"
        found += copies
    return found


def renamed(cells: list[Json]) -> list[Json]:
    """The test claims to be the answer, and the answer to be the test."""
    others = {"cube": "cube-tests", "cube-tests": "cube"}
    for cell in filter(marks, cells):
        marks(cell)["grade_id"] = others.get(marks(cell)["grade_id"], marks(cell)["grade_id"])
    return cells


def reversed_(cells: list[Json]) -> list[Json]:
    return cells[::-1]


def handed_in() -> list[Json]:
    """The released notebook with a wrong answer."""
    cells = json.loads(write_notebook(release(read_notebook(notebook(*SOURCE)))))["cells"]
    for cell in cells:
        if marks(cell).get("grade_id") == "cube":
            cell["source"] = CHEAT
    return cells


def assembled(cells: list[Json]) -> Assembly:
    return assemble(read_notebook(notebook(*SOURCE)), read_notebook(notebook(*cells)))


def of_the_author(found: Assembly) -> list[tuple[str, Role | None, list[str]]]:
    return [
        (step.cell.source, step.cell.role, list(step.cell.metadata.get("tags", [])))
        for step in found.steps
        if step.origin is Origin.AUTHOR
    ]


@pytest.mark.parametrize(
    "change", [worth_more, opened, skipped, retyped, deleted, doubled, renamed, reversed_]
)
def test_52_restores_locked_cells_from_the_source(
    change: Callable[[list[Json]], list[Json]],
) -> None:
    honest = of_the_author(assembled(handed_in()))
    found = assembled(change(handed_in()))

    assert of_the_author(found) == honest
    assert sum(role is not None and role.is_test for _text, role, _tags in honest) == 3
    for step in found.steps:
        if step.origin is Origin.EXTRA:
            assert (step.cell.role, step.cell.metadata) == (None, {})
