"""nbgrader's `### AUTOTEST` lines, made into tests from what the reference solution gives."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from graders.notebooks.cells import Cell, Notebook, is_skipped
from graders.notebooks.errors import Problem, UnusableAssignment

TEMPLATE_FILES = ("autotests.yml", "tests.yml")
MARK = "AUTOTEST"
HASHED = "HASHED"

Evaluate = Callable[[str], str]
"""Runs code after the code before it; returns the last line's value as text, or nothing."""

_SLOT = re.compile(r"\{\{\s*(snippet|value|message|salt)\s*\}\}")


@dataclass(frozen=True, kw_only=True)
class Templates:
    """How a language's tests are written: nbgrader's `autotests.yml`, one kernel's part."""

    tests: Mapping[str, Sequence[tuple[str, str]]]
    dispatch: str
    normalize: str
    check: str
    hashed: str | None = None
    success: str | None = None
    setup: str | None = None


def has_autotests(notebook: Notebook) -> bool:
    """Say whether any cell has a line that must be made into tests."""
    return any(
        cell.kind == "code" and any(map(_is_mark, cell.source.split("\n")))
        for cell in notebook.cells
    )


def _is_mark(line: str) -> bool:
    return line.lstrip().startswith("#") and MARK in line


def read_templates(text: bytes, kernel: str) -> Templates:
    """Return the templates for a kernel (`python3`).

    :raises UnusableAssignment: if the file is not one of nbgrader's.
    """
    try:
        said = yaml.safe_load(text)
        part = said.get(kernel) or said["python3"]
        return Templates(
            tests={
                str(name): [(str(test["test"]), str(test["fail"])) for test in tests]
                for name, tests in part["templates"].items()
            },
            dispatch=str(part["dispatch"]),
            normalize=str(part["normalize"]),
            check=str(part["check"]),
            hashed=part.get("hash"),
            success=part.get("success"),
            setup=part.get("setup"),
        )
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unusable(f"le fichier autotests.yml est inutilisable ({error!r})") from error


def _unusable(reason: str, cell: int = 0, grade_id: str = "") -> UnusableAssignment:
    return UnusableAssignment([Problem(cell=cell, reason=reason, grade_id=grade_id)])


def instantiate(notebook: Notebook, templates: Templates, evaluate: Evaluate) -> Notebook:
    """Return the notebook with each AUTOTEST line made into assertions.

    :param evaluate: runs the author's cells, so that values come from the solution.
    :raises UnusableAssignment: if a line stands outside a test cell, or asks for a hash that
        the templates cannot make.
    """
    return replace(
        notebook,
        cells=tuple(
            _instantiated(cell, index, templates, evaluate)
            for index, cell in enumerate(notebook.cells)
        ),
    )


def _instantiated(cell: Cell, index: int, templates: Templates, evaluate: Evaluate) -> Cell:
    if cell.kind != "code" or not cell.source:
        return cell
    lines = cell.source.split("\n")
    if not any(map(_is_mark, lines)):
        if not is_skipped(cell):
            evaluate(cell.source)
        return cell
    if cell.role is None or not cell.role.is_grade:
        raise _unusable(
            "une ligne AUTOTEST hors d’une cellule de tests", index + 1, cell.grade_id
        )
    writer = _Writer(cell, index, templates, evaluate)
    for line in lines:
        writer.add(line)
    return cell.with_source(writer.finished())


class _Writer:
    """Writes one cell's tests, running the code between them as it goes."""

    def __init__(
        self, cell: Cell, index: int, templates: Templates, evaluate: Evaluate
    ) -> None:
        self._cell = cell
        self._index = index
        self._templates = templates
        self._evaluate = evaluate
        self._written: list[str] = []
        self._waiting: list[str] = []
        self._has_setup = False
        # As nbgrader's: the same release each time, another salt for each line.
        seed = hashlib.sha256(f"{cell.source}{index}".encode()).hexdigest()
        self._salt = int(seed, 16) % 10**6

    def add(self, line: str) -> None:
        """Take one line of the cell."""
        if not _is_mark(line):
            self._written.append(line)
            self._waiting.append(line)
            return
        self._run_waiting()
        if self._templates.setup and not self._has_setup:
            self._has_setup = True
            self._written.append(self._templates.setup)
            self._evaluate(self._templates.setup)
        before, _, after = line.partition(MARK)
        for snippet in filter(None, map(str.strip, after.strip(";").split(";"))):
            self._written += self._tests_for(snippet, is_hashed=HASHED in before)
        self._written.append("")

    def finished(self) -> str:
        """Return the cell's new text."""
        if self._templates.success:
            self._written.append(self._templates.success)
        self._run_waiting()
        return "\n".join(self._written)

    def _run_waiting(self) -> None:
        if self._waiting:
            self._evaluate("\n".join(self._waiting))
        self._waiting = []

    def _tests_for(self, snippet: str, *, is_hashed: bool) -> list[str]:
        wrap = _fill(self._templates.normalize, snippet="{{snippet}}")
        if is_hashed:
            wrap = self._hashed(wrap)
        kind = _bare(self._evaluate(_fill(self._templates.dispatch, snippet=snippet)))
        return [
            self._test(wrap, test, message, snippet)
            for test, message in self._templates_for(kind)
        ]

    def _hashed(self, normalized: str) -> str:
        if not self._templates.hashed:
            reason = (
                "une ligne HASHED AUTOTEST, mais autotests.yml n’a pas de «\u00a0hash\u00a0»"
            )
            raise _unusable(reason, self._index + 1, self._cell.grade_id)
        self._salt += 1
        salt = hex(self._salt)[2:]
        return _fill(self._templates.hashed, snippet=normalized, salt=salt)

    def _templates_for(self, kind: str) -> Sequence[tuple[str, str]]:
        tests = self._templates.tests
        if kind not in tests and "default" not in tests:
            raise _unusable(
                f"autotests.yml n’a de tests ni pour {kind} ni «\u00a0default\u00a0»"
            )
        return tests.get(kind, tests.get("default", ()))

    def _test(self, wrap: str, test: str, message: str, snippet: str) -> str:
        code = _fill(_fill(wrap, snippet=test), snippet=snippet)
        return _fill(
            self._templates.check,
            snippet=code,
            value=_bare(self._evaluate(code)),
            message=_fill(message, snippet=snippet).replace('"', '\\"'),
        )


def _fill(template: str, **words: Any) -> str:
    """Put words into a template's slots; a template of ours runs no code, unlike Jinja's."""
    return _SLOT.sub(lambda slot: words.get(slot[1], slot[0]), template)


def _bare(value: str) -> str:
    return value.strip('"').strip("'")
