"""The notebook that learners receive: the author's without solutions and hidden tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graders.notebooks.cells import Cell, Notebook
from graders.notebooks.regions import SOLUTION, cut, visible_part


@dataclass(frozen=True, kw_only=True)
class Stubs:
    """What stands where the learner is to write."""

    code: str
    text: str


FRENCH = Stubs(
    code="# Écrivez votre code ici\nraise NotImplementedError()",
    text="Écrivez votre réponse ici.",
)
NBGRADER = Stubs(code="# YOUR CODE HERE\nraise NotImplementedError()", text="YOUR ANSWER HERE")
ALL_HIDDEN = "# Des tests cachés vérifient votre réponse après le dépôt."


def release(notebook: Notebook, stubs: Stubs = FRENCH) -> Notebook:
    """Return the learners' form: stubs for answers, nothing of what only authors may know."""
    return replace(
        notebook,
        cells=tuple(release_cell(cell, stubs) for cell in notebook.cells),
        metadata={
            key: value
            for key, value in notebook.metadata.items()
            if key not in ("garrigue", "celltoolbar")
        },
    )


def release_cell(cell: Cell, stubs: Stubs = FRENCH) -> Cell:
    """Return one cell as learners receive it."""
    role = cell.role
    stub = stubs.code if cell.kind == "code" else stubs.text
    solved = cut(cell.source, SOLUTION, stub=stub)
    source = solved.text
    if role is not None and role.is_solution and not solved.is_cut:
        source = stub
    source = visible_part(source)
    if role is not None and role.is_test and cell.source.strip() and not source.strip():
        source = ALL_HIDDEN
    return replace(cell, source=source, metadata=_released_metadata(cell))


def _released_metadata(cell: Cell) -> Mapping[str, Any]:
    kept = {key: value for key, value in cell.metadata.items() if key != "garrigue"}
    if cell.role is not None and cell.role.is_locked:
        kept |= {"editable": False, "deletable": False}
    elif cell.role is not None:
        kept |= {"deletable": False}
    return kept
