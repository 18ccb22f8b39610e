"""otter's source notebooks, read as ours: answers, tests and points in their places."""

from __future__ import annotations

import json

import pytest

from graders.notebooks.errors import UnusableAssignment
from graders.notebooks.exercises import group_exercises
from graders.notebooks.otter import import_otter
from graders.notebooks.otter_cells import answer_source, read_test
from graders.notebooks.release import release
from graders.notebooks.validate import find_problems
from tests.graders.making import code, markdown, notebook


def raw(source: str) -> dict:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def shown(source: str, text: str) -> dict:
    output = {"output_type": "execute_result", "data": {"text/plain": [text]}, "metadata": {}}
    return code(source) | {"outputs": [output]}


def question(config: str, *tests: dict, answer: dict | None = None) -> list[dict]:
    return [
        raw(f"# BEGIN QUESTION\n{config}"),
        markdown("**Question.** Écrivez `carre`."),
        raw("# BEGIN SOLUTION"),
        answer or code("def carre(x):\n    return x * x # SOLUTION"),
        raw("# END SOLUTION"),
        raw("# BEGIN TESTS"),
        *tests,
        raw("# END TESTS"),
        raw("# END QUESTION"),
    ]


CONFIG = raw("# ASSIGNMENT CONFIG\nname: lab01\n")
VISIBLE = shown("carre(3)", "9")
HIDING = '""" # BEGIN TEST CONFIG\nhidden: true\npoints: 3\n""" # END TEST CONFIG'
HIDDEN = shown(f"{HIDING}\ncarre(4)", "16")


def imported(*cells: dict):
    return import_otter(notebook(CONFIG, *cells))


class TestImportOtter:
    def test_makes_an_assignment_that_can_be_graded(self):
        found = imported(*question("name: q1\npoints: 4", VISIBLE, HIDDEN))
        (exercise,) = group_exercises(found)

        assert find_problems(found) == ()
        assert (exercise.id, exercise.max_points) == ("q1", 4)
        assert [cell.role.points for cell in exercise.graded if cell.role] == [1, 3]
        assert [cell.kind for cell in found.cells] == ["markdown", "code", "code", "code"]

    def test_expected_outputs_become_assertions(self):
        cells = imported(*question("name: q1", VISIBLE, HIDDEN)).cells

        assert cells[2].source == "assert carre(3) == 9" or "(carre(3)) == 9" in cells[2].source
        assert "BEGIN HIDDEN TESTS" in cells[3].source

    def test_the_released_form_has_no_solution(self):
        released = release(imported(*question("name: q1", VISIBLE)))

        assert "x * x" not in json.dumps([cell.source for cell in released.cells])
        assert "def carre(x):" in released.cells[1].source

    def test_shares_points_as_otter_does(self):
        def shares(config):
            (exercise,) = group_exercises(imported(*question(config, VISIBLE, VISIBLE)))
            return [cell.role.points for cell in exercise.graded if cell.role]

        assert shares("name: q") == [0.5, 0.5]
        assert shares("name: q\npoints: 4") == [2, 2]
        assert shares("name: q\npoints: {each: 3}") == [3, 3]
        assert shares("name: q\npoints: [1, 2]") == [1, 2]
        assert shares("name: q\npoints: 4\nall_or_nothing: true") == [4]

    def test_manual_questions_wait_for_a_person(self):
        answer = markdown("Parce que.")
        found = imported(*question("name: q\nmanual: true\npoints: 2", answer=answer))
        (exercise,) = group_exercises(found)

        assert [(cell.role.is_manual, cell.role.points) for cell in exercise.graded] == [
            (True, 2)
        ]

    @pytest.mark.parametrize(
        ("cells", "number"),
        [
            ([raw("# END QUESTION")], 2),
            ([raw("# BEGIN QUESTION\nname: q")], 2),
            ([raw("# BEGIN QUESTION\npoints: 2")], 2),
            ([raw("# BEGIN QUESTION\nname: [")], 2),
            ([raw("# BEGIN QUESTION\nname: q"), raw("# END TESTS")], 3),
        ],
    )
    def test_refuses_marks_that_make_no_sense(self, cells, number):
        with pytest.raises(UnusableAssignment) as refusal:
            imported(*cells)

        assert refusal.value.problems[0].cell == number

    def test_refuses_what_is_no_otter_source(self):
        with pytest.raises(UnusableAssignment, match="ASSIGNMENT CONFIG"):
            import_otter(notebook(code("x = 1")))


class TestAnswerSource:
    def test_marks_the_lines_of_a_solution(self):
        source = "def f(x):\n    a = x # SOLUTION\n    return a # SOLUTION NO PROMPT\nf(1)"

        assert answer_source(source) == (
            "def f(x):\n    ### BEGIN SOLUTION\n    a = x\n    return a\n"
            "    ### END SOLUTION\nf(1)"
        )

    def test_keeps_blocks_and_drops_prompts(self):
        prompt = '"""  # BEGIN PROMPT\nx = ...\n""" # END PROMPT'
        source = f"{prompt}\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION"

        assert answer_source(source) == "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"


class TestReadTest:
    def test_a_hidden_comment_hides(self):
        test = read_test("# HIDDEN\nassert f(1) == 2", "")

        assert (test.is_hidden, test.source) == (True, "assert f(1) == 2")

    def test_what_is_no_literal_is_compared_as_shown(self):
        assert "repr(f(1)) == 'array([1])'" in read_test("f(1)", "array([1])").source

    def test_what_is_printed_is_compared_too(self):
        assert "shown.getvalue().strip() == 'a'" in read_test("print(f(1))", "a").source

    def test_a_test_function_is_called(self):
        assert read_test("def test_f(f, env):\n    assert f(1)", "").source.endswith(
            "test_f(f, globals())"
        )
