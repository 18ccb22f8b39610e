"""Assignments on disk: which files and limits come with a notebook."""

from __future__ import annotations

import pytest

from graders.assignments import (
    MAX_FILES,
    UnusableFolder,
    course_assignments,
    files_beside,
    find_assignment,
)
from graders.protocol import MIB, Limits


@pytest.fixture
def course(tmp_path):
    for name in ("module/a.ipynb", "module/b.ipynb", "data/offres.csv", "module/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "course.yml").write_text(
        "modules:\n  m:\n    assignments:\n      devoir-a:\n        notebook: module/a.ipynb\n"
        "        data: [data/offres.csv]\n"
        "        run: {wall_s: 60, cpu_s: 20, memory_mib: 512}\n"
    )
    return tmp_path


class TestFindAssignment:
    def test_takes_what_the_course_declares(self, course):
        found = find_assignment(course / "module" / "a.ipynb")

        assert found.name == "devoir-a"
        assert found.files == {"data/offres.csv": course / "data" / "offres.csv"}
        assert found.limits == Limits(wall_s=60, cpu_s=20, memory_bytes=512 * MIB)

    def test_takes_the_files_beside_an_undeclared_notebook(self, course):
        found = find_assignment(course / "module" / "b.ipynb")

        assert (found.name, set(found.files)) == ("b", {"notes.txt"})

    def test_takes_the_template_of_an_nbgrader_course(self, tmp_path):
        for name in ("source/ps1/a.ipynb", "autotests.yml", "elsewhere/ps1/a.ipynb"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("")

        found = find_assignment(tmp_path / "source" / "ps1" / "a.ipynb")
        assert found.files == {"autotests.yml": tmp_path / "autotests.yml"}
        assert find_assignment(tmp_path / "elsewhere" / "ps1" / "a.ipynb").files == {}

        (tmp_path / "source" / "ps1" / "tests.yml").write_text("")
        found = find_assignment(tmp_path / "source" / "ps1" / "a.ipynb")
        assert set(found.files) == {"tests.yml"}

    def test_leaves_out_what_is_named(self, tmp_path):
        for name in ("a.ipynb", "data.csv", "rendus/x.txt", "notes.csv", "vieilles.csv"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("1;2")
        (tmp_path / "vieilles.csv").write_text(
            "rendu;résultat;points;maximum\n", encoding="utf-8-sig"
        )

        without = [tmp_path / "rendus", tmp_path / "notes.csv", tmp_path]
        found = find_assignment(tmp_path / "a.ipynb", without=without)

        assert set(found.files) == {"data.csv"}

    def test_refuses_files_outside_the_course(self, course):
        sidecar = (course / "course.yml").read_text().replace("data/offres.csv", "../secret")
        (course / "course.yml").write_text(sidecar)

        with pytest.raises(UnusableFolder, match="hors du dossier"):
            course_assignments(course)

    def test_refuses_a_sidecar_that_is_no_yaml(self, course):
        (course / "course.yml").write_text("a: [")

        with pytest.raises(UnusableFolder, match=r"course\.yml est illisible"):
            find_assignment(course / "module" / "a.ipynb")


class TestFilesBeside:
    def test_leaves_out_notebooks_hidden_files_links_and_the_authors_notes(self, tmp_path):
        for name in (
            "x.ipynb",
            ".cache",
            "x.wrong.yml",
            "x.accepted.yml",
            "d/data.csv",
            "m.py",
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("")
        (tmp_path / "lien").symlink_to("/etc/passwd")

        assert set(files_beside(tmp_path / "x.ipynb")) == {"d/data.csv", "m.py"}

    def test_refuses_a_folder_full_of_other_things(self, tmp_path):
        for number in range(MAX_FILES + 1):
            (tmp_path / f"{number}.txt").touch()

        with pytest.raises(UnusableFolder, match="un dossier à lui"):
            files_beside(tmp_path / "x.ipynb")
