"""The author's hints: one more at each request, for a submission's page and the workbench."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.domain.access import Action
from lms.services import hints
from lms.web.asked import asked_for
from lms.web.context import now
from lms.web.targets import safe_target

bp = Blueprint("hints", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>")


@bp.post("/indices/<exercise_id>")
def reveal(
    course_slug: str,
    assignment_id: str,
    exercise_id: str,
) -> ResponseReturnValue:
    """Give the next hint: as JSON where asked for, else on the page it was asked from."""
    found = hints.reveal(
        g.session,
        asked_for(Action.ASK_HINT).version,
        exercise_id,
        learner_id=g.actor.user_id,
        now=now(),
    )
    wanted = request.accept_mimetypes.best_match(("text/html", "application/json"))
    if wanted == "application/json":
        return jsonify(hints=list(found.shown), left=found.left)
    page = safe_target(request.form.get("suite")) or url_for(
        "assignments.show", course_slug=course_slug, assignment_id=assignment_id
    )
    return redirect(f"{page.partition('#')[0]}#exercice-{exercise_id}", 303)
