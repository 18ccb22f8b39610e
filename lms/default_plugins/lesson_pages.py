"""Renders lessons: Markdown here, notebooks in a process of their own."""

from __future__ import annotations

from lms.content.lessons import render_lesson
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.hookspecs import hookimpl


@hookimpl
def render_page(data: bytes, place: Place) -> Rendered:
    """Return any lesson as clean HTML."""
    return render_lesson(data, place)
