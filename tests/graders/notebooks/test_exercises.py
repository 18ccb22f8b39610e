"""Exercises: which answers and points belong together, and what their author says."""

from __future__ import annotations

from graders.notebooks.exercises import group_exercises, nearest_heading, settings_of
from graders.notebooks.read import read_notebook
from tests.graders.making import SQUARE, answer, checks, manual, markdown, notebook, task


def grouped(*cells):
    found = group_exercises(read_notebook(notebook(*cells)))
    return [
        (exercise.id, [cell.grade_id for cell in exercise.graded], exercise.max_points)
        for exercise in found
    ]


class TestGroupExercises:
    def test_puts_tests_with_the_answer_above(self):
        assert grouped(*SQUARE) == [("carre", ["carre-tests", "carre-caches"], 5)]

    def test_takes_several_answers_before_the_first_test_together(self):
        assert grouped(answer("a", ""), answer("b", ""), checks("t", "", 1)) == [
            ("a", ["t"], 1)
        ]

    def test_begins_anew_at_the_next_answer(self):
        cells = (answer("a", ""), checks("t", ""), answer("b", ""), checks("u", ""))

        assert grouped(*cells) == [("a", ["t"], 1), ("b", ["u"], 1)]

    def test_a_test_without_answer_is_its_own_exercise(self):
        assert grouped(checks("t", "", 1)) == [("t", ["t"], 1)]

    def test_manual_answers_and_tasks_stand_alone(self):
        cells = (manual("m", ""), task("k", ""), answer("a", ""), checks("t", "", 1))

        assert grouped(*cells) == [("m", ["m"], 2), ("k", ["k"], 2), ("a", ["t"], 1)]

    def test_an_answer_without_points_is_no_exercise(self):
        assert grouped(*SQUARE, answer("libre", "")) == [
            ("carre", ["carre-tests", "carre-caches"], 5)
        ]

    def test_the_title_is_the_authors_or_the_nearest_heading(self):
        said = answer("b", "", exercise={"title": "Titre", "competence": "S1", "level": 2,
                                         "hints": ["Relisez"]})  # fmt: skip
        first, second = group_exercises(read_notebook(notebook(*SQUARE, said, checks("t", ""))))

        assert first.title == "Le carré"
        assert (second.title, second.competence, second.level) == ("Titre", "S1", 2)
        assert second.hints == ("Relisez",)

    def test_nonsense_in_metadata_is_as_good_as_nothing(self):
        nonsense = answer("a", "", exercise={"title": 3, "level": "x", "hints": "h"})
        (found,) = group_exercises(read_notebook(notebook(nonsense, checks("t", ""))))

        assert (found.title, found.level, found.hints) == ("a", None, ())


class TestNearestHeading:
    def test_takes_the_last_one_without_its_marks(self):
        assert nearest_heading("# Un\n\n## *Deux* ##\ntexte") == "Deux"

    def test_takes_no_comment_of_a_code_block(self):
        assert nearest_heading("# Un\n```python\n# pas un titre\n```") == "Un"


class TestSettingsOf:
    def test_reads_the_notebooks_metadata(self):
        read = read_notebook(notebook(markdown(""), environment="base", in_kernel=True, seed=3))

        settings = settings_of(read)
        assert (settings.environment, settings.is_in_kernel, settings.seed) == ("base", True, 3)

    def test_leaves_open_what_is_not_said(self):
        settings = settings_of(read_notebook(notebook(markdown(""), seed=-1, in_kernel="yes")))

        assert (settings.environment, settings.is_in_kernel, settings.seed) == (
            None,
            False,
            None,
        )
