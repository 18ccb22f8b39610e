"""The learners' form: nothing that only authors may know is left in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.regions import HIDDEN_TESTS, SOLUTION, cut, is_hidden_line
from graders.notebooks.release import ALL_HIDDEN, NBGRADER, release
from tests.graders.making import SQUARE, answer, checks, manual, markdown, notebook, task


def released(*cells, **garrigue):
    return release(read_notebook(notebook(*cells, **garrigue)))


class TestRelease:
    def test_puts_a_stub_where_the_solution_was(self):
        assert released(*SQUARE).cells[1].source == (
            "def carre(x):\n    # Écrivez votre code ici\n    raise NotImplementedError()"
        )

    def test_replaces_an_unmarked_answer_whole(self):
        assert released(answer("a", "x = 1")).cells[0].source.startswith("# Écrivez")
        assert released(manual("m", "Le texte")).cells[0].source == "Écrivez votre réponse ici."

    def test_can_speak_as_nbgrader_does(self):
        read = read_notebook(notebook(answer("a", "x = 1")))

        assert release(read, NBGRADER).cells[0].source.startswith("# YOUR CODE HERE")

    def test_cuts_hidden_tests_and_marking_schemes(self):
        mixed = "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS"
        scheme = "Faites\n=== BEGIN MARK SCHEME ===\n2 points\n=== END MARK SCHEME ==="
        cells = released(checks("t", mixed), task("k", scheme)).cells

        assert [cell.source for cell in cells] == ["assert f(1)", "Faites"]

    def test_says_that_tests_are_hidden_rather_than_showing_an_empty_cell(self):
        assert released(*SQUARE).cells[3].source == ALL_HIDDEN

    def test_leaves_no_word_of_the_author_in_metadata(self):
        secret = answer("a", "x = 1", exercise={"title": "T", "hints": ["SECRET"]})
        form = released(secret, seed=7, environment="data")

        assert b"SECRET" not in write_notebook(form)
        assert b"seed" not in write_notebook(form)

    def test_locks_what_is_not_the_learners(self):
        cells = released(*SQUARE, markdown("fin")).cells

        assert cells[2].metadata["editable"] is False
        assert "editable" not in cells[1].metadata
        assert dict(cells[4].metadata) == {}


LINES = st.lists(
    st.sampled_from(
        ["x = 1", "  y", "### BEGIN SOLUTION", "### END SOLUTION", "### BEGIN HIDDEN TESTS",
         "### END HIDDEN TESTS", ""]
    )
)  # fmt: skip


class TestCut:
    @settings(deadline=None)
    @given(LINES)
    def test_a_cut_text_has_no_marks_left(self, lines):
        found = cut("\n".join(lines), SOLUTION, stub="s")

        assert "SOLUTION" not in found.text
        assert len(found.lines) == len(found.text.split("\n")) or not found.text

    @settings(deadline=None)
    @given(LINES)
    def test_a_text_with_one_mark_too_many_has_a_fault(self, lines):
        begins, ends = lines.count("### BEGIN SOLUTION"), lines.count("### END SOLUTION")

        if begins != ends:
            assert cut("\n".join(lines), SOLUTION).fault

    def test_knows_which_lines_are_hidden(self):
        text = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"

        assert [is_hidden_line(text, number) for number in (1, 3, 5)] == [False, True, False]
        assert cut(text, HIDDEN_TESTS).text == "a\nc"
