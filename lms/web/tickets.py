"""The ticket with which a workbench opens its line to the gateway."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify
from flask_babel import gettext as _

from lms import tickets
from lms.domain.access import Action, Subject, require
from lms.errors import NotFound
from lms.services import desks, submissions
from lms.services.promotions import promotions_following
from lms.web.context import site
from lms.web.sentences import language

bp = Blueprint(
    "tickets", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>/atelier"
)


@bp.post("/ticket")
def create(course_slug: str, assignment_id: str) -> Response:
    """Sign the right to a kernel for this notebook, for a minute."""
    subject = Subject(promotion_ids=promotions_following(g.session, course_slug))
    require(g.actor, Action.USE_WORKBENCH, subject)
    assignment = site().library.course(course_slug).assignment(assignment_id)
    if assignment is None:
        raise NotFound(_("Cet exercice n’existe pas, ou plus."))
    version = submissions.current_version(g.session, course_slug, assignment)
    return jsonify(
        tickets.offer(
            site().config,
            user_id=g.actor.user_id,
            version_id=version.id,
            promotion_id=desks.promotion_of_work(g.session, g.actor, course_slug),
            language=language(),
        )
    )
