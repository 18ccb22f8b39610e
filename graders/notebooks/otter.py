"""otter's source notebooks (`# ASSIGNMENT CONFIG`), brought to nbgrader's metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from graders.notebooks.cells import SCHEMA_VERSION, Cell, Notebook
from graders.notebooks.errors import Problem, UnusableAssignment
from graders.notebooks.otter_cells import OtterTest, answer_source, marked_source, read_test
from graders.notebooks.read import read_notebook

_MARK = re.compile(r"^#\s*(ASSIGNMENT\s+CONFIG|(?:BEGIN|END)\s+\w+)\s*$", re.IGNORECASE)


def is_otter(notebook: Notebook) -> bool:
    """Say whether the notebook is a source for `otter assign`."""
    return any(_mark(cell) == "ASSIGNMENT CONFIG" for cell in notebook.cells)


def import_otter(data: bytes) -> Notebook:
    """Return the assignment with answers, tests and points as nbgrader marks them.

    Expected outputs become assertions, hidden tests keep hidden, a question's points are
    shared by its tests where these have none of their own.

    :raises UnreadableNotebook: if the bytes hold no notebook.
    :raises UnusableAssignment: if otter's marks make no sense; the cell is named.
    """
    notebook = read_notebook(data)
    outputs = [_output(cell) for cell in json.loads(data.decode("utf-8-sig"))["cells"]]
    if not is_otter(notebook):
        raise _unusable(
            0,
            "pas de cellule «\u00a0# ASSIGNMENT CONFIG\u00a0»\u00a0: ce n’est pas une source "
            "d’otter",
        )
    reader = _Reader()
    for number, (cell, output) in enumerate(zip(notebook.cells, outputs, strict=True), 1):
        reader.add(number, cell, output)
    reader.end(len(notebook.cells))
    kept = {key: value for key, value in notebook.metadata.items() if key != "otter"}
    return Notebook(cells=tuple(reader.cells), metadata=kept, minor=notebook.minor)


def _mark(cell: Cell) -> str:
    found = _MARK.match(cell.source.strip().split("\n", 1)[0].strip())
    return " ".join(found[1].upper().split()) if found else ""


def _unusable(cell: int, reason: str) -> UnusableAssignment:
    return UnusableAssignment([Problem(cell=cell, reason=reason)])


def _output(cell: Mapping[str, Any]) -> str:
    said = []
    for output in cell.get("outputs") or []:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        said.append("".join(text))
    return "".join(said).rstrip("\n")


@dataclass(kw_only=True)
class _Question:
    """What was read of one question so far."""

    name: str
    points: Any
    is_manual: bool
    is_all_or_nothing: bool
    answers: int = 0
    tests: list[OtterTest] = field(default_factory=list)


class _Reader:
    """Goes through otter's cells; what stands between marks decides what a cell becomes."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self._question: _Question | None = None
        self._part = ""

    def add(self, number: int, cell: Cell, output: str) -> None:
        """Take one cell."""
        mark = _mark(cell)
        if mark.startswith(("BEGIN ", "END ")) and (cell.kind == "raw" or not _is_code(cell)):
            self._take_mark(number, mark, cell)
        elif mark == "ASSIGNMENT CONFIG" or self._part == "PROMPT":
            return
        elif self._part == "TESTS" and self._question is not None:
            if cell.kind == "code" and cell.source.strip():
                self._question.tests.append(read_test(cell.source, output))
        elif self._part == "SOLUTION" and self._question is not None:
            self.cells.append(_answer(cell, self._question))
        else:
            self.cells.append(cell)

    def end(self, number: int) -> None:
        """Refuse a notebook that ends inside a question."""
        if self._question is not None or self._part:
            raise _unusable(
                number, "la dernière question n’a pas de «\u00a0# END QUESTION\u00a0»"
            )

    def _take_mark(self, number: int, mark: str, cell: Cell) -> None:
        side, what = mark.split()
        if what == "QUESTION":
            self._take_question(number, side, cell)
        elif side == "BEGIN":
            if self._part:
                raise _unusable(
                    number, f"«\u00a0{mark}\u00a0» à l’intérieur de «\u00a0{self._part}\u00a0»"
                )
            self._part = what
        elif self._part != what:
            raise _unusable(number, f"«\u00a0{mark}\u00a0» sans «\u00a0BEGIN {what}\u00a0»")
        else:
            self._part = ""

    def _take_question(self, number: int, side: str, cell: Cell) -> None:
        if (side == "BEGIN") == (self._question is not None):
            raise _unusable(number, f"«\u00a0# {side} QUESTION\u00a0» inattendu")
        if side == "BEGIN":
            self._question = _read_question(number, cell)
            return
        assert self._question is not None
        self.cells += _tests(self._question)
        self._question = None


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and bool(cell.source.strip().partition("\n")[2])


