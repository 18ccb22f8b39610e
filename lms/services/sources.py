"""An assignment as its author wrote it and as learners receive it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from graders.notebooks.cells import Cell, Role
from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.models import AssignmentVersion


class Part(StrEnum):
    """What a cell is for."""

    TEXT = "text"
    CODE = "code"
    ANSWER = "answer"
    TESTS = "tests"
    MANUAL = "manual"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """One cell of a notebook.

    :param number: its place, from 1.
    :param is_text: Markdown, to be rendered.
    :param points: None where none hang on it.
    """

    number: int
    part: Part
    is_text: bool
    source: str
    grade_id: str
    points: float | None


def source_cells(blobs: BlobStore, version: AssignmentVersion) -> tuple[ShownCell, ...]:
    """Return the author's cells, with solutions and hidden tests."""
    return tuple(_shown(read_notebook(blobs.get(version.notebook_hash)).cells))


def released_cells(blobs: BlobStore, version: AssignmentVersion) -> tuple[ShownCell, ...]:
    """Return the cells that learners receive."""
    return tuple(_shown(read_notebook(blobs.get(version.released_hash)).cells))


def _shown(cells: Iterable[Cell]) -> Iterable[ShownCell]:
    for number, cell in enumerate(cells, 1):
        role = cell.role
        yield ShownCell(
            number=number,
            part=_part(cell, role),
            is_text=cell.kind == "markdown",
            source=cell.source,
            grade_id=cell.grade_id,
            points=role.points if role is not None and role.is_graded else None,
        )


def _part(cell: Cell, role: Role | None) -> Part:
    if role is None:
        return Part.TEXT if cell.kind == "markdown" else Part.CODE
    if role.is_manual:
        return Part.MANUAL
    if role.is_solution:
        return Part.ANSWER
    return Part.TESTS if role.is_test else Part.LOCKED
