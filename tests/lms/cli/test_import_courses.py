"""Whole courses of other tools: an nbgrader folder with its gradebook, a Jupyter Book."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lms.catalogue.read import read_course
from lms.cli import main
from tests.factories import source_notebook

SCHEMA = """
CREATE TABLE student (id TEXT PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT);
CREATE TABLE assignment (id TEXT PRIMARY KEY, name TEXT, duedate TEXT);
CREATE TABLE notebook (id TEXT PRIMARY KEY, name TEXT, assignment_id TEXT);
CREATE TABLE base_cell (id TEXT PRIMARY KEY, name TEXT, notebook_id TEXT, type TEXT);
CREATE TABLE grade_cells (id TEXT PRIMARY KEY, max_score REAL, cell_type TEXT);
CREATE TABLE submitted_assignment (id TEXT PRIMARY KEY, assignment_id TEXT, student_id TEXT);
CREATE TABLE submitted_notebook (id TEXT PRIMARY KEY, assignment_id TEXT, notebook_id TEXT);
CREATE TABLE grade (id TEXT PRIMARY KEY, cell_id TEXT, notebook_id TEXT, auto_score REAL,
    manual_score REAL, extra_credit REAL, needs_manual_grade INTEGER);
INSERT INTO student VALUES ('ada', 'Ada', 'L.', 'ada@ecole.example'), ('bob', NULL, NULL, NULL),
    ('=cle@ecole.example', '=1+1', '', NULL);
INSERT INTO assignment VALUES ('a', 'ps1', NULL);
INSERT INTO notebook VALUES ('n', 'premier', 'a');
INSERT INTO base_cell VALUES ('c1', 'double-test', 'n', 'GradeCell'),
    ('c2', 'double-cache', 'n', 'GradeCell');
INSERT INTO grade_cells VALUES ('c1', 2, 'code'), ('c2', 2, 'code');
INSERT INTO submitted_assignment VALUES ('sa', 'a', 'ada'), ('sb', 'a', 'bob'),
    ('sc', 'a', '=cle@ecole.example');
INSERT INTO submitted_notebook VALUES ('na', 'sa', 'n'), ('nb', 'sb', 'n'), ('nc', 'sc', 'n');
INSERT INTO grade VALUES ('g1', 'c1', 'na', 2, NULL, 0.5, 0), ('g2', 'c2', 'na', 2, 1, NULL, 0),
    ('g3', 'c1', 'nb', 2, NULL, NULL, 1), ('g4', 'c1', 'nc', 0, NULL, NULL, 0);
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, words)])


@pytest.fixture
def nbgrader(tmp_path: Path) -> Path:
    """A course folder as nbgrader keeps it."""
    folder = tmp_path / "info101"
    home = folder / "source" / "ps1"
    (home / "data").mkdir(parents=True)
    notebook = source_notebook()
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {})["schema_version"] = 2
    (home / "premier.ipynb").write_text(json.dumps(notebook))
    (home / "data" / "notes.csv").write_text("a\n1\n")
    (home / ".cache").write_text("x")
    (folder / "source" / "ps2").mkdir()
    (folder / "source" / "ps2" / "abime.ipynb").write_text("{")
    (folder / "submitted").mkdir()
    with closing(sqlite3.connect(folder / "gradebook.db")) as base:
        base.executescript(SCHEMA)
    return folder


