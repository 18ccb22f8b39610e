"""Notebooks with nbgrader's older metadata, brought to schema 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graders.notebooks.cells import SCHEMA_VERSION, Cell, Notebook

KEPT = ("grade", "solution", "locked", "task", "grade_id", "points", "schema_version",
        "cell_type", "checksum")  # fmt: skip


def upgrade(notebook: Notebook) -> Notebook:
    """Return the notebook with schema 3 on every cell that has a part.

    As nbgrader does it: missing flags are false, missing, blank or negative points are 0. What
    has another fault is left as it is, for `find_problems` to name.
    """
    return replace(notebook, cells=tuple(map(_upgraded, notebook.cells)))


def _upgraded(cell: Cell) -> Cell:
    said = cell.metadata.get("nbgrader")
    if not isinstance(said, Mapping):
        return cell
    version = said.get("schema_version", 0)
    if type(version) is not int or not 0 <= version <= SCHEMA_VERSION:
        return cell
    others = {key: value for key, value in cell.metadata.items() if key != "nbgrader"}
    if not any(said.get(flag) for flag in ("grade", "solution", "locked", "task")):
        return replace(cell, metadata=others)
    return replace(cell, metadata=others | {"nbgrader": _schema_3(said, version)})


def _schema_3(said: Mapping[str, Any], version: int) -> dict[str, Any]:
    kept = {key: value for key, value in said.items() if key in KEPT}
    for flag in ("grade", "solution", "locked", "task"):
        kept.setdefault(flag, False)
    kept["schema_version"] = SCHEMA_VERSION
    if version == 0:
        kept.pop("points", None)
        if kept["grade"]:
            kept["points"] = _points(said.get("points", 0))
    return kept


def _points(said: object) -> object:
    if said == "":
        return 0.0
    try:
        return max(0.0, float(str(said)))
    except ValueError:
        return said
