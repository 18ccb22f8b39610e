"""`garrigue check`: for a notebook or a course, for people and for programs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from lms.cli.check import check
from tests.graders.making import SQUARE, answer, checks, notebook

pytestmark = pytest.mark.room

BROKEN = (answer("a", "x = 1"), checks("a-tests", "assert x == 2"))


@pytest.fixture
def course(tmp_path, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    (tmp_path / "un.ipynb").write_bytes(notebook(*SQUARE, environment="base"))
    (tmp_path / "deux.ipynb").write_bytes(notebook(*BROKEN, environment="base"))
    (tmp_path / "course.yml").write_text(
        "title: Essai\nmodules:\n  m:\n    assignments:\n"
        "      un: {notebook: un.ipynb}\n      deux: {notebook: deux.ipynb}\n"
    )
    return tmp_path


def run(target, *words: str) -> Result:
    return CliRunner().invoke(check, [str(target), "--again", "--mutants", "2", *words])


class TestCheck:
    def test_passes_a_sound_notebook(self, course):
        result = run(course / "un.ipynb")

        assert result.exit_code == 0
        assert "un\u00a0: 1 exercices, 5 points" in result.stdout

    def test_reports_on_each_assignment_of_a_course(self, course):
        result = run(course, "--json")
        one, two = map(json.loads, result.stdout.splitlines())

        assert result.exit_code == 1
        assert (one["assignment"], one["findings"]) == ("un", [])
        assert "reference" in {finding["kind"] for finding in two["findings"]}

    def test_annotates_for_github(self, course):
        result = run(course / "deux.ipynb", "--github")

        assert result.stdout.startswith("::error file=")

    def test_strict_takes_warnings_for_errors(self, course):
        weak = (SQUARE[0], SQUARE[1], checks("t", "assert carre(3)"), *SQUARE[2:])
        (course / "un.ipynb").write_bytes(notebook(*weak, environment="base"))

        assert run(course / "un.ipynb").exit_code == 0
        assert run(course / "un.ipynb", "--strict").exit_code == 1

    @pytest.mark.parametrize("sidecar", ["", "modules: 3", "a: [", "title: x"])
    def test_refuses_a_course_without_assignments(self, course, sidecar):
        (course / "course.yml").write_text(sidecar)
        result = run(course)

        assert result.exit_code == 2
        assert "Traceback" not in result.output
