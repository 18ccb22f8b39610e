"""Notebooks that nbgrader ships, old and broken: upgraded, or refused with reason and cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.notebooks.read import read_notebook
from graders.notebooks.upgrade import upgrade
from graders.notebooks.validate import find_problems

NOTEBOOKS = Path(__file__).with_name("notebooks")
REFUSED = {
    "bad-markdown-cell-1": (1, "aussi être une réponse"),
    "bad-markdown-cell-2": (1, "manque ou est vide"),
    "blank-grade-id": (1, "manque ou est vide"),
    "blank-points": (1, "les points manquent"),
    "duplicate-grade-ids": (2, "déjà pris par la cellule 1"),
    "test-no-metadata": (3, "n’est pas une cellule de réponse"),
    "test-v0-invalid": (17, "manque ou est vide"),
    "too-new": (1, "schéma nbgrader inconnu (10)"),
}


def read(name: str):
    return read_notebook((NOTEBOOKS / f"{name}.ipynb").read_bytes())


class TestUpgrade:
    @pytest.mark.parametrize("version", [0, 1, 2])
    def test_brings_older_schemas_to_the_third(self, version):
        old = read(f"test-v{version}")
        new = upgrade(old)

        assert all(problem.cell for problem in find_problems(old))
        assert any("garrigue import nbgrader" in str(problem) for problem in find_problems(old))
        assert find_problems(new) == ()
        assert [cell.source for cell in new.cells] == [cell.source for cell in old.cells]
        assert sum(cell.role.points for cell in new.cells if cell.role) > 0

    @pytest.mark.parametrize("name", REFUSED)
    def test_leaves_what_is_broken_to_be_refused(self, name):
        number, reason = REFUSED[name]
        problems = find_problems(upgrade(read(name)))

        assert any(each.cell == number and reason in each.reason for each in problems)
