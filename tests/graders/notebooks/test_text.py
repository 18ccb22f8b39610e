"""Notebooks kept as text say the same as those of Jupyter, and their errors say the line."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.notebooks.cells import Cell, Notebook
from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.read import read_notebook
from graders.notebooks.text import (
    FORMATS,
    UnreadableText,
    cell_lines,
    is_graded_text,
    read_source,
    source_bytes,
    write_source,
)
from tests.graders.making import SQUARE, manual, notebook, task

every_form = pytest.mark.parametrize("suffix", FORMATS)
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
MADE = read_notebook(notebook(*SQUARE, manual("avis", "Dites."), task("t", "Faites."), seed=3))
AUTHORS = replace(MADE, metadata={**MADE.metadata, "kernelspec": KERNEL})


def said(found: Notebook) -> list[tuple[str, str, object]]:
    return [(cell.kind, cell.source, cell.metadata) for cell in found.cells]


@every_form
class TestReadSource:
    def test_reads_what_jupyter_would_have_kept(self, suffix):
        text = write_source(AUTHORS, suffix).encode()
        found = read_source(text, f"a{suffix}")
        assert said(found) == said(AUTHORS)
        assert found.author == {"seed": 3}

    def test_reads_the_same_twice(self, suffix):
        text = write_source(AUTHORS, suffix).encode()
        assert source_bytes(text, f"a{suffix}") == source_bytes(text, f"a{suffix}")
        assert said(read_notebook(source_bytes(text, f"a{suffix}"))) == said(AUTHORS)

    def test_says_where_each_cell_begins(self, suffix):
        text = write_source(AUTHORS, suffix)
        lines = cell_lines(text.encode(), f"a{suffix}")
        assert len(lines) == len(AUTHORS.cells)
        for cell, following, line in zip(
            AUTHORS.cells, [*lines[1:], 10**6], lines, strict=True
        ):
            first = cell.source.split("\n")[0]
            assert first in "\n".join(text.split("\n")[line - 1 : following - 1])

    def test_says_where_the_encoding_is_wrong(self, suffix):
        with pytest.raises(UnreadableText, match="UTF-8") as refused:
            read_source(b"# un\n\n\xff", f"a{suffix}")
        assert refused.value.line == 3

    def test_refuses_what_is_too_large(self, suffix):
        with pytest.raises(UnreadableNotebook, match="Mio"):
            read_source(b"#" * (3 * 1024 * 1024), f"a{suffix}")

    def test_knows_a_notebook_with_answers(self, suffix):
        assert is_graded_text(write_source(AUTHORS, suffix).encode(), f"a{suffix}")
        assert not is_graded_text(b"# Une page sur nbgrader\n", f"a{suffix}")
        assert not is_graded_text(notebook(*SQUARE), "a.ipynb")

    @settings(deadline=None, max_examples=20)
    @given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
    def test_reads_or_refuses_whatever_it_is_given(self, suffix, data):
        with suppress(UnreadableNotebook):
            assert read_source(data, f"a{suffix}").cells is not None


@pytest.mark.parametrize(
    ("suffix", "right", "wrong"),
    [
        (".py", '"grade_id": "carre-tests"', '"grade_id": "carre-tests'),
        (".py", '"grade_id": "carre-tests",', '"grade_id": "carre-tests"'),
        (".md", "grade_id: carre-tests", "grade_id: [carre-tests"),
        (".md", '"grade_id": "avis"', '"grade_id": "avis'),
    ],
)
def test_metadata_that_cannot_be_read_are_an_error_with_its_line(suffix, right, wrong):
    text = write_source(AUTHORS, suffix)
    assert right in text
    with pytest.raises(UnreadableText) as refused:
        read_source(text.replace(right, wrong).encode(), f"a{suffix}")
    place = text[: text.index(right)].count("\n") + 1
    assert 0 < refused.value.line <= place
    assert place - refused.value.line < 10
    assert str(refused.value).startswith(f"ligne {refused.value.line}\u00a0: ")


@settings(deadline=None, max_examples=15)
@given(
    sources=st.lists(
        st.tuples(
            st.sampled_from(["code", "markdown"]),
            st.lists(st.text("abc =1é", min_size=1, max_size=20), min_size=1, max_size=4),
        ),
        min_size=1,
        max_size=4,
    )
)
@every_form
def test_what_is_written_is_read_back(suffix, sources):
    cells = tuple(
        Cell(
            kind=kind,
            source="\n".join(f"x{line.rstrip()}" for line in lines),
            metadata={"nbgrader": {"grade_id": f"c{number}", "solution": True}},
        )
        for number, (kind, lines) in enumerate(sources)
    )
    given = Notebook(cells=cells)
    assert said(read_source(write_source(given, suffix).encode(), f"a{suffix}")) == said(given)


@pytest.mark.parametrize("form", ["marimo", "sphinx", "x"])
def test_other_forms_of_python_are_refused(form):
    text = write_source(AUTHORS, ".py").replace("format_name: percent", f"format_name: {form}")
    with pytest.raises(UnreadableText, match="n’est pas lue"):
        read_source(text.encode(), "a.py")


@pytest.mark.parametrize("form", ["pandoc", "quarto"])
def test_no_program_is_run_for_a_form_that_asks_for_one(form):
    text = write_source(AUTHORS, ".md").replace("format_name: myst", f"format_name: {form}")
    assert said(read_source(text.encode(), "a.md")) == said(AUTHORS)


def test_an_incomplete_header_is_said():
    text = write_source(AUTHORS, ".md").replace("  display_name: Python 3\n", "")
    with pytest.raises(UnreadableText, match=r"en-tête.*display_name"):
        read_source(text.encode(), "a.md")


def test_a_mark_inside_a_string_begins_no_cell():
    text = '# %%\nx = """\n# %% nbgrader={\n"""\n\n# %%\ny = 1\n'
    assert len(read_source(text.encode(), "a.py").cells) == 2
    assert cell_lines(text.encode(), "a.py") == (1, 6)
