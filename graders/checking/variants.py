"""Notebooks made from an author's own: with other answers, or cut down to one exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graders.notebooks.cells import Cell, Notebook, write_notebook
from graders.notebooks.exercises import Exercise
from graders.notebooks.regions import SOLUTION


def with_answers(source: Notebook, answers: Mapping[str, str]) -> bytes:
    """Return a submission with the reference's answers, but for those given by `grade_id`."""
    cells = tuple(
        cell.with_source(answers[cell.grade_id])
        if cell.role is not None and cell.role.is_solution and cell.grade_id in answers
        else cell
        for cell in source.cells
    )
    return write_notebook(replace(source, cells=cells), is_compact=True)


def only(source: Notebook, exercise: Exercise) -> Notebook:
    """Return the assignment up to the exercise's last points, without the others' tests."""
    wanted = {cell.grade_id for cell in exercise.graded}
    places = [
        place
        for place, cell in enumerate(source.cells)
        if cell.role is not None and cell.grade_id in wanted
    ]
    mine = wanted | {cell.grade_id for cell in exercise.answers}
    kept = (_in_frame(cell, mine) for cell in source.cells[: places[-1] + 1])
    return replace(source, cells=tuple(cell for cell in kept if cell is not None))


def _in_frame(cell: Cell, mine: set[str]) -> Cell | None:
    """Return the cell as the cut-down notebook has it: what others solved is just there."""
    if cell.role is None or cell.grade_id in mine:
        return cell
    if cell.role.is_graded:
        return None
    lines = cell.source.split("\n")
    unmarked = "\n".join(line for line in lines if not _is_mark(line))
    return replace(cell, source=unmarked, metadata={})


def _is_mark(line: str) -> bool:
    return f"BEGIN {SOLUTION}" in line or f"END {SOLUTION}" in line
