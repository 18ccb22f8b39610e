"""Search in the text of a course."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from lms.catalogue.search import kept_parts
from lms.domain.course import Course
from lms.domain.search import MAX_QUERY_CHARACTERS, Index
from lms.web import asking, reading
from lms.web.context import site

bp = Blueprint("search", __name__, url_prefix="/cours/<course_slug>")


@bp.get("/recherche/")
def show(course_slug: str) -> ResponseReturnValue:
    """Show the places of a course that have the words asked for."""
    course = reading.course_named(course_slug)
    query = request.args.get("q", "").strip()[:MAX_QUERY_CHARACTERS]
    return render_template(
        "search/show.html",
        course=course,
        query=query,
        found=_index_of(course).search(query) if query else None,
    )


def _index_of(course: Course) -> Index:
    """Return the index of the course's text: made once for each form of the course."""
    kept: dict[str, tuple[str, Index]] = current_app.extensions.setdefault(
        "garrigue-indexes", {}
    )
    known = kept.get(course.slug)
    if known is None or known[0] != course.content_hash:
        parts = kept_parts(
            reading.cache(),
            course,
            html=lambda path: _html(course, path),
            source=lambda path: site().library.read(course, path),
        )
        known = kept[course.slug] = (course.content_hash, Index(parts))
    return known[1]


def _html(course: Course, path: PurePosixPath) -> str:
    """Return a page without its questions: their text has the answers."""
    page = next((page for _, page in course.pages if page.path == path), None)
    if page is None:
        return reading.rendered(course, path).html
    return asking.rendered_page(course, page, asking.activity_of(course, page)).html
