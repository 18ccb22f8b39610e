"""Notebooks as learners hand them in: the reference's answers, and wrong ones on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from graders.notebooks.cells import Cell, Notebook, write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.regions import SOLUTION
from graders.notebooks.release import release
from lms.demo.plan import Answer

ENDLESS = "essai = 0\nwhile essai < 10:\n    print('Encore un essai', essai, end='\\r')\n\n\n"
SYNTAX = "def salutation(prenom)\n    return prenom\n"
MANY = 3


@dataclass(frozen=True, kw_only=True)
class Material:
    """What notebooks are made from.

    :param source: the author's notebook.
    :param wrong: wrong answers by the `grade_id` of the cell that they stand for.
    """

    source: Notebook
    wrong: Mapping[str, Sequence[str]]


def read_material(notebook: bytes, wrong: bytes) -> Material:
    """Return the material of an assignment: its source, and its `.wrong.yml` (may be empty)."""
    entries: list[dict[str, Any]] = yaml.safe_load(wrong) or []
    by_cell: dict[str, list[str]] = {}
    for entry in entries:
        by_cell.setdefault(entry.get("cell", entry["exercise"]), []).append(entry["source"])
    return Material(source=read_notebook(notebook), wrong=by_cell)


def notebook_with(material: Material, answer: Answer, *, variant: int) -> bytes:
    """Return a notebook with answers of that kind.

    :param variant: chooses among the wrong answers, so that two learners err differently.
    """
    cells = [cell for cell in material.source.cells if _is_answer(cell)]
    answers = {cell.grade_id: _reference(cell) for cell in cells}
    names = list(answers)
    answers |= _changes(material, answer, names, variant, answers)
    released = release(material.source)
    filled = tuple(
        cell.with_source(answers[cell.grade_id]) if cell.grade_id in answers else cell
        for cell in released.cells
    )
    return write_notebook(replace(released, cells=filled))


def _changes(
    material: Material,
    answer: Answer,
    names: list[str],
    variant: int,
    reference: Mapping[str, str],
) -> dict[str, str]:
    """Return the answers that differ from the reference, by `grade_id`."""
    stubs = {cell.grade_id: cell.source for cell in release(material.source).cells}
    last = names[-1]
    match answer:
        case Answer.RIGHT:
            return {}
        case Answer.SOME_WRONG:
            return _wrong(material, variant, 1)
        case Answer.MANY_WRONG:
            return _wrong(material, variant, MANY)
        case Answer.HALF_DONE:
            return {name: stubs[name] for name in names[len(names) // 2 :]}
        case Answer.ENDLESS:
            return {last: ENDLESS + reference[last]}
        case Answer.SYNTAX:
            return {names[0]: SYNTAX}


def _wrong(material: Material, variant: int, count: int) -> dict[str, str]:
    names = list(material.wrong)
    turned = names[variant % len(names) :] + names[: variant % len(names)]
    return {
        name: material.wrong[name][variant % len(material.wrong[name])]
        for name in turned[:count]
    }


def _is_answer(cell: Cell) -> bool:
    return cell.role is not None and cell.role.is_solution


def _reference(cell: Cell) -> str:
    marks = (f"BEGIN {SOLUTION}", f"END {SOLUTION}")
    lines = (line for line in cell.source.split("\n") if not any(m in line for m in marks))
    return "\n".join(lines)
