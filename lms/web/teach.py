"""Promotions as trainers and cohort managers see them: the list, and the results of one."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.domain.access import STAFF, Action, Subject, require
from lms.domain.course import Course
from lms.errors import Refusal
from lms.models import Promotion
from lms.services.promotions import list_promotions
from lms.services.results import results
from lms.web.asked import promotion_for
from lms.web.context import now, site

bp = Blueprint("teach", __name__, url_prefix="/promotions")


@bp.get("/")
def promotions() -> ResponseReturnValue:
    """List the promotions of which the person is staff."""
    require(g.actor, Action.SEE_RESULTS, Subject(promotion_ids=g.actor.promotions()))
    found = list_promotions(g.session, g.actor.promotions(*STAFF))
    return render_template("teach/promotions.html", promotions=found)


@bp.get("/<slug>/")
def promotion(slug: str) -> ResponseReturnValue:
    """Show learners and assignments."""
    asked = promotion_for(slug, Action.SEE_RESULTS)
    course = _course(asked)
    return render_template(
        "teach/promotion.html",
        promotion=asked,
        course=course,
        results=results(g.session, asked, course, now=now()),
    )


def _course(asked: Promotion) -> Course | None:
    """Return the promotion's course, or None while its files cannot be read."""
    try:
        return site().library.course(asked.programme.course_slug)
    except Refusal:
        return None
