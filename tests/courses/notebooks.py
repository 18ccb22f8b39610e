"""The course's graded notebooks as the tests see them: cells, variants of answers, and runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

COURSE = Path(__file__).parents[2] / "courses" / "developpeur-data-ia"
RUNNER = Path(__file__).with_name("run_cells.py")
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION$", re.DOTALL | re.MULTILINE
)
RUN_TIMEOUT_S = 120


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One solution cell with the test cells that follow it.

    :param tests: points of each test cell, by its `grade_id`.
    """

    id: str
    metadata: Mapping[str, Any]
    tests: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A source notebook."""

    path: Path
    content: Mapping[str, Any]

    @property
    def cells(self) -> list[dict[str, Any]]:
        """All cells, in order."""
        return list(self.content["cells"])

    @property
    def exercises(self) -> dict[str, Exercise]:
        """The exercises, by the `grade_id` of their solution cell."""
        found: dict[str, tuple[dict[str, Any], dict[str, float]]] = {}
        current = ""
        for cell in self.cells:
            mark = _mark(cell)
            if mark.get("solution"):
                current = mark["grade_id"]
                found[current] = (cell["metadata"], {})
            elif mark.get("grade"):
                found[current][1][mark["grade_id"]] = mark["points"]
        return {
            id: Exercise(id=id, metadata=metadata, tests=tests)
            for id, (metadata, tests) in found.items()
        }

    @property
    def wrong(self) -> list[dict[str, str]]:
        """Recorded wrong answers: exercise, name, source."""
        listed: list[dict[str, str]] = yaml.safe_load(
            self.path.with_suffix(".wrong.yml").read_text(encoding="utf-8")
        )
        return listed

    @property
    def prose(self) -> list[str]:
        """What people read: Markdown cells, titles and hints of the exercises."""
        said = [ex.metadata["garrigue"]["exercise"] for ex in self.exercises.values()]
        texts = [text for one in said for text in (one["title"], *one["hints"])]
        return texts + [_source(c) for c in self.cells if c["cell_type"] == "markdown"]

    def released(self) -> dict[str, str]:
        """Return the sources of the solution cells as learners receive them."""
        return {
            _grade_id(cell): SOLUTION.sub(r"\1raise NotImplementedError()", _source(cell))
            for cell in self.cells
            if _mark(cell).get("solution")
        }

    def run(self, variants: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        """Run the notebook once for each variant, in one process of its own.

        :param variants: by name, the solution cells to replace: `grade_id` to source.
        :return: by name, the error of each test cell; an empty text when it passed.
        """
        cells = [
            {
                "id": _grade_id(cell) or cell["id"],
                "source": _source(cell),
                "is_test": bool(_mark(cell).get("grade")),
            }
            for cell in self.cells
            if cell["cell_type"] == "code"
        ]
        done = subprocess.run(
            [sys.executable, "-I", str(RUNNER), str(COURSE / "data")],
            input=json.dumps({"cells": cells, "variants": variants}),
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=True,
        )
        results: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
        return results


def read(path: Path) -> Graded:
    """Read one source notebook."""
    return Graded(path=path, content=json.loads(path.read_text(encoding="utf-8")))


def all_paths() -> list[Path]:
    """Return the path of every graded notebook of the course."""
    return sorted(COURSE.glob("*/*.ipynb"))


def _mark(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    mark: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return mark


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(_mark(cell).get("grade_id", ""))


def _source(cell: Mapping[str, Any]) -> str:
    """Return a cell's text; nbformat keeps it as a list of lines."""
    return "".join(cell["source"])
