"""`garrigue new`: what it makes is valid at once, and its tests catch wrong answers."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner, Result

from lms.authoring import forges
from lms.catalogue.read import read_course
from lms.cli import main
from lms.plugins import activity_reader, installed_plugins


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def course(tmp_path):
    """A course with an assignment in each form of notebook."""
    folder = tmp_path / "mon-cours"
    for words in (
        ("course", "mon-cours", "--in", tmp_path, "--title", 'Mon "cours" : un'),
        ("module", folder, "boucles", "--title", "Les boucles"),
        ("assignment", folder, "boucles", "boucles-1", "--format", "myst"),
        ("assignment", folder, "boucles", "boucles-2", "--format", "percent"),
    ):
        result = run("new", *words)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
    return folder


class TestNew:
    def test_makes_a_course_without_any_problem(self, course):
        result = run("course", "check", course, "--strict")
        assert result.exit_code == 0, result.output
        found = read_course(course, read_activity=activity_reader(installed_plugins())).course
        assert found.title == 'Mon "cours" : un'
        assert [module.id for module in found.modules] == ["premiers-pas", "boucles"]
        assert [a.max_points for a in found.assignments] == [3, 3, 3]

    @pytest.mark.room
    def test_makes_assignments_whose_tests_let_nothing_wrong_through(
        self, course, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        result = run("check", course, "--json", "--strict")
        assert result.exit_code == 0, result.output
        reports = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(reports) == 3
        for report in reports:
            assert report["findings"] == []
            assert report["wrong_answers"]["caught"] == report["wrong_answers"]["tried"] > 10

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("course", "Mon cours"), "des minuscules sans accent"),
            (("course", "mon-cours"), "n’est pas vide"),
            (("module", "mon-cours", "boucles"), "existe déjà"),
            (("module", "mon-cours", "exercices"), "utilise déjà"),
            (("module", ".", "autre"), "garrigue new course"),
            (("assignment", "mon-cours", "nul", "a"), "Modules du cours"),
            (("assignment", "mon-cours", "boucles", "boucles-1"), "existe déjà"),
            (("assignment", "mon-cours", "boucles", "premiers-pas-1"), "existe déjà"),
            (("assignment", "mon-cours", "boucles", "introduction"), "existe déjà"),
        ],
    )
    def test_refuses_in_words_and_changes_nothing(self, course, monkeypatch, words, said):
        monkeypatch.chdir(course.parent)
        (course / "boucles" / "introduction.ipynb").write_text("{}")
        before = {p: p.read_bytes() for p in course.rglob("*") if p.is_file()}
        result = run("new", *words)
        assert result.exit_code == 1
        assert said in result.stderr
        assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before


class TestCi:
    @pytest.mark.parametrize("forge", forges.FILES)
    def test_writes_a_file_that_checks_every_course(self, tmp_path, forge):
        assert run("new", "ci", f"--{forge}", "--in", tmp_path).exit_code == 0
        text = (tmp_path / forges.FILES[forge]).read_text()
        assert yaml.safe_load(text)
        assert 'garrigue course check --strict "$course"' in text
        assert 'garrigue check "$course"' in text

    def test_replaces_nothing_unasked(self, tmp_path):
        (tmp_path / ".gitlab-ci.yml").write_text("a: b\n")
        assert "--force" in run("new", "ci", "--gitlab", "--in", tmp_path).stderr
        assert run("new", "ci", "--gitlab", "--in", tmp_path, "--force").exit_code == 0
        assert run("new", "ci").exit_code == 2
