"""An assignment: its instructions, the notebook to download, and the form to hand it in."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from lms.catalogue.addresses import place_of
from lms.config import MIB
from lms.content.markdown import markdown_cell
from lms.domain.access import Action
from lms.errors import Invalid, NotFound, TooLarge
from lms.models import AssignmentVersion
from lms.services import submissions
from lms.services.attempts import desk
from lms.services.submissions import NoAnswers, Upload
from lms.web import errors
from lms.web.asked import Asked, asked_for
from lms.web.context import now, site
from lms.web.kept_files import keep, kept
from lms.web.sentences import said
from lms.web.submissions import NOTEBOOK_TYPE

bp = Blueprint(
    "assignments", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>"
)


def _page(asked: Asked, *, error: str = "") -> str:
    moment, version = now(), asked.version
    return render_template(
        "assignments/show.html",
        course=asked.course,
        module=asked.course.module(asked.assignment.module_id),
        assignment=asked.assignment,
        version=version,
        instructions=_instructions(asked, version),
        desk=desk(
            g.session,
            g.actor.user_id,
            asked.course,
            asked.assignment,
            now=moment,
            unlock=site().unlock,
        ),
        now=moment,
        max_mib=site().config.max_upload_bytes // MIB,
        max_bytes=site().config.max_upload_bytes,
        error=error,
    )


def _instructions(asked: Asked, version: AssignmentVersion) -> Markup:
    text = submissions.instructions(site().blobs, version)
    place = place_of(asked.course, asked.assignment.notebook)
    html, _problems = markdown_cell(text, place=place)
    return Markup(html)  # noqa: S704 - clean: it went through the lessons' own renderer


@bp.get("/")
def show(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Show what is asked, what is due, and what was handed in so far."""
    return _page(asked_for(Action.READ_COURSE))


@bp.get("/carnet.ipynb")
def released(course_slug: str, assignment_id: str) -> Response:  # noqa: ARG001
    """Give the notebook to work on: no solutions, no hidden tests."""
    version = asked_for(Action.READ_COURSE).version
    return _file(version.released_hash, f"{version.assignment_id}.ipynb")


@bp.get("/donnees/<path:path>")
def data(course_slug: str, assignment_id: str, path: str) -> Response:  # noqa: ARG001
    """Give one of the data files, by its path beside the notebook."""
    version = asked_for(Action.READ_COURSE).version
    if path not in version.files:
        raise NotFound(_("Ce fichier de données n’existe pas."))
    return _file(version.files[path], PurePosixPath(path).name)


@bp.post("/rendus")
def hand_in(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Keep an uploaded notebook, then follow its correction."""
    asked = asked_for(Action.HAND_IN)
    handed_in = submissions.hand_in(
        g.session,
        site().blobs,
        learner_id=g.actor.user_id,
        course=asked.course,
        assignment=asked.assignment,
        upload=_upload(asked),
        max_bytes=site().config.max_upload_bytes,
        now=now(),
        unlock=site().unlock,
    )
    if handed_in.is_new:
        flash(_("Votre rendu est bien reçu."), "ok")
    else:
        flash(_("Vous aviez déjà déposé ce carnet : voici ce qu’il a donné."), "info")
    return redirect(url_for("submissions.show", submission_id=handed_in.submission.id), 303)


@bp.errorhandler(Invalid)
def explain(refusal: Invalid) -> ResponseReturnValue:
    """Show the form again with what is wrong with the file."""
    g.session.rollback()
    status = 413 if isinstance(refusal, TooLarge) else 400
    return _page(asked_for(Action.READ_COURSE), error=said(refusal)), status


@bp.errorhandler(RequestEntityTooLarge)
def explain_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say the same of a file that was refused before it was read."""
    return errors.refuse(submissions.too_large(site().config.max_upload_bytes))


@bp.errorhandler(NoAnswers)
def ask_again(empty: NoAnswers) -> ResponseReturnValue:
    """Ask whether a notebook without answers is really meant; the file is kept meanwhile."""
    g.session.rollback()
    asked = asked_for(Action.HAND_IN)
    filename = request.files["carnet"].filename or ""
    page = render_template(
        "assignments/confirm.html",
        course=asked.course,
        assignment=asked.assignment,
        reason=said(empty),
        filename=filename,
        token=keep(empty.notebook_hash, filename, use=_use(asked)),
    )
    return page, 409


def _upload(asked: Asked) -> Upload:
    """Return what the form sends: a file, or the word that the kept one is meant."""
    if "jeton" in request.form:
        return _confirmed(asked, request.form["jeton"])
    file = request.files.get("carnet")
    if file is None or not file.filename:
        raise Invalid(_("Choisissez d’abord le fichier « .ipynb » de votre carnet."))
    return Upload(data=file.read(), filename=file.filename)


def _confirmed(asked: Asked, word: str) -> Upload:
    found = kept(word, use=_use(asked))
    if found is None:
        raise Invalid(_("Cette confirmation n’est plus valable : déposez à nouveau le carnet."))
    return Upload(data=found.data, filename=found.filename, is_confirmed=True)


def _use(asked: Asked) -> str:
    return f"answer to {asked.assignment.content_hash}"


def _file(content_hash: str, name: str) -> Response:
    is_notebook = name.endswith(".ipynb")
    return send_file(
        BytesIO(site().blobs.get(content_hash)),
        mimetype=NOTEBOOK_TYPE if is_notebook else "application/octet-stream",
        as_attachment=True,
        download_name=name,
    )
