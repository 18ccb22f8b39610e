"""Lessons are rendered once, and again only when something that they show has changed."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from lms.content.lessons import Lessons
from lms.content.place import Place
from lms.content.rendered import Heading, Rendered
from lms.errors import Unavailable

PLACE = Place(page=PurePosixPath("a.ipynb"))
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# T\n\n## Partie été"}],
    }
).encode()


class Counting:
    """A renderer that counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, data: bytes, place: Place) -> Rendered:
        self.times += 1
        return Rendered(html=data.decode() + str(place.page))


def test_a_page_is_rendered_once(tmp_path: Path) -> None:
    renderer = Counting()
    lessons = Lessons(tmp_path, notebook=renderer)

    assert lessons.page(b"x", PLACE) is lessons.page(b"x", PLACE)
    assert renderer.times == 1


def test_other_processes_find_it_on_disk(tmp_path: Path) -> None:
    renderer = Counting()
    first = Lessons(tmp_path, notebook=renderer).page(b"x", PLACE)

    assert Lessons(tmp_path, notebook=renderer).page(b"x", PLACE) == first
    assert renderer.times == 1


def test_another_text_or_another_address_is_rendered_anew(tmp_path: Path) -> None:
    renderer = Counting()
    lessons = Lessons(tmp_path, notebook=renderer)
    lessons.page(b"x", PLACE)
    lessons.page(b"y", PLACE)
    lessons.page(b"x", Place(page=PLACE.page, addresses={"b.md": "/b/"}))

    assert renderer.times == 3


def test_a_spoilt_cache_only_costs_time(tmp_path: Path) -> None:
    renderer = Counting()
    first = Lessons(tmp_path, notebook=renderer).page(b"x", PLACE)
    for path in tmp_path.rglob("*.json"):
        path.write_text('{"html"')

    assert Lessons(tmp_path, notebook=renderer).page(b"x", PLACE) == first
    assert renderer.times == 2


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "lessons").write_text("a file stands where the folder should")

    assert Lessons(tmp_path, notebook=Counting()).page(b"x", PLACE).html == "xa.ipynb"


def test_a_notebook_is_rendered_in_another_process(tmp_path: Path) -> None:
    page = Lessons(tmp_path).page(NOTEBOOK, PLACE)

    assert page.headings == (Heading(level=2, id="s-partie-ete", text="Partie été"),)


def test_a_notebook_that_cannot_be_rendered_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="ne peut pas être affiché"):
        Lessons(tmp_path).page(b"{", PLACE)
