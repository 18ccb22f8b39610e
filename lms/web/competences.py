"""« Mes compétences »: what one's work speaks for, and what people decided."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.catalogue.referentials import referentials_of
from lms.domain.competences import LEVELS
from lms.services import competences
from lms.web import reading
from lms.web.context import site

bp = Blueprint("competences", __name__, url_prefix="/cours/<course_slug>")


@bp.get("/competences/")
def show(course_slug: str) -> ResponseReturnValue:
    """Show the person's own levels in each competence of the course, with the evidence."""
    course = reading.course_named(course_slug)
    known = referentials_of(site().config.courses, course.referentials)
    return render_template(
        "competences/show.html",
        course=course,
        chapters=competences.chapters(g.session, g.actor.user_id, course, known),
        chances=competences.chances(course),
        levels=LEVELS,
    )
