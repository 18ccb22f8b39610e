"""Drafts of the workbench: kept as they are typed, gone back to, handed in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.domain.access import Action
from lms.domain.draft_input import read_cells, read_json, read_number
from lms.models import DraftVersion
from lms.services import drafts
from lms.services.draft_hand_in import hand_in_draft
from lms.services.drafts import Place, Receipt, Stale
from lms.services.submissions import NoAnswers
from lms.web.asked import Asked, asked_for
from lms.web.context import now, site
from lms.web.display import moment_in_words
from lms.web.submissions import NOTEBOOK_TYPE

bp = Blueprint(
    "drafts", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>/atelier"
)

#: The frame of a rich output. The page that opened it posts the HTML; nothing of a learner's
#: is ever stored here, and an opaque origin has no right over the site.
SHELL = """<!doctype html><meta charset="utf-8"><title>Sortie</title><body><script>
addEventListener("message", (event) => {
  if (event.source !== parent) return;
  document.open();
  document.write(event.data);
  document.close();
}, {once: true});
parent.postMessage("ready", "*");
</script>
"""
SHELL_POLICY = "; ".join(
    (
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline' 'unsafe-eval'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


def _place(asked: Asked) -> Place:
    return Place(
        learner_id=g.actor.user_id, course_slug=asked.course.slug, version=asked.version
    )


@bp.get("/brouillon")
def show(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Give the draft's cells, or the released form's while there is none."""
    return jsonify(_current(asked_for(Action.USE_WORKBENCH)).as_json())


@bp.put("/brouillon")
def save(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Keep the cells; the answer comes once they are safe."""
    place = _place(asked_for(Action.USE_WORKBENCH))
    body = read_json(request.get_data())
    receipt = drafts.save(
        g.session,
        site().blobs,
        place,
        base=read_number(body, "base"),
        sent=read_cells(body.get("cells")),
        now=now(),
    )
    return jsonify(_receipt(receipt))


@bp.get("/versions")
def versions(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """List the versions that one can go back to."""
    found = drafts.versions(g.session, _place(asked_for(Action.USE_WORKBENCH)))
    return jsonify(versions=[_line(version) for version in found])


@bp.get("/versions/<int:number>")
def version(course_slug: str, assignment_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001
    """Give the draft as it stood at one version."""
    place = _place(asked_for(Action.USE_WORKBENCH))
    return jsonify(drafts.at(g.session, site().blobs, place, number).as_json())


@bp.post("/versions/<int:number>/reprendre")
def resume(course_slug: str, assignment_id: str, number: int) -> ResponseReturnValue:  # noqa: ARG001
    """Go back to one version; the present one stays in the list."""
    place = _place(asked_for(Action.USE_WORKBENCH))
    body = read_json(request.get_data()) if request.is_json else {}
    base = read_number(body, "base") if "base" in body else None
    document = drafts.resume(g.session, site().blobs, place, number, base=base, now=now())
    return jsonify(document.as_json())


@bp.get("/carnet.ipynb")
def download(course_slug: str, assignment_id: str) -> Response:  # noqa: ARG001
    """Give the draft as a notebook that Jupyter opens."""
    asked = asked_for(Action.USE_WORKBENCH)
    return send_file(
        BytesIO(drafts.as_notebook(site().blobs, asked.version, _current(asked))),
        mimetype=NOTEBOOK_TYPE,
        as_attachment=True,
        download_name=f"{asked.assignment.id}.ipynb",
    )


@bp.post("/depot")
def hand_in(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Hand in the draft as the page shows it; the answer comes once that is safe."""
    asked = asked_for(Action.HAND_IN)
    body = read_json(request.get_data()) if request.is_json else {}
    handed_in = hand_in_draft(
        g.session,
        site().blobs,
        learner_id=g.actor.user_id,
        course=asked.course,
        assignment=asked.assignment,
        base=read_number(body, "base"),
        is_confirmed=body.get("is_confirmed") is True,
        max_bytes=site().config.max_upload_bytes,
        now=now(),
        unlock=site().unlock,
    )
    submission = handed_in.submission
    answer = {
        "submission": submission.id,
        "attempt": submission.attempt,
        "url": url_for("submissions.show", submission_id=submission.id),
        "is_new": handed_in.is_new,
    }
    return jsonify(answer), 201 if handed_in.is_new else 200


@bp.get("/sortie")
def output(course_slug: str, assignment_id: str) -> Response:  # noqa: ARG001
    """Give the empty frame in which the page shows what a cell drew."""
    asked_for(Action.USE_WORKBENCH)
    response = Response(SHELL, mimetype="text/html")
    response.headers["Content-Security-Policy"] = SHELL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.errorhandler(Stale)
def tell_apart(stale: Stale) -> ResponseReturnValue:
    """Give the version that stands there, so that the person can choose."""
    g.session.rollback()
    return jsonify(code="stale", **(stale.document.as_json() | {"message": str(stale)})), 409


@bp.errorhandler(NoAnswers)
def ask_again(empty: NoAnswers) -> ResponseReturnValue:
    """Ask whether a draft without answers is really meant."""
    g.session.rollback()
    return jsonify(code="no-answers", message=str(empty)), 409


def _current(asked: Asked) -> drafts.Document:
    return drafts.current(
        g.session,
        site().blobs,
        learner_id=g.actor.user_id,
        course_slug=asked.course.slug,
        version=asked.version,
    )


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "version": receipt.number,
        "saved_at": receipt.saved_at.isoformat() if receipt.saved_at else None,
        "is_new": receipt.is_new,
        "is_changed": receipt.is_changed,
        "message": receipt.message,
    }


def _line(version: DraftVersion) -> dict[str, Any]:
    written = ngettext("%(num)s cellule écrite", "%(num)s cellules écrites", version.size)
    handed_in = _("%(written)s, déposée", written=written)
    return {
        "number": version.number,
        "saved_at": version.saved_at.isoformat(),
        "when": moment_in_words(version.saved_at),
        "summary": handed_in if version.submission_id else written,
    }