def _read_question(number: int, cell: Cell) -> _Question:
    try:
        said = yaml.safe_load(cell.source.strip().partition("\n")[2]) or {}
    except yaml.YAMLError as error:
        raise _unusable(number, "la configuration de la question n’est pas du YAML") from error
    if not isinstance(said, dict) or not said.get("name"):
        raise _unusable(number, "la question n’a pas de nom (name)")
    return _Question(
        name=str(said["name"]),
        points=said.get("points"),
        is_manual=said.get("manual") is True,
        is_all_or_nothing=said.get("all_or_nothing") is True,
    )


def _answer(cell: Cell, question: _Question) -> Cell:
    question.answers += 1
    name = question.name if question.answers == 1 else f"{question.name}-{question.answers}"
    is_marked = question.is_manual or cell.kind == "markdown"
    if is_marked and question.answers > 1:
        return cell
    source = answer_source(cell.source) if cell.kind == "code" else cell.source
    points = _total(question) if is_marked else None
    return Cell(
        kind=cell.kind,
        source=source,
        metadata=_role(name, is_grade=is_marked, is_solution=True, points=points),
        id=cell.id,
    )


def _tests(question: _Question) -> Iterator[Cell]:
    tests, shares = question.tests, _shares(question)
    if question.is_all_or_nothing and tests:
        tests, shares = [_joined(tests)], [sum(shares)]
    for number, (test, points) in enumerate(zip(tests, shares, strict=True), 1):
        yield Cell(
            kind="code",
            source=marked_source(test),
            metadata=_role(
                f"{question.name}-test-{number}",
                is_grade=True,
                is_solution=False,
                points=points,
            ),
        )


def _joined(tests: Sequence[OtterTest]) -> OtterTest:
    return OtterTest(
        source="\n".join(marked_source(test) for test in tests), is_hidden=False, points=None
    )


def _total(question: _Question) -> float:
    return float(question.points) if isinstance(question.points, int | float) else 1.0


def _shares(question: _Question) -> list[float]:
    """Return each test's points: its own, the list's, or its part of what is left."""
    said, tests = question.points, question.tests
    if isinstance(said, list) and len(said) == len(tests):
        return [float(points) for points in said]
    if isinstance(said, dict):
        return [float(said.get("each", 1))] * len(tests)
    own = [test.points for test in tests]
    open_tests = own.count(None)
    if said is None and open_tests < len(own):
        total = sum(points for points in own if points is not None)
    else:
        total = _total(question)
    left = max(0.0, total - sum(points for points in own if points is not None))
    return [left / open_tests if points is None else points for points in own]


def _role(
    name: str, *, is_grade: bool, is_solution: bool, points: float | None
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "grade": is_grade,
        "grade_id": name,
        "locked": is_grade and not is_solution,
        "schema_version": SCHEMA_VERSION,
        "solution": is_solution,
        "task": False,
    }
    if is_grade:
        said["points"] = points
    return {"nbgrader": said}
