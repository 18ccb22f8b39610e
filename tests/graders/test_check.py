"""Authors' proof in real rooms: weak and broken assignments are named, sound ones are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from graders.assignments import find_assignment
from graders.checking.check import CheckSettings, check_assignment
from graders.checking.findings import CheckReport, github_lines, text_lines
from graders.engine import Engine
from graders.store import Store
from tests.graders.making import answer, checks, code, hidden, markdown, notebook, solved

pytestmark = pytest.mark.room

TRIPLE = answer("triple", f"def triple(x):\n    {solved('return 3 * x', indent=4)}")
GOOD = checks("triple-tests", "assert triple(2) == 6\nassert triple(-5) == -15", 2)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(slots=2) as engine:
        yield engine


@pytest.fixture
def checked(engine, tmp_path):
    def check(*cells, wrong=None, accepted=None, store=None, mutants=0) -> CheckReport:
        path = tmp_path / "devoir.ipynb"
        path.write_bytes(notebook(*cells, environment="base"))
        for name, entries in (("wrong", wrong), ("accepted", accepted)):
            if entries is not None:
                path.with_suffix(f".{name}.yml").write_text(yaml.safe_dump(entries))
        settings = CheckSettings(mutants=mutants, jobs=2)
        return check_assignment(find_assignment(path), engine, settings, store or Store(None))

    return check


def kinds(report: CheckReport) -> list[str]:
    return sorted({finding.kind for finding in report.findings})


class TestCheckAssignment:
    def test_finds_nothing_in_a_sound_assignment(self, checked):
        wrong = [
            {"exercise": "triple", "name": "double", "source": "def triple(x): return 2 * x"}
        ]
        report = checked(markdown("# Le triple"), TRIPLE, GOOD, wrong=wrong, mutants=60)

        assert report.findings == ()
        assert report.tried == report.caught > 8
        assert (report.exercises, report.max_points) == (1, 2)
        assert "✔" in "\n".join(text_lines(report))

    def test_names_a_solution_that_fails_its_tests(self, checked):
        report = checked(TRIPLE, checks("t", "assert triple(2) == 7, 'triple(2) vaut 7'"))
        finding = next(each for each in report.findings if each.kind == "reference")

        assert report.has_errors
        assert (finding.cell, finding.grade_id) == (2, "t")
        assert "triple(2) vaut 7" in finding.message

    def test_names_points_that_the_stub_has(self, checked):
        report = checked(TRIPLE, GOOD, checks("cadeau", "assert 1 + 1 == 2"))

        assert "released" in kinds(report)

    def test_names_a_result_that_hangs_on_chance(self, checked):
        luck = "import random\nalea = random.Random(hash('x')).random()"
        report = checked(answer("a", luck), checks("t", "assert alea < 0.5"))

        assert {"seed", "reference"} & set(kinds(report))

    def test_names_a_wrong_answer_that_has_all_points(self, checked):
        wrong = [
            {"exercise": "triple", "name": "par cœur", "source": "def triple(x): return 6"}
        ]
        report = checked(TRIPLE, checks("t", "assert triple(2) == 6"), wrong=wrong, mutants=0)

        assert kinds(report) == ["wrong-answer"]
        assert "par cœur" in report.findings[0].message

    def test_names_the_mutants_that_weak_tests_let_through(self, checked):
        weak = checks("t", "assert triple(2)")
        report = checked(TRIPLE, weak, mutants=12)
        survivors = [each for each in report.findings if each.kind == "survivor"]

        assert any("3 + x" in each.message for each in survivors)
        assert any("accepte toute valeur vraie" in each.message for each in report.findings)
        assert not report.has_errors

    def test_names_a_test_that_an_answer_which_does_nothing_passes(self, checked):
        weak = checks("faible", "assert triple(0) == 0", 1)
        report = checked(TRIPLE, GOOD, weak, mutants=12)

        assert any(
            each.kind == "weak-test"
            and each.grade_id == "faible"
            and "return 0" in each.message
            for each in report.findings
        )

    def test_takes_survivors_that_the_author_accepted(self, checked):
        cells = (TRIPLE, checks("t", "assert triple(0) == 0 and triple(1) > 1"))
        report = checked(*cells, mutants=12)
        survivors = [each for each in report.findings if each.kind == "survivor"]
        accepted = [
            {"exercise": each.exercise, "mutant": each.mutant, "reason": "équivalent"}
            for each in survivors
        ]
        report = checked(*cells, accepted=accepted, mutants=12)

        assert survivors
        assert (report.findings, report.accepted) == ((), len(survivors))

    def test_each_exercise_is_tried_without_the_others_tests(self, checked):
        double = answer("double", solved("def double(x): return triple(x) - x"))
        report = checked(
            TRIPLE, GOOD, double, checks("d", hidden("assert double(4) == 8")), mutants=4
        )

        assert {each.exercise for each in report.findings} <= {"double"}
        assert not report.has_errors

    def test_names_the_cells_of_an_unusable_notebook(self, checked):
        report = checked(TRIPLE, checks("triple", "assert True"))

        assert kinds(report) == ["format"]
        assert report.findings[0].cell == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            [{"exercise": "inconnu", "name": "n", "source": "x"}],
            [{"exercise": "triple"}],
            {"exercise": "triple"},
        ],
    )
    def test_names_a_sidecar_that_makes_no_sense(self, checked, wrong):
        report = checked(TRIPLE, GOOD, wrong=wrong)

        assert "devoir.wrong.yml" in report.findings[0].message

    def test_runs_nothing_again_when_nothing_changed(self, checked, tmp_path_factory):
        folder = tmp_path_factory.mktemp("kept")

        def kept():
            return {path: path.stat().st_mtime_ns for path in folder.iterdir()}

        first = checked(TRIPLE, GOOD, store=Store(folder))
        before = kept()
        second = checked(TRIPLE, GOOD, store=Store(folder))

        assert second.is_known
        assert second.to_record() == {**first.to_record(), "is_known": True}
        assert before == kept() != {}

    def test_points_github_at_the_cells_line(self, checked):
        report = checked(code("x = 1"), TRIPLE, checks("t", "assert triple(2) == 7"))
        (line,) = github_lines(report)

        assert line.startswith("::error file=")
        assert "cellule 3 (t)" in line
