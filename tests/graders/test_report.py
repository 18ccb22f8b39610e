"""What a run says: short tracebacks, one sentence for a failure, nothing hidden."""

from __future__ import annotations

import json

from graders.notebooks.assemble import assemble
from graders.notebooks.read import read_notebook
from graders.report import (
    TRACEBACK_CHARS,
    annotated_notebook,
    clip,
    error_message,
    failed_line,
    shorten_traceback,
    without_ansi,
)
from tests.graders.making import SQUARE, notebook

FRAMES = [
    "\x1b[31m----------\x1b[39m",
    "ZeroDivisionError    Traceback (most recent call last)",
    "\x1b[36mCell In[4]\x1b[39m, line 1\n----> 1 f(0)",
    "Cell In[2], line 2, in f(x)\n      1 def f(x):\n----> 2     return 1 / x",
    "File /usr/lib/python3/site-packages/numpy/core.py:3, in g()\n----> 3     boom()",
    "ZeroDivisionError: division by zero",
]


class TestShortenTraceback:
    def test_keeps_the_learners_cells_and_the_error(self):
        text = shorten_traceback(FRAMES, hidden_counts=[4])

        assert "return 1 / x" in text
        assert text.endswith("ZeroDivisionError: division by zero")
        assert "numpy" not in text
        assert "f(0)" not in text
        assert "\x1b" not in text

    def test_says_nothing_without_frames(self):
        assert shorten_traceback([]) == ""

    def test_is_never_long(self):
        assert len(shorten_traceback([*FRAMES[:3], "E: " + "x" * 10**6])) <= TRACEBACK_CHARS + 1


class TestErrorMessage:
    def test_an_authors_message_stands_as_it_is(self):
        assert error_message("AssertionError", "carre(3) vaut 9", "x") == "carre(3) vaut 9"

    def test_a_bare_assertion_shows_its_line(self):
        line = failed_line(["Cell In[1], line 2\n      1 x = 1\n----> 2 assert x == 2"])

        assert error_message("AssertionError", "", line).endswith("assert x == 2")

    def test_a_missing_answer_is_called_so(self):
        assert "pas encore de réponse" in error_message("NotImplementedError", "", "")

    def test_other_errors_are_named(self):
        assert error_message("ValueError", "abc", "").endswith("erreur ValueError\u00a0: abc")


def test_clip_and_ansi():
    assert clip("ab", 2) == "ab"
    assert without_ansi("\x1b[1;31mrouge\x1b[0m") == "rouge"


class TestAnnotatedNotebook:
    def test_shows_outputs_and_hides_tests(self):
        source = read_notebook(notebook(*SQUARE))
        output = {"output_type": "stream", "name": "stdout", "text": "9"}
        shown = annotated_notebook(source, assemble(source, source), {1: ((output,), 3)})
        cells = json.loads(shown)["cells"]

        assert (cells[1]["outputs"], cells[1]["execution_count"]) == ([output], 3)
        assert "carre(-4)" not in shown.decode()
        assert cells[1]["metadata"]["garrigue"] == {"origin": "answer"}

    def test_keeps_no_flood_of_outputs(self):
        source = read_notebook(notebook(*SQUARE))
        flood = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
        shown = annotated_notebook(source, assemble(source, source), {1: ((flood,), 1)})

        assert len(shown) < 100_000
        assert "trop volumineuses" in shown.decode()
