"""Notebooks as lessons and as feedback: outputs kept within bounds, nothing alive."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import PurePosixPath
from typing import Any

import pytest

from lms.content.budget import LIMITS, Kind
from lms.content.notebooks import annotated, render_notebook
from lms.content.outputs import TOO_HEAVY
from lms.content.place import Place

PLACE = Place(page=PurePosixPath("a/b.ipynb"), addresses={"a/c.md": "/cours/x/a/c/"})
MAX_IMAGE_CHARS = LIMITS[Kind.IMAGE].each
MAX_TEXT_CHARS = LIMITS[Kind.TEXT].each
PNG = "iVBORw0KGgo="


def notebook(*cells: dict[str, Any]) -> bytes:
    body = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(body).encode()


def text(source: str, **given: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **given}


def code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": list(outputs),
    }


def rich(**data: str) -> dict[str, Any]:
    names = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": names}


def test_a_lesson_has_text_code_and_outputs() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["4\n"]}
    page = render_notebook(
        notebook(
            text("# Titre\n\n## Partie\n\n[c](c.md) $x^2$"),
            code("print(2 * 2)", stream),
            text("## Suite"),
        ),
        place=PLACE,
    )

    assert "<h1" not in page.html
    assert [heading.text for heading in page.headings] == ["Partie", "Suite"]
    assert 'href="/cours/x/a/c/"' in page.html
    assert "<msup>" in page.html
    assert '<span class="nb">print</span>' in page.html
    assert ">4" in page.html


def test_problems_of_text_cells_are_told() -> None:
    page = render_notebook(notebook(text("[x](absent.md)")), place=PLACE)

    assert "ne mène à aucun fichier" in page.problems[0].message


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (rich(image_png=PNG, text_plain="<Figure>"), f'src="data:image/png;base64,{PNG}"'),
        (rich(text_html="<table class='dataframe'><tr><td>1</td></tr></table>"), "<td>1</td>"),
        (rich(text_latex="$\\frac{1}{2}$"), "<mfrac>"),
        (rich(text_markdown="**gras**"), "<strong>gras</strong>"),
        (rich(text_plain="[1, 2]"), "[1, 2]"),
        (
            {"output_type": "stream", "name": "stderr", "text": "\x1b[31mrouge\x1b[0m"},
            ">rouge<",
        ),
        (
            {
                "output_type": "error",
                "ename": "E",
                "evalue": "v",
                "traceback": ["\x1b[0;31mE: v"],
            },
            ">E: v<",
        ),
    ],
)
def test_each_kind_of_output_is_shown(output: dict[str, Any], shown: str) -> None:
    assert shown in annotated(notebook(code("x", output)))


def test_figures_have_words_for_those_who_do_not_see_them() -> None:
    html = annotated(notebook(code("x", rich(image_png=PNG))))

    assert 'alt="Figure produite par le code ci-dessus"' in html


@pytest.mark.parametrize("mark", ["javascript", "x-python", "vnd.plotly.v1+json"])
def test_active_outputs_fall_back_on_their_text(mark: str) -> None:
    output = rich(text_plain="en mots")
    output["data"][f"application/{mark}"] = "pwned()"

    html = annotated(notebook(code("x", output)))

    assert "en mots" in html
    assert "pwned" not in html


def test_heavy_outputs_are_cut_and_say_so() -> None:
    heavy = rich(image_png="A" * (MAX_IMAGE_CHARS + 4))
    flood = {"output_type": "stream", "name": "stdout", "text": "x" * (MAX_TEXT_CHARS * 3)}

    html = annotated(notebook(code("x", heavy, flood)))

    assert TOO_HEAVY in html
    assert "trop longue pour être montrée" in html
    assert len(html) < MAX_TEXT_CHARS * 2


def test_many_images_share_one_budget() -> None:
    image = rich(image_png="A" * MAX_IMAGE_CHARS)

    html = annotated(notebook(*(code("x", image) for _ in range(10))))

    assert html.count("data:image/png") == 5
    assert html.count(TOO_HEAVY) == 5


@pytest.mark.parametrize(
    "sign", ["[", "<a ", "![a](", "[^a]", '<span class="arithmatex">\\(', "*[A]: x\n"]
)
def test_text_that_is_dear_to_read_is_shown_as_it_was_written(sign: str) -> None:
    cells = [text(sign * 20_000) for _ in range(20)]

    html = annotated(notebook(*cells, text("**après**")))

    assert html.count("<pre") == 20
    assert "<strong>après</strong>" in html


def test_html_that_is_nested_too_deep_falls_back_on_its_text() -> None:
    output = rich(text_html="<div>" * 200_000, text_plain="en mots")

    html = annotated(notebook(code("x", *([output] * 20))))

    assert html.count("en mots") == 20


def test_an_output_left_open_does_not_swallow_what_follows() -> None:
    html = annotated(notebook(code("x", rich(text_html="<b><table><tr><td>a")), text("après")))

    assert html.index("</b>") < html.index("après")


def test_long_code_is_shown_without_colours() -> None:
    html = annotated(notebook(code('f"{' * 30_000), code("def f(): pass")))

    assert 'f"{f"{' in html.replace("&quot;", '"')
    assert '<span class="k">def</span>' in html


def test_attached_images_are_shown() -> None:
    cell = text("![x](attachment:a.png)", attachments={"a.png": {"image/png": PNG}})

    assert f'src="data:image/png;base64,{PNG}"' in annotated(notebook(cell))


def test_the_page_around_keeps_the_only_title() -> None:
    html = annotated(notebook(text("# Titre")))

    assert '<h2 id="s-titre">Titre</h2>' in html
    assert "<h1" not in html


def test_what_jupyter_book_hides_is_hidden() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "resultat"}

    html = annotated(
        notebook(
            code("caché = 1", output, tags=("remove-input",)),
            code("montré = 1", output, tags=("remove-output",)),
            code("absent = 1", output, tags=("remove-cell",)),
        )
    )

    assert "caché" not in html
    assert "montré" in html
    assert "absent" not in html
    assert html.count("resultat") == 1


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": "code"},
        {"cell_type": "markdown", "source": 3},
        {"cell_type": "code", "source": "x", "outputs": [3, {}, {"output_type": "stream"}]},
        {"cell_type": "code", "source": "x", "outputs": {"a": 1}, "metadata": []},
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data"}]},
        {"cell_type": "code", "source": "x", "outputs": [rich(image_png="pas du base64 !")]},
    ],
)
def test_69_a_strange_cell_breaks_nothing(cell: dict[str, Any]) -> None:
    assert "après" in annotated(notebook(cell, text("après")))


def test_reading_a_lesson_imports_no_nbconvert() -> None:
    script = (
        "import sys, lms.app, lms.web.learn, lms.content.markdown;"
        "sys.exit('nbconvert' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
