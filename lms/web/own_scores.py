"""A learner's own scores, each with its reason."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.domain.access import HIDDEN, Action, require
from lms.errors import NotFound
from lms.services import own_scores, reasons
from lms.web.context import now, site

bp = Blueprint("own_scores", __name__, url_prefix="/resultats")


@bp.get("/")
def mine() -> ResponseReturnValue:
    """List the person's own scores, by course."""
    require(g.actor, Action.USE_ACCOUNT)
    found = own_scores.of_learner(g.session, site().library, g.actor.user_id, now=now())
    return render_template("gradebook/mine.html", courses=found)


@bp.get("/<course_slug>/<assignment_id>/")
def reason(course_slug: str, assignment_id: str) -> ResponseReturnValue:
    """Show how one of them came about."""
    require(g.actor, Action.USE_ACCOUNT)
    courses = own_scores.of_learner(g.session, site().library, g.actor.user_id, now=now())
    found = next(
        (
            score
            for course in courses
            for score in course.scores
            if (course.slug, score.assignment_id) == (course_slug, assignment_id)
        ),
        None,
    )
    if found is None:
        raise NotFound(HIDDEN)
    return render_template(
        "gradebook/own_reason.html",
        course_slug=course_slug,
        shown=found,
        reason=reasons.reason_of(g.session, g.user, course_slug, assignment_id),
    )
