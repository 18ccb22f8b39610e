"""A submission: where it stands, its feedback, and the notebook as handed in or annotated."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from lms.domain.access import Action, Subject, require
from lms.errors import NotFound
from lms.models import Submission
from lms.services import feedback
from lms.services.submissions import submission_by_id
from lms.web.context import now, site
from lms.web.events import Pace, Streams, changes
from lms.web.waiting import words

bp = Blueprint("submissions", __name__, url_prefix="/rendus")

NOTEBOOK_TYPE = "application/x-ipynb+json"
streams = Streams()


@bp.app_template_filter("inline_code")
def inline_code(text: str) -> Markup:
    """Show what stands between backticks as code; everything else as it is."""
    parts = text.split("`")
    shown = [
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return Markup("").join(shown)


def _submission(submission_id: int) -> Submission:
    found = submission_by_id(g.session, submission_id)
    subject = Subject(promotion_ids=frozenset({found.promotion_id}), owner_id=found.learner_id)
    require(g.actor, Action.SEE_SUBMISSION, subject)
    return found


@bp.get("/<int:submission_id>/")
def show(submission_id: int) -> ResponseReturnValue:
    """Show where a submission stands; once it is graded, what it gave."""
    shown = feedback.show(g.session, _submission(submission_id), now=now())
    return render_template(
        "submissions/show.html",
        shown=shown,
        words=words(feedback.progress(g.session, submission_id, now=now())),
        is_own=shown.learner_id == g.actor.user_id,
    )


@bp.get("/<int:submission_id>/carnet.ipynb")
def download(submission_id: int) -> Response:
    """Give back the notebook exactly as it was handed in."""
    found = _submission(submission_id)
    return send_file(
        BytesIO(site().blobs.get(found.notebook_hash)),
        mimetype=NOTEBOOK_TYPE,
        as_attachment=True,
        download_name=f"{found.assignment_id}-rendu-{found.attempt}.ipynb",
    )


@bp.get("/<int:submission_id>/carnet/")
def annotated(submission_id: int) -> ResponseReturnValue:
    """Show the notebook that ran, with its outputs and its verdicts."""
    found = _submission(submission_id)
    run = feedback.latest_run(g.session, found.id)
    if run is None or run.feedback_hash is None:
        raise NotFound(_("Ce rendu n’a pas encore de carnet annoté."))
    html = site().blobs.get(run.feedback_hash).decode()
    return render_template(
        "submissions/notebook.html",
        shown=feedback.show(g.session, found, now=now()),
        html=Markup(html),  # noqa: S704 - cleaned by the worker before it was stored
    )


@bp.get("/<int:submission_id>/suivi")
def follow(submission_id: int) -> Response:
    """Send an event each time that the submission's state changes."""
    _submission(submission_id)
    sessions = site().sessions

    def read() -> dict[str, Any]:
        with sessions() as session:
            reached = feedback.progress(session, submission_id, now=now())
        return {
            "standing": reached.standing.value,
            "is_final": reached.standing.is_final,
            "words": words(reached),
        }

    return streams.open(changes(read, is_final=_is_final, pace=Pace()))


def _is_final(event: Mapping[str, Any]) -> bool:
    return bool(event["is_final"])
