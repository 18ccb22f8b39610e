"""AUTOTEST lines made into tests: by nbgrader's own template file, from given values."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.notebooks.autotest import has_autotests, instantiate, read_templates
from graders.notebooks.errors import UnusableAssignment
from graders.notebooks.read import read_notebook
from tests.graders.making import answer, checks, code, notebook

TEMPLATES = Path(__file__).parents[1] / "compat/course/source/autotests/autotests.yml"


def made(line: str, **values: str):
    """Return the test cell's text; `values` are what the solution's expressions show."""
    source = read_notebook(notebook(answer("a", "x = 5"), checks("t", f"y = x\n{line}")))
    ran: list[str] = []

    def evaluate(text: str) -> str:
        ran.append(text)
        return values.get(text.replace("str(type(x))", "KIND").replace("str(x)", "TEXT"), "int")

    templates = read_templates(TEMPLATES.read_bytes(), "python3")
    return instantiate(source, templates, evaluate).cells[1].source, ran


class TestInstantiate:
    def test_writes_an_assertion_for_each_template_of_the_kind(self):
        source, ran = made("### AUTOTEST x", KIND="<class 'int'>", TEXT="5")

        assert source.count("assert ") == 2
        assert "str(x) == " in source
        assert "AUTOTEST" not in source
        assert ran[:2] == ["x = 5", "y = x"]

    def test_a_hashed_line_tells_no_value(self):
        source, _ = made("### HASHED AUTOTEST x")

        assert "sha1(str(x)" in source

    def test_takes_several_expressions_on_one_line(self):
        assert made("# AUTOTEST x; x + 1;")[0].count("assert ") == 4

    def test_writes_the_same_text_each_time(self):
        assert made("### HASHED AUTOTEST x")[0] == made("### HASHED AUTOTEST x")[0]

    def test_runs_no_cell_that_the_author_has_skipped(self):
        skipped = code("1 / 0", tags=["skip-execution"])
        source = read_notebook(notebook(skipped, checks("t", "### AUTOTEST x")))
        ran: list[str] = []

        instantiate(
            source,
            read_templates(TEMPLATES.read_bytes(), "python3"),
            lambda text: ran.append(text) or "",
        )

        assert ran
        assert "1 / 0" not in ran

    def test_refuses_a_line_outside_a_test(self):
        source = read_notebook(notebook(code("### AUTOTEST x")))
        templates = read_templates(TEMPLATES.read_bytes(), "python3")

        assert has_autotests(source)
        with pytest.raises(UnusableAssignment, match="cellule 1"):
            instantiate(source, templates, lambda _: "")

    @pytest.mark.parametrize("text", [b"", b"python3: 3", b"a: [", b"{}", b"\xff"])
    def test_refuses_a_file_that_is_no_template(self, text):
        with pytest.raises(UnusableAssignment, match=r"autotests\.yml"):
            read_templates(text, "python3")
