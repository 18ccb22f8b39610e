"""Wrong answers made from right ones: all different, all Python, none outside the solution."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from graders.checking.mutate import mutants
from tests.graders.making import solved

MEAN = f'''def moyenne(xs, seuil=0):
    """La moyenne, arrondie."""
    {
    solved(
        """gardes = [x for x in xs if x > seuil]
    if not gardes:
        raise ValueError("rien à moyenner")
    total = 0
    for i in range(len(gardes)):
        total += gardes[i]
    return round(total / len(gardes), 2)""",
        indent=4,
    )
}
'''

CHANGES = {
    "x > seuil": "x >= seuil",
    "total / len(gardes)": "total // len(gardes)",
    "not gardes": "gardes",
    "total = 0": "total = 1",
    "range(len(gardes))": "range(len(gardes) - 1)",
    "round(total / len(gardes), 2)": "return total / len(gardes)",
    "raise": "pass",
    "+= gardes[i]": "-= gardes[i]",
    "if x > seuil": "[x for x in xs]",
}


class TestMutants:
    @pytest.mark.parametrize("change", CHANGES)
    def test_makes_the_small_changes_that_learners_make(self, change):
        assert any(CHANGES[change] in mutant.source for mutant in mutants(MEAN))

    @pytest.mark.parametrize("body", ["return None", "return 0", "return []", "return xs"])
    def test_makes_answers_that_do_nothing(self, body):
        assert any(mutant.after == body for mutant in mutants(MEAN))

    def test_each_is_python_and_unlike_the_others(self):
        made = mutants(MEAN)

        assert len({ast.dump(ast.parse(mutant.source)) for mutant in made}) == len(made) > 25
        assert len({mutant.id for mutant in made}) == len(made)

    def test_leaves_alone_what_the_author_gives(self):
        made = [mutant for mutant in mutants(MEAN) if mutant.operator != "paresse"]

        assert all("seuil=0" in mutant.source for mutant in made)
        assert all("La moyenne, arrondie." in mutant.source for mutant in made)
        assert all("'rien à moyenner'" in m.source for m in made if "raise" in m.source)

    def test_names_stay_when_other_lines_change(self):
        longer = MEAN.replace("    gardes =", "    xs = list(xs)\n    gardes =")

        assert {mutant.id for mutant in mutants(MEAN)} < {m.id for m in mutants(longer)}

    def test_of_too_many_it_takes_some_of_each_kind(self):
        few = mutants(MEAN, at_most=8)

        assert len(few) == 8
        assert len({mutant.operator for mutant in few}) >= 7

    @pytest.mark.parametrize("source", ["%%bash\nls", "def f(:", "", "\0"])
    def test_makes_nothing_of_what_is_no_python(self, source):
        assert mutants(source) == ()

    @pytest.mark.parametrize("name", ["errors", "regions", "release"])
    def test_can_change_files_of_ours(self, name):
        source = Path(__file__).parents[3] / "graders" / "notebooks" / f"{name}.py"

        assert all(ast.parse(mutant.source) for mutant in mutants(source.read_text()))
