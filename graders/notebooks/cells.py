"""The cells of a notebook with the part that nbgrader's metadata gives them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

SCHEMA_VERSION = 3


@dataclass(frozen=True, kw_only=True)
class Role:
    """What nbgrader's metadata (schema 3) says of one cell."""

    grade_id: str
    is_grade: bool = False
    is_solution: bool = False
    is_locked_flag: bool = False
    is_task: bool = False
    points: float = 0.0

    @property
    def is_test(self) -> bool:
        """Whether the cell holds automatic tests."""
        return self.is_grade and not self.is_solution

    @property
    def is_manual(self) -> bool:
        """Whether a person marks the cell."""
        return self.is_task or (self.is_grade and self.is_solution)

    @property
    def is_answer(self) -> bool:
        """Whether the learner writes in the cell."""
        return self.is_solution

    @property
    def is_graded(self) -> bool:
        """Whether points hang on the cell."""
        return self.is_grade or self.is_task

    @property
    def is_locked(self) -> bool:
        """Whether the cell always comes from the author's notebook."""
        return not self.is_solution and (self.is_grade or self.is_task or self.is_locked_flag)


def _points(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        points = float(value)
    except OverflowError:
        return 0.0
    return points if math.isfinite(points) and points >= 0 else 0.0


def role_of(metadata: Mapping[str, Any]) -> Role | None:
    """Return what nbgrader's metadata says, or None where it gives the cell no part.

    Nothing is refused here: `validate.py` does it for authors, and what learners' notebooks
    claim is not believed anyway.
    """
    said = metadata.get("nbgrader")
    if not isinstance(said, Mapping):
        return None
    grade_id = said.get("grade_id")
    flags = [said.get(name) is True for name in ("grade", "solution", "locked", "task")]
    if not any(flags):
        return None
    return Role(
        grade_id=grade_id if isinstance(grade_id, str) else "",
        is_grade=flags[0],
        is_solution=flags[1],
        is_locked_flag=flags[2],
        is_task=flags[3],
        points=_points(said.get("points")),
    )


def is_skipped(cell: Cell) -> bool:
    """Say whether the author's tag keeps the cell from running."""
    tags = cell.metadata.get("tags")
    return isinstance(tags, list) and "skip-execution" in tags


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell without its outputs.

    :param kind: `code`, `markdown` or `raw`.
    :param id: nbformat's cell id, empty when there is none.
    """

    kind: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def role(self) -> Role | None:
        """What nbgrader's metadata says of the cell."""
        return role_of(self.metadata)

    @cached_property
    def grade_id(self) -> str:
        """The cell's `grade_id`, whatever else its metadata say; empty when it has none."""
        said = self.metadata.get("nbgrader")
        found = said.get("grade_id") if isinstance(said, Mapping) else None
        return found if isinstance(found, str) else ""

    @property
    def author(self) -> Mapping[str, Any]:
        """What the author says in the cell's `garrigue` metadata."""
        said = self.metadata.get("garrigue")
        return said if isinstance(said, Mapping) else {}

    def with_source(self, source: str) -> Cell:
        """Return the same cell with another source."""
        return replace(self, source=source)


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook of format 4, without outputs."""

    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    minor: int = 5

    @property
    def author(self) -> Mapping[str, Any]:
        """What the author says in the notebook's `garrigue` metadata."""
        said = self.metadata.get("garrigue")
        return said if isinstance(said, Mapping) else {}


def cell_to_json(
    cell: Cell, *, outputs: tuple[Mapping[str, Any], ...] = (), count: int | None = None
) -> dict[str, Any]:
    """Return the cell as nbformat 4 writes it."""
    written: dict[str, Any] = {
        "cell_type": cell.kind,
        "metadata": dict(cell.metadata),
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.id:
        written["id"] = cell.id
    if cell.kind == "code":
        written |= {"execution_count": count, "outputs": list(outputs)}
    elif cell.attachments:
        written["attachments"] = dict(cell.attachments)
    return written


def write_notebook(
    notebook: Notebook,
    cells: list[dict[str, Any]] | None = None,
    *,
    is_compact: bool = False,
) -> bytes:
    """Return the notebook as the bytes of an `.ipynb` file.

    :param cells: the cells as JSON where they carry outputs; the notebook's own otherwise.
    :param is_compact: on one line, which is ten times faster to write.
    """
    body = {
        "cells": [cell_to_json(cell) for cell in notebook.cells] if cells is None else cells,
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": notebook.minor,
    }
    text = json.dumps(body, ensure_ascii=False, indent=None if is_compact else 1) + "\n"
    return text.encode("utf-8", "replace")
