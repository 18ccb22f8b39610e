"""`garrigue check`: for a notebook or a course, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graders.engine import Engine
from lms.catalogue.read import read_course
from lms.checks import find_record
from lms.cli.check import check
from tests.graders.making import SQUARE, answer, checks, notebook

pytestmark = pytest.mark.room

BROKEN = (answer("a", "x = 1"), checks("a-tests", "assert x == 2"))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Keeps its warm processes, two seeds among them, from one test to the next."""
    with Engine(slots=2) as made:
        yield made


@pytest.fixture
def warm(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check with the engine of all these tests; one of them starts the command's own."""
    monkeypatch.setattr("graders.engine.Engine", lambda slots: nullcontext(engine))


@pytest.fixture
def course(tmp_path, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    (tmp_path / "un.ipynb").write_bytes(notebook(*SQUARE, environment="base"))
    (tmp_path / "deux.ipynb").write_bytes(notebook(*BROKEN, environment="base"))
    (tmp_path / "course.yml").write_text(
        "title: Essai\nmodules:\n  m:\n    title: M\n    assignments:\n"
        "      un: {notebook: un.ipynb}\n      deux: {notebook: deux.ipynb}\n"
    )
    return tmp_path


def run(target, *words: str) -> Result:
    return CliRunner().invoke(check, [str(target), "--again", "--mutants", "2", *words])


class TestCheck:
    def test_passes_a_sound_notebook(self, course):
        result = run(course / "un.ipynb")

        assert result.exit_code == 0
        assert "un\u00a0: 1 exercice, 5 points" in result.stdout
        assert "1 carnet vérifié" in result.stderr

    @pytest.mark.usefixtures("warm")
    def test_reports_on_each_assignment_of_a_course(self, course):
        result = run(course, "--json")
        one, two = map(json.loads, result.stdout.splitlines())

        assert result.exit_code == 1
        assert (one["assignment"], one["findings"]) == ("un", [])
        assert "reference" in {finding["kind"] for finding in two["findings"]}

    @pytest.mark.usefixtures("warm")
    def test_checks_again_only_what_changed(self, course):
        words = ["--mutants", "2", "--json"]
        first = CliRunner().invoke(check, [str(course), *words])
        again = CliRunner().invoke(check, [str(course), *words])
        known = [json.loads(line) for line in again.stdout.splitlines()]

        assert [report["is_known"] for report in known] == [True, True]
        assert "2 carnets vérifiés" in again.stderr
        assert "dont 2 inchangés" in again.stderr
        for report, before in zip(known, first.stdout.splitlines(), strict=True):
            assert {**report, "is_known": False} == json.loads(before)
            assert report["took_s"] > 0

        (course / "un.wrong.yml").write_text("- {exercise: carre, name: n, source: 'x = 1'}\n")
        changed = CliRunner().invoke(check, [str(course), *words])
        reports = [json.loads(line) for line in changed.stdout.splitlines()]
        assert [report["is_known"] for report in reports] == [False, True]

    @pytest.mark.usefixtures("warm")
    def test_names_the_line_as_an_editor_opens_it(self, course):
        result = run(course / "deux.ipynb")
        [place] = {line.split()[1] for line in result.stdout.splitlines() if "✘" in line}
        path, line, _ = place.rsplit(":", 2)

        assert Path(path) == course / "deux.ipynb"
        assert '"grade_id": "a-tests"' in Path(path).read_text().split("\n")[int(line) - 1]

    @pytest.mark.usefixtures("warm")
    def test_keeps_what_it_found_for_the_site_that_is_here(self, course, monkeypatch):
        monkeypatch.setenv("GARRIGUE_INSTANCE", str(course / "instance"))
        run(course / "un.ipynb")
        assert not (course / "instance").exists()

        (course / "instance").mkdir()
        run(course / "un.ipynb")
        found = read_course(course, slug="essai")
        [declared] = [a for a in found.course.assignments if a.id == "un"]
        record = find_record(course / "instance", found.course, declared).report
        assert record["wrong_answers"]["tried"] == 2
        assert record["reference"]["points"] == 5
        assert {answer["fate"] for answer in record["answers"]} == {"caught"}

    @pytest.mark.usefixtures("warm")
    def test_annotates_for_github(self, course):
        result = run(course / "deux.ipynb", "--github")

        assert result.stdout.startswith("::error file=")

    @pytest.mark.usefixtures("warm")
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
