"""A graded notebook may be kept as text: it is read like any, and its solutions stay hidden."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from graders.notebooks.read import read_notebook
from graders.notebooks.text import FORMATS, write_source
from lms.catalogue import Library
from lms.catalogue.packs import notebooks_of
from lms.catalogue.read import read_course
from lms.models import AssignmentVersion
from lms.services import versions
from tests.factories import NOON, write_course

every_form = pytest.mark.parametrize("suffix", FORMATS)


def write_text_course(folder: Path, suffix: str) -> Path:
    """The small course, its notebook kept as text and named by a lesson."""
    course = write_course(folder)
    notebook = course / "debut" / "premier.ipynb"
    text = write_source(read_notebook(notebook.read_bytes()), suffix)
    notebook.with_suffix(suffix).write_text(text, encoding="utf-8")
    notebook.unlink()
    declared = (course / "course.yml").read_text(encoding="utf-8")
    (course / "course.yml").write_text(declared.replace("premier.ipynb", f"premier{suffix}"))
    lesson = course / "debut" / "lire.md"
    lesson.write_text(f"# Lire\n\n[Le carnet](premier{suffix})\n", encoding="utf-8")
    return course


@every_form
class TestTextNotebook:
    def test_is_read_and_its_source_is_never_served(self, tmp_path, suffix):
        course = read_course(write_text_course(tmp_path, suffix)).course
        [assignment] = course.assignments
        path = PurePosixPath(f"debut/premier{suffix}")
        assert (assignment.notebook, assignment.max_points) == (path, 4)
        assert course.files[path]
        assert course.assets == {PurePosixPath("data/notes.csv")}
        [(name, data)] = notebooks_of(course, course.modules[0], Library(tmp_path))
        assert name == "exercices/premier-carnet/premier.ipynb"
        assert b"return 2 * x" not in data
        assert "double" in [cell.grade_id for cell in read_notebook(data).cells]

    def test_is_kept_as_a_notebook_so_that_it_stays_gradable(
        self, tmp_path, suffix, session, site
    ):
        course = read_course(write_text_course(tmp_path / "texte", suffix)).course
        library = Library(tmp_path / "texte")
        [version] = versions.sync(session, site.blobs, library, course, now=NOON)
        source = read_notebook(site.blobs.get(version.notebook_hash))
        assert "return 2 * x" in source.cells[1].source
        assert b"return 2 * x" not in site.blobs.get(version.released_hash)
        assert session.query(AssignmentVersion).one().content_hash == version.content_hash

    def test_another_text_is_another_version(self, tmp_path, suffix):
        folder = write_text_course(tmp_path, suffix)
        before = read_course(folder).course.assignments[0].content_hash
        path = folder / "debut" / f"premier{suffix}"
        path.write_text(path.read_text() + "\n")
        assert read_course(folder).course.assignments[0].content_hash != before

    def test_is_refused_as_a_lesson(self, tmp_path, suffix):
        folder = write_text_course(tmp_path, suffix)
        declared = (folder / "course.yml").read_text()
        page = f"[debut/lire.md, debut/premier{suffix}]"
        (folder / "course.yml").write_text(declared.replace("[debut/lire.md]", page))
        reading = read_course(folder)
        assert f"debut/premier{suffix}" in str(reading.problems[0])
        shown = reading.course.modules[0].pages if reading.course else ()
        assert all(found.path.name == "lire.md" for found in shown)

    def test_its_errors_have_a_line(self, tmp_path, suffix):
        folder = write_text_course(tmp_path, suffix)
        path = folder / "debut" / f"premier{suffix}"
        text = path.read_text()
        path.write_text(text.replace("double-cache", "double-test"))
        [problem, *_] = read_course(folder).problems
        assert problem.key.startswith("cellule ")
        assert text.split("\n")[problem.line - 1].startswith(("# %%", "```{code-cell}"))
