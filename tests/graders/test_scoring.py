"""Points: none without proof, never more than there are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graders.notebooks.exercises import group_exercises
from graders.notebooks.read import read_notebook
from graders.protocol import TestOutcome
from graders.scoring import PASSED, Verdict, partial, score, total_max_points, total_points
from tests.graders.making import SQUARE, manual, notebook, task

EXERCISES = group_exercises(
    read_notebook(notebook(*SQUARE, manual("avis", "texte"), task("tache", "texte")))
)
FAILED = Verdict(outcome=TestOutcome.FAILED, message="carre(3) vaut 9")


def scored(**verdicts):
    return score(EXERCISES, {name.replace("_", "-"): said for name, said in verdicts.items()})


class TestScore:
    def test_gives_all_points_to_what_passed(self):
        carre = scored(carre_tests=PASSED, carre_caches=PASSED)[0]

        assert (carre.points, carre.max_points, carre.outcome) == (5, 5, TestOutcome.PASSED)

    def test_gives_nothing_to_what_was_not_run(self):
        carre = scored(carre_tests=PASSED)[0]

        assert (carre.points, carre.outcome) == (2, TestOutcome.PARTIAL)
        assert carre.tests[1].outcome is TestOutcome.NOT_RUN

    def test_leaves_answers_and_tasks_to_a_person(self):
        _, avis, tache = results = scored(carre_tests=PASSED)

        assert (avis.outcome, tache.outcome) == (TestOutcome.MANUAL, TestOutcome.MANUAL)
        assert (total_points(results), total_max_points(results)) == (2, 9)

    def test_tells_nothing_about_a_hidden_test(self):
        hidden = Verdict(outcome=TestOutcome.FAILED, message="SECRET", traceback="SECRET")
        test = scored(carre_caches=hidden)[0].tests[1]

        assert test.is_hidden
        assert "SECRET" not in repr(test)

    def test_shows_a_visible_test_and_what_it_expected(self):
        test = scored(carre_tests=FAILED)[0].tests[0]

        assert test.source.startswith("assert carre(3)")
        assert test.message == "carre(3) vaut 9"

    def test_an_exercise_that_failed_whole_says_so(self):
        assert scored(carre_tests=FAILED, carre_caches=FAILED)[0].outcome is TestOutcome.FAILED
        assert scored()[0].outcome is TestOutcome.NOT_RUN

    @settings(deadline=None)
    @given(st.floats())
    def test_a_share_never_gives_more_than_the_points(self, share):
        carre = scored(carre_tests=partial(share))[0]

        assert 0 <= carre.points <= 2
        assert carre.points == (2 * share if 0 <= share <= 1 else 2 if share > 1 else 0)

    @settings(deadline=None)
    @given(st.floats(), st.sampled_from(TestOutcome))
    def test_no_verdict_gives_more_than_the_points(self, share, outcome):
        carre = scored(carre_tests=Verdict(outcome=outcome, share=share))[0]

        assert 0 <= carre.points <= 2
