"""Authors' notebooks that cannot be graded: the reason, and the cell."""

from __future__ import annotations

import pytest

from graders.notebooks.errors import UnusableAssignment
from graders.notebooks.read import read_notebook
from graders.notebooks.validate import find_problems, refuse_unusable
from tests.graders.making import (
    SQUARE,
    answer,
    checks,
    code,
    manual,
    markdown,
    notebook,
    role,
    task,
)

TEST = {"grade": True, "locked": True, "points": 1}
FAULTS = {
    "duplicate ids": ([checks("t", "1"), checks("t", "2")], 2, "déjà pris par la cellule 1"),
    "blank id": ([checks(" ", "1")], 1, "manque ou est vide"),
    "no id": ([code("1", nbgrader=TEST | {"solution": False, "schema_version": 3})], 1, "vide"),
    "blank points": ([checks("t", "1", "")], 1, "les points manquent"),
    "points as a text": ([checks("t", "1", "2")], 1, "pas un nombre"),
    "points are NaN": ([checks("t", "1", float("inf"))], 1, "les points manquent"),
    "negative points": ([checks("t", "1", -1)], 1, "positif"),
    "missing flags": (
        [code("1", nbgrader={"grade": True, "points": 1, "grade_id": "t"})],
        1,
        "solution",
    ),
    "a flag that is no flag": (
        [code("1", **role("t", **TEST, solution="yes"))],
        1,
        "vrai ou faux",
    ),
    "old schema": ([code("1", **role("t", **TEST, schema_version=1))], 1, "import nbgrader"),
    "unknown schema": ([code("1", **role("t", **TEST, schema_version=9))], 1, "inconnu"),
    "metadata is a list": ([checks("t", "1"), code("1", nbgrader=[1])], 2, "pas un objet"),
    "markdown tests": ([markdown("1", **role("t", **TEST))], 1, "aussi être une réponse"),
    "markdown answer without points": (
        [checks("t", "1"), markdown("x", **role("a", solution=True))],
        2,
        "réponse",
    ),
    "a task as code": ([code("1", **role("t", task=True, points=1))], 1, "Markdown"),
    "a raw cell": (
        [{"cell_type": "raw", "source": "", "metadata": role("t", **TEST)}],
        1,
        "brute",
    ),
    "a solution elsewhere": (
        [checks("t", "### BEGIN SOLUTION\n### END SOLUTION")],
        1,
        "n’est pas une cellule de réponse",
    ),
    "an open region": (
        [checks("t", "### BEGIN HIDDEN TESTS\nx")],
        1,
        "END HIDDEN TESTS",
    ),
    "nothing to grade": ([answer("a", "x")], 0, "aucune cellule"),
}


class TestFindProblems:
    @pytest.mark.parametrize("name", FAULTS)
    def test_names_the_reason_and_the_cell(self, name):
        cells, number, said = FAULTS[name]
        problems = find_problems(read_notebook(notebook(*cells)))

        assert any(problem.cell == number and said in problem.reason for problem in problems)

    def test_finds_nothing_in_a_sound_assignment(self):
        cells = (*SQUARE, manual("m", "texte"), task("k", "tâche"), code("x", nbgrader={}))

        assert find_problems(read_notebook(notebook(*cells))) == ()

    def test_refuses_with_every_problem_at_once(self):
        with pytest.raises(UnusableAssignment, match=r"cellule 1 \(t\).*cellule 2 \(t\)"):
            refuse_unusable(read_notebook(notebook(checks("t", "1", -1), checks("t", "2"))))
