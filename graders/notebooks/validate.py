"""What makes an author's notebook unfit for grading, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from graders.notebooks.cells import SCHEMA_VERSION, Cell, Notebook
from graders.notebooks.errors import Problem, UnusableAssignment
from graders.notebooks.regions import REGIONS, SOLUTION, cut

FLAGS = ("grade", "solution", "locked", "task")


def refuse_unusable(notebook: Notebook) -> None:
    """Do nothing for a notebook that can be graded.

    :raises UnusableAssignment: with every problem found.
    """
    if problems := find_problems(notebook):
        raise UnusableAssignment(problems)


def find_problems(notebook: Notebook) -> tuple[Problem, ...]:
    """Return what keeps the notebook from being graded; nothing when it is usable."""
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, 1):
        reasons = list(_faults(cell))
        name = cell.grade_id
        if cell.role is not None and name in places:
            reasons.append(f"identifiant déjà pris par la cellule {places[name]}")
        elif cell.role is not None and name:
            places[name] = number
        problems += [Problem(cell=number, reason=why, grade_id=name) for why in reasons]
    if not any(cell.role and cell.role.is_graded for cell in notebook.cells):
        problems.append(Problem(cell=0, reason="aucune cellule n’est notée"))
    return tuple(problems)


def _faults(cell: Cell) -> Iterator[str]:
    yield from _region_faults(cell)
    said = cell.metadata.get("nbgrader")
    if said is None or said == {}:
        return
    if not isinstance(said, Mapping):
        yield "les métadonnées «\u00a0nbgrader\u00a0» ne sont pas un objet"
        return
    yield from _flag_faults(said)
    if cell.role is None:
        return
    yield from _schema_faults(said)
    if not cell.grade_id.strip():
        yield "l’identifiant (grade_id) manque ou est vide"
    if cell.role.is_graded:
        yield from _points_faults(said.get("points"))
    yield from _kind_faults(cell)


def _region_faults(cell: Cell) -> Iterator[str]:
    for region in REGIONS:
        found = cut(cell.source, region)
        if found.fault:
            yield found.fault
        if region == SOLUTION and found.is_cut and not (cell.role and cell.role.is_solution):
            yield "une solution dans une cellule qui n’est pas une cellule de réponse"


def _flag_faults(said: Mapping[str, Any]) -> Iterator[str]:
    for flag in FLAGS:
        if not isinstance(said.get(flag, False), bool):
            yield f"«\u00a0{flag}\u00a0» doit être vrai ou faux"
    for flag in FLAGS[:3]:
        if flag not in said:
            yield f"la métadonnée «\u00a0{flag}\u00a0» manque"


def _schema_faults(said: Mapping[str, Any]) -> Iterator[str]:
    version = said.get("schema_version", 0)
    if version == SCHEMA_VERSION:
        return
    if type(version) is int and 0 <= version < SCHEMA_VERSION:
        yield (
            f"ancien schéma nbgrader ({version})\u00a0: convertissez le carnet avec "
            "«\u00a0garrigue import nbgrader\u00a0»"
        )
    else:
        yield f"schéma nbgrader inconnu ({version!r:.20})"


def _points_faults(points: object) -> Iterator[str]:
    if points is None or points == "":
        yield "les points manquent"
    elif isinstance(points, bool) or not isinstance(points, int | float):
        yield "les points ne sont pas un nombre"
    elif not 0 <= points <= 1_000_000 or math.isnan(points):
        yield "les points doivent être un nombre positif ou nul"


def _kind_faults(cell: Cell) -> Iterator[str]:
    role = cell.role
    assert role is not None
    if role.is_task:
        if cell.kind != "markdown":
            yield "une tâche doit être une cellule Markdown"
    elif cell.kind == "raw":
        yield "une cellule brute (raw) ne peut être ni notée ni verrouillée"
    elif cell.kind == "markdown" and role.is_grade != role.is_solution:
        yield "une cellule Markdown notée doit aussi être une réponse, et inversement"
