"""« Mes compétences »: what one's work speaks for, and what people decided."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.domain.competences import LEVELS
from lms.services import catalogue, competences
from lms.web import reading
from lms.web.bound import bound_for, current, withheld_from_reader
from lms.web.context import now
from lms.web.goals import zone

bp = Blueprint("competences", __name__, url_prefix="/cours/<course_slug>")


@bp.get("/competences/")
def show(course_slug: str) -> ResponseReturnValue:
    """Show the person's own levels in each competence of the course, with the evidence."""
    course = reading.course_named(course_slug)
    promotion = catalogue.learner_promotion(g.session, g.actor.user_id, course.slug, now=now())
    if promotion is None:
        chapters = competences.empty_chapters(current(course), course)
    else:
        bound_for(promotion)
        chapters = competences.chapters(
            g.session,
            g.actor.user_id,
            promotion,
            course,
            reader_id=g.actor.user_id,
            withheld=withheld_from_reader(promotion, g.actor.user_id),
        )
    return render_template(
        "competences/show.html",
        course=course,
        promotion=promotion,
        chapters=chapters,
        chances=competences.chances(course),
        levels=LEVELS,
        today=now().astimezone(zone()).date(),
    )
