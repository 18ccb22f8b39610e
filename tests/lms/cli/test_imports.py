"""`garrigue import`: what is written, what is refused and why."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from graders.notebooks.read import read_notebook
from graders.notebooks.validate import find_problems
from lms.cli.imports import imports
from tests.graders.making import code, notebook

NOTEBOOKS = Path(__file__).parents[2] / "graders/compat/notebooks"


def run(*words: object):
    return CliRunner().invoke(imports, [str(word) for word in words])


class TestImportNbgrader:
    def test_writes_the_upgraded_notebook(self, tmp_path):
        result = run("nbgrader", NOTEBOOKS / "test-v1.ipynb", "--to", tmp_path / "cours")
        written = read_notebook((tmp_path / "cours" / "test-v1.ipynb").read_bytes())

        assert result.exit_code == 0
        assert find_problems(written) == ()

    def test_names_the_cells_of_what_it_refuses(self, tmp_path):
        sources = [NOTEBOOKS / "blank-points.ipynb", NOTEBOOKS / "test-v2.ipynb"]
        result = run("nbgrader", *sources, "--to", tmp_path)

        assert result.exit_code == 1
        assert "cellule 1 (id1)" in result.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["test-v2.ipynb"]

    def test_replaces_nothing_unless_asked(self, tmp_path):
        words = ("nbgrader", NOTEBOOKS / "test-v1.ipynb", "--to", tmp_path)

        assert [run(*words).exit_code, run(*words).exit_code] == [0, 1]
        assert run(*words, "--force").exit_code == 0

    def test_refuses_what_is_no_notebook(self, tmp_path):
        (tmp_path / "x.ipynb").write_bytes(b"<html>")
        result = run("nbgrader", tmp_path / "x.ipynb", "--to", tmp_path / "cours")

        assert result.exit_code == 1
        assert "page web" in result.stderr


class TestImportOtter:
    def test_writes_what_can_be_graded(self, tmp_path):
        def raw(source):
            return {"cell_type": "raw", "metadata": {}, "source": source}

        source = notebook(
            raw("# ASSIGNMENT CONFIG\nname: lab"),
            raw("# BEGIN QUESTION\nname: q1\npoints: 2"),
            raw("# BEGIN SOLUTION"),
            code("x = 5 # SOLUTION"),
            raw("# END SOLUTION"),
            raw("# BEGIN TESTS"),
            code("assert x == 5"),
            raw("# END TESTS"),
            raw("# END QUESTION"),
        )
        (tmp_path / "lab.ipynb").write_bytes(source)
        result = run("otter", tmp_path / "lab.ipynb", "--to", tmp_path / "cours")

        assert result.exit_code == 0
        written = read_notebook((tmp_path / "cours" / "lab.ipynb").read_bytes())
        assert [cell.grade_id for cell in written.cells] == ["q1", "q1-test-1"]