class TestNbgrader:
    def test_a_dry_run_says_all_and_writes_nothing(self, nbgrader, tmp_path):
        before = sorted(tmp_path.rglob("*"))
        result = run("nbgrader", nbgrader, "--to", tmp_path / "info", "--dry-run")
        assert result.exit_code == 1  # one notebook cannot be used
        assert "ps1/premier : devient" in result.stdout.replace("\xa0", " ")
        assert "ps2/abime.ipynb" in result.stderr
        assert "3 notes de 3 personnes" in result.stdout
        assert "submitted" in result.stdout
        assert sorted(tmp_path.rglob("*")) == before

    def test_becomes_a_course_that_is_sound(self, nbgrader, tmp_path):
        shutil.rmtree(nbgrader / "source" / "ps2")
        target = tmp_path / "info"
        result = run("nbgrader", nbgrader, "--to", target, "--title", "Info 101")
        assert result.exit_code == 0, result.output
        reading = read_course(target)
        assert [str(problem) for problem in reading.problems] == []
        [assignment] = reading.course.assignments
        assert (reading.course.title, assignment.id) == ("Info 101", "ps1")
        assert assignment.max_points == 4
        assert set(assignment.room_files) == {"data/notes.csv"}
        again = run("nbgrader", nbgrader, "--to", target)
        assert again.exit_code == 1
        assert "n’est pas vide" in again.stderr

    def test_the_gradebook_becomes_marks_that_the_site_imports(self, nbgrader, tmp_path):
        result = run("nbgrader", nbgrader, "--to", tmp_path / "info")
        assert "bob n’a pas d’adresse" in result.stderr
        assert "1 cellules attendaient" in result.stdout
        text = (tmp_path / "info-notes.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), delimiter=";"))
        assert rows[0] == ["email", "nom", "Premier carnet (/4)"]
        marks = {row[0]: row[2] for row in rows[1:]}
        assert marks == {"ada@ecole.example": "3,5", "": "2", "'=cle@ecole.example": "0"}

    @pytest.mark.parametrize("content", [b"", b"SQLite format 3\0nonsense", b"text"])
    def test_a_gradebook_that_is_none_is_refused_before_anything_is_written(
        self, nbgrader, tmp_path, content
    ):
        (nbgrader / "gradebook.db").write_bytes(content)
        result = run("nbgrader", nbgrader, "--to", tmp_path / "info")
        assert result.exit_code == 1
        assert "carnet de notes de nbgrader" in result.stderr
        assert not (tmp_path / "info").exists()

    def test_says_what_a_course_folder_is(self, tmp_path):
        assert "source" in run("nbgrader", tmp_path, "--to", tmp_path / "x").stderr


BOOK_1 = """\
format: jb-book
root: intro
parts:
  - caption: Les bases
    chapters:
      - file: bases/un
        sections:
          - file: bases/deux
      - url: https://ailleurs.example
      - file: bases/vieux
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An older Jupyter Book with a graded notebook among its chapters."""
    folder = tmp_path / "livre"
    (folder / "bases").mkdir(parents=True)
    (folder / "_toc.yml").write_text(BOOK_1)
    (folder / "_config.yml").write_text(
        'title: "Un livre : vrai"\nexecute: {execute_notebooks: auto}\n'
    )
    (folder / "intro.md").write_text("# Bienvenue\n")
    (folder / "bases" / "un.md").write_text("# Un\n")
    (folder / "bases" / "deux.ipynb").write_text(json.dumps(source_notebook()))
    (folder / "bases" / "vieux.rst").write_text("Vieux\n=====\n")
    return folder


class TestJupyterBook:
    def test_becomes_a_course_and_says_what_it_loses(self, book):
        result = run("jupyter-book", book)
        assert result.exit_code == 0, result.output
        for said in ("ailleurs.example", "vieux", "reStructuredText", "_config.yml"):
            assert said in result.stderr
        reading = read_course(book)
        assert reading.course is not None, [str(problem) for problem in reading.problems]
        assert reading.course.title == "Un livre : vrai"
        assert [module.title for module in reading.course.modules] == ["Bienvenue", "Les bases"]
        assert [a.id for a in reading.course.assignments] == ["deux"]
        assert "# referentials" in (book / "course.yml").read_text()

    def test_a_dry_run_shows_the_file(self, book):
        result = run("jupyter-book", book, "--dry-run")
        assert "notebook: " in result.stdout
        assert not (book / "course.yml").exists()

    def test_a_newer_book_keeps_its_parts(self, tmp_path):
        (tmp_path / "myst.yml").write_text(
            "project:\n  title: Neuf\n  toc:\n    - title: A\n      children:\n"
            "        - file: a.md\n"
        )
        (tmp_path / "a.md").write_text("# Page A\n")
        assert run("jupyter-book", tmp_path).exit_code == 0
        [module] = read_course(tmp_path, slug="neuf").course.modules
        assert (module.title, module.pages[0].title) == ("A", "Page A")

    def test_refuses_what_is_no_book_or_a_course_already(self, book, tmp_path):
        assert "_toc.yml" in run("jupyter-book", tmp_path).stderr
        (book / "course.yml").write_text("title: x\n")
        assert "déjà un cours" in run("jupyter-book", book).stderr
