"""The assembled notebook: only answers are the learner's, whatever was done to the rest."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.notebooks.assemble import Frame, Origin, assemble
from graders.notebooks.cells import write_notebook
from graders.notebooks.errors import NotThisAssignment
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from tests.graders.making import SQUARE, answer, checks, code, manual, markdown, notebook

COURSE = sorted(
    (Path(__file__).parents[3] / "courses" / "developpeur-data-ia").glob("*/*.ipynb")
)
LOCKED = {
    "grade": False,
    "locked": True,
    "points": 0,
    "schema_version": 3,
    "solution": False,
    "task": False,
}

SOURCE = (
    code("import math"),
    *SQUARE,
    answer("cube", "### BEGIN SOLUTION\ndef cube(x): return x ** 3\n### END SOLUTION"),
    checks("cube-tests", "assert cube(2) == 8"),
    manual("avis", "Un avis"),
)


def handed_in(**answers: str) -> list[dict]:
    """Return the released cells, with answers by `grade_id`."""
    cells = json.loads(write_notebook(release(read_notebook(notebook(*SOURCE)))))["cells"]
    for cell in cells:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").replace("-", "_")
        cell["source"] = answers.get(name, cell["source"])
    return cells


def assembled(cells):
    return assemble(read_notebook(notebook(*SOURCE)), read_notebook(notebook(*cells)))


def running(cells) -> list[tuple[str, str]]:
    """Return origin and text of each code cell, in order."""
    return [
        (step.origin.value, step.cell.source)
        for step in assembled(cells).steps
        if step.cell.kind == "code"
    ]


MINE = "def carre(x): return x * x"


class TestAssemble:
    def test_transplants_answers_and_nothing_else(self):
        cells = handed_in(carre=MINE, carre_tests="assert True")

        assert running(cells)[:3] == [
            ("author", "import math"),
            ("answer", MINE),
            ("author", "assert carre(3) == 9, 'carre(3) vaut 9'"),
        ]

    def test_runs_extra_cells_where_they_stood(self):
        cells = handed_in(carre=MINE)
        cells.insert(3, code("aide = 1"))

        assert running(cells)[1:3] == [("answer", MINE), ("extra", "aide = 1")]

    def test_runs_an_extra_first_cell_first(self):
        assert running([code("debut = 1"), *handed_in()])[0] == ("extra", "debut = 1")

    def test_puts_deleted_cells_back(self):
        cells = [cell for cell in handed_in(carre=MINE) if "assert" not in str(cell["source"])]

        assert ("author", "assert carre(3) == 9, 'carre(3) vaut 9'") in running(cells)

    def test_a_deleted_answer_is_an_empty_one(self):
        cells = handed_in()
        del cells[2]

        assert running(cells)[1] == ("answer", "")

    def test_of_doubled_answers_the_last_written_one_counts(self):
        cells = handed_in(carre=MINE)
        stub = copy.deepcopy(handed_in()[2])
        older = {**copy.deepcopy(cells[2]), "source": "def carre(x): return 0"}
        cells[2:3] = [older, cells[2], stub]

        assert running(cells)[1:3] == [
            ("answer", MINE),
            ("extra", "def carre(x): return 0"),
        ]

    def test_a_retyped_answer_is_code_again(self):
        cells = handed_in(carre=MINE)
        cells[2] = markdown(MINE, **cells[2]["metadata"])

        assert running(cells)[1] == ("answer", MINE)

    def test_takes_metadata_from_the_author(self):
        cells = handed_in(carre=MINE)
        for cell in cells:
            cell["metadata"]["tags"] = ["skip-execution"]
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] |= {"points": 594, "grade": False, "locked": False}

        for step in assembled(cells).steps:
            assert "tags" not in step.cell.metadata
            assert step.cell.role is None or step.cell.role.points in (0, 1, 2, 3)

    def test_a_cell_that_claims_an_unknown_id_is_an_extra(self):
        cells = [*handed_in(carre=MINE), checks("inconnu", "x = 1", 100)]
        last = assembled(cells).steps[-1]

        assert (last.origin, last.cell.role) == (Origin.EXTRA, None)

    def test_answers_without_metadata_still_run_before_their_tests(self):
        cells = handed_in(carre=MINE)
        for cell in cells:
            cell["metadata"] = {}
            cell.pop("id", None)

        texts = [text for _, text in running(cells)]
        assert texts.index(MINE) < texts.index("assert carre(3) == 9, 'carre(3) vaut 9'")

    def test_an_open_cell_that_was_rewritten_runs_after_the_authors(self):
        cells = handed_in()
        cells[0] = code("import math, json") | {"id": "debut"}
        source = [code("import math") | {"id": "debut"}, *SOURCE[1:]]
        found = assemble(read_notebook(notebook(*source)), read_notebook(notebook(*cells)))

        assert [step.cell.source for step in found.steps[:2]] == [
            "import math",
            "import math, json",
        ]

    def test_refuses_another_assignment(self):
        other = [
            markdown("# Autre"),
            answer("autre", "x = 1"),
            checks("autre-tests", "assert x"),
        ]

        with pytest.raises(NotThisAssignment, match="bon fichier"):
            assembled(other)

    def test_refuses_another_assignment_whose_prose_has_the_same_names(self):
        welcome = markdown("# Bienvenue", nbgrader=LOCKED | {"grade_id": "accueil"})
        other = [
            markdown("# Autre", nbgrader=LOCKED | {"grade_id": "accueil"}),
            answer("autre", "x = 1"),
            checks("autre-tests", "assert x"),
        ]

        with pytest.raises(NotThisAssignment):
            assemble(read_notebook(notebook(welcome, *SOURCE)), read_notebook(notebook(*other)))

    def test_tells_the_notebooks_of_our_course_apart(self):
        sources = [read_notebook(path.read_bytes()) for path in COURSE]
        frames = [Frame(source) for source in sources]
        for frame, other in itertools.permutations(range(len(COURSE)), 2):
            with pytest.raises(NotThisAssignment):
                assemble(frames[frame], sources[other])

    def test_knows_a_notebook_without_answers(self):
        assert assembled(handed_in()).is_blank
        assert assembled([*handed_in(), markdown("note à moi-même")]).is_blank
        assert not assembled(handed_in(carre=MINE)).is_blank
        assert not assembled([*handed_in(), code("x = 1")]).is_blank

    def test_knows_it_in_nbgraders_words_too(self):
        stub = "def carre(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()  "
        cells = handed_in(carre=stub, cube="# YOUR CODE HERE\nraise NotImplementedError()",
                          avis="YOUR ANSWER HERE")  # fmt: skip

        assert assembled(cells).is_blank

    @settings(deadline=None)
    @given(st.data())
    def test_nothing_done_to_the_cells_changes_the_frame(self, data):
        cells = handed_in(carre=MINE)
        for _ in range(data.draw(st.integers(0, 6))):
            spot = data.draw(st.integers(0, len(cells) - 1))
            match data.draw(st.sampled_from(["delete", "double", "retype", "rewrite", "swap"])):
                case "delete" if len(cells) > 2:
                    del cells[spot]
                case "double":
                    cells.insert(spot, copy.deepcopy(cells[spot]))
                case "retype":
                    cells[spot]["cell_type"] = data.draw(
                        st.sampled_from(["code", "markdown", "raw"])
                    )
                case "rewrite":
                    cells[spot]["source"] = data.draw(st.text("ab=# \n", max_size=8))
                case "swap":
                    cells.insert(0, cells.pop(spot))
        try:
            steps = assembled(cells).steps
        except NotThisAssignment:
            return
        frame = read_notebook(notebook(*SOURCE)).cells
        kept = [step for step in steps if step.origin is not Origin.EXTRA]

        assert [step.cell.metadata for step in kept] == [cell.metadata for cell in frame]
        assert [step.cell.kind for step in kept] == [cell.kind for cell in frame]
        for step, cell in zip(kept, frame, strict=True):
            assert step.origin is Origin.ANSWER or step.cell.source == cell.source
        assert all(step.cell.role is None for step in steps if step.origin is Origin.EXTRA)
