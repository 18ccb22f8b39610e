"""The workbench: a page in which the notebook is written, run, checked and handed in."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import tickets
from lms.catalogue.addresses import place_of
from lms.content.cells import TextCells
from lms.domain.access import Action, Subject, may
from lms.errors import Invalid
from lms.services import desks, drafts, workbench
from lms.services.promotions import promotions_following
from lms.services.workbench import BenchExercise
from lms.web.asked import Asked, asked_for
from lms.web.compression import compressed
from lms.web.context import site
from lms.web.headers import csp_nonce, policy
from lms.web.sentences import language
from lms.web.workbench_words import words

bp = Blueprint(
    "workbench", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>/atelier"
)
texts = TextCells()

#: A text cell longer than that is shown as it is, not rendered.
MAX_PREVIEW = 100_000


@bp.get("/")
def show(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Show the notebook with the person's draft in it, ready to run."""
    asked = asked_for(Action.USE_WORKBENCH)
    version, place = asked.version, place_of(asked.course, asked.assignment.notebook)
    draft = drafts.current(
        g.session,
        site().blobs,
        learner_id=g.actor.user_id,
        course_slug=asked.course.slug,
        version=version,
    )
    exercises = workbench.exercises_of(site().blobs, version, draft.cells)
    response = make_response(
        render_template(
            "workbench/show.html",
            course=asked.course,
            assignment=asked.assignment,
            cells=workbench.cells_of(
                draft.cells, exercises, lambda text: texts.html(text, place)
            ),
            page=_page(asked, draft, exercises),
            can_hand_in=_can_hand_in(asked),
        )
    )
    response.headers["Content-Security-Policy"] = policy(
        csp_nonce(), connect=(site().config.gateway_origin,), frame="'self'"
    )
    return compressed(response)


@bp.post("/apercu")
def preview(course_slug: str, assignment_id: str) -> Response:  # noqa: ARG001
    """Give a text cell as the page shows it."""
    asked = asked_for(Action.USE_WORKBENCH)
    body = request.get_json(silent=True) if request.is_json else {}
    source = body.get("source", "") if isinstance(body, dict) else None
    if not isinstance(source, str) or len(source) > MAX_PREVIEW:
        raise Invalid(_("Ce texte est trop long pour être mis en forme."))
    place = place_of(asked.course, asked.assignment.notebook)
    return jsonify(html=texts.html(source, place))


def _page(
    asked: Asked, draft: drafts.Document, exercises: tuple[BenchExercise, ...]
) -> dict[str, Any]:
    """Return what the scripts of the page start from."""
    here: dict[str, Any] = {
        "course_slug": asked.course.slug,
        "assignment_id": asked.assignment.id,
    }
    return {
        "person": g.actor.user_id,
        "urls": {
            "ticket": url_for("tickets.create", **here),
            "draft": url_for("drafts.show", **here),
            "versions": url_for("drafts.versions", **here),
            "handIn": url_for("drafts.hand_in", **here),
            "preview": url_for("workbench.preview", **here),
            "frame": url_for("drafts.output", **here),
            "signIn": url_for("accounts.sign_in", suite=url_for("workbench.show", **here)),
        },
        "draft": draft.as_json(),
        "exercises": [exercise.as_json() for exercise in exercises],
        # The first ticket comes with the page: the kernel starts a round trip earlier.
        "ticket": tickets.offer(
            site().config,
            user_id=g.actor.user_id,
            version_id=asked.version.id,
            promotion_id=desks.promotion_of_work(g.session, g.actor, asked.course.slug),
            language=language(),
        ),
        "can_hand_in": _can_hand_in(asked),
        "filename": f"{asked.assignment.id}.ipynb",
        "words": words(),
    }


def _can_hand_in(asked: Asked) -> bool:
    promotions = promotions_following(g.session, asked.course.slug)
    return may(g.actor, Action.HAND_IN, Subject(promotion_ids=promotions))
