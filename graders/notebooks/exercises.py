"""Exercises: answers with the tests that follow them, and what their author says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graders.notebooks.cells import Cell, Notebook, Role

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """The answers of one exercise, and the cells that carry its points.

    :param id: `grade_id` of the first answer; of the first graded cell without an answer.
    :param title: the author's; else the nearest heading above; else the id.
    :param answers: the cells that the learner writes in, in order.
    :param graded: the cells that carry points, in order: tests, manual answers, tasks.
    """

    id: str
    title: str
    answers: tuple[Cell, ...]
    graded: tuple[Cell, ...]
    competence: str = ""
    level: int | None = None
    hints: tuple[str, ...] = ()

    @property
    def max_points(self) -> float:
        """Points of all its graded cells."""
        return sum(cell.role.points for cell in self.graded if cell.role is not None)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the author fixes for the whole notebook; None leaves it to whoever grades.

    :param is_in_kernel: every test runs in the learner's own process, so it can be forged.
    """

    environment: str | None = None
    is_in_kernel: bool = False
    seed: int | None = None


def settings_of(notebook: Notebook) -> Settings:
    """Return what the notebook's `garrigue` metadata says."""
    said = notebook.author
    environment, seed = said.get("environment"), said.get("seed")
    return Settings(
        environment=environment if isinstance(environment, str) and environment else None,
        is_in_kernel=said.get("in_kernel") is True,
        seed=seed if type(seed) is int and 0 <= seed < 2**32 else None,
    )


def group_exercises(notebook: Notebook) -> tuple[Exercise, ...]:
    """Return the notebook's exercises in their order.

    An answer begins an exercise when the one before already has its points, and a task
    always does. Answers that no points follow are no exercise.
    """
    groups: list[tuple[str, list[Cell]]] = []
    heading = ""
    for cell in notebook.cells:
        if cell.kind == "markdown":
            heading = nearest_heading(cell.source) or heading
        role = cell.role
        if role is None or not (role.is_solution or role.is_graded):
            continue
        if not groups or _begins(role, groups[-1][1]):
            groups.append((heading, []))
        groups[-1][1].append(cell)
    exercises = (_exercise(title, cells) for title, cells in groups)
    return tuple(exercise for exercise in exercises if exercise.graded)


def nearest_heading(source: str) -> str:
    """Return the last heading of a Markdown text, empty when it has none."""
    found = _HEADING.findall(_FENCE.sub("", source))
    return re.sub(r"[*_`]", "", found[-1]).strip() if found else ""


def _begins(role: Role, cells: list[Cell]) -> bool:
    is_marked = any(cell.role and cell.role.is_graded for cell in cells)
    return role.is_task or (role.is_solution and is_marked)


def _exercise(heading: str, cells: list[Cell]) -> Exercise:
    answers = tuple(cell for cell in cells if cell.role and cell.role.is_solution)
    graded = tuple(cell for cell in cells if cell.role and cell.role.is_graded)
    said = _said(cells)
    name = (answers or graded)[0].grade_id
    title, competence, level, hints = (
        said.get(key) for key in ("title", "competence", "level", "hints")
    )
    return Exercise(
        id=name,
        title=title if isinstance(title, str) and title else heading or name,
        answers=answers,
        graded=graded,
        competence=competence if isinstance(competence, str) else "",
        level=level if type(level) is int else None,
        hints=tuple(map(str, hints)) if isinstance(hints, list) else (),
    )


def _said(cells: list[Cell]) -> Mapping[str, Any]:
    found = (cell.author.get("exercise") for cell in cells)
    return next((said for said in found if isinstance(said, Mapping)), {})
