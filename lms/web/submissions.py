"""A submission: where it stands, its feedback, and the notebook as handed in or annotated."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

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
from markupsafe import Markup, escape

from lms.domain.access import Action, Subject, may, require
from lms.domain.terms import Terms
from lms.errors import Invalid, NotFound, Refusal
from lms.models import Submission
from lms.services import blind, comments, feedback, marked, peers
from lms.services.submissions import submission_by_id
from lms.services.withholding import FeedbackWithheld, withheld
from lms.web.annotated import annotated_html
from lms.web.context import mail_later, now, site
from lms.web.events import Pace, Streams, changes
from lms.web.mails import comment_mail
from lms.web.sentences import language, said
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


def _subject(found: Submission) -> Subject:
    return Subject(promotion_ids=frozenset({found.promotion_id}), owner_id=found.learner_id)


def _submission(submission_id: int, action: Action = Action.SEE_SUBMISSION) -> Submission:
    found = submission_by_id(g.session, submission_id)
    require(g.actor, action, _subject(found))
    return found


@bp.get("/<int:submission_id>/")
def show(submission_id: int) -> ResponseReturnValue:
    """Show where a submission stands; once it is graded, what it gave."""
    return _page(_submission(submission_id))


def _page(
    found: Submission, *, error: str = "", written: Mapping[str, str] | None = None
) -> str:
    is_own = found.learner_id == g.actor.user_id
    held = _withheld(found)
    page = {
        "shown": feedback.show(
            g.session,
            found,
            now=now(),
            language=language(),
            has_all_hints=not is_own,
            is_withheld=held is not None,
            is_nameless=_is_nameless(found),
        ),
        "held": held,
        "is_own": is_own,
        "may_ask": is_own and may(g.actor, Action.ASK_HINT, _subject(found)),
        "may_comment": may(g.actor, Action.COMMENT, _subject(found)),
        "marked": marked.marked(g.session, found.id),
        "reviews": peers.received(g.session, found.id),
        "error": error,
        "written": written or {},
    }
    reached = feedback.progress(g.session, found.id, now=now(), is_withheld=held is not None)
    told = words(reached)
    return render_template("submissions/show.html", page=page, words=told, **page)


@bp.post("/<int:submission_id>/commentaires")
def comment(submission_id: int) -> ResponseReturnValue:
    """Add a trainer's comment, on an exercise or on the whole."""
    found = _submission(submission_id, Action.COMMENT)
    exercise_id, text = request.form.get("exercice", ""), request.form.get("texte", "")
    try:
        made = comments.write(
            g.session,
            found,
            text,
            author_id=g.actor.user_id,
            exercise_id=exercise_id,
            now=now(),
        )
    except Invalid as refusal:
        return _page(found, error=said(refusal), written={exercise_id: text}), 422
    if withheld_from_learner(found) is None:  # else the release tells of it
        mail_later(comment_mail(found, made))
    flash(_comment_words(found), "ok")
    return _back(submission_id, exercise_id)


def _comment_words(found: Submission) -> str:
    if _is_nameless(found):
        return str(_("Commentaire envoyé : la personne le lira ici."))
    return str(_("Commentaire envoyé : %(name)s le lira ici.", name=found.learner.name))


@bp.post("/<int:submission_id>/commentaires/<int:comment_id>/retirer")
def withdraw(submission_id: int, comment_id: int) -> ResponseReturnValue:
    """Take back a comment of one's own."""
    found = _submission(submission_id, Action.COMMENT)
    comments.withdraw(g.session, found, comment_id, author_id=g.actor.user_id, now=now())
    flash(_("Commentaire retiré."), "ok")
    return _back(submission_id, "")


def _back(submission_id: int, exercise_id: str) -> Response:
    anchor = f"exercice-{exercise_id}" if exercise_id else "commentaires"
    address = url_for("submissions.show", submission_id=submission_id, _anchor=anchor)
    return cast(Response, redirect(address, 303))


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
    if _withheld(found) is not None:
        raise FeedbackWithheld
    run = feedback.run_of(g.session, found.id)
    html = annotated_html(run) if run else None
    if html is None:
        raise NotFound(_("Ce rendu n’a pas encore de carnet annoté."))
    return render_template(
        "submissions/notebook.html",
        shown=feedback.show(g.session, found, now=now(), is_nameless=_is_nameless(found)),
        html=Markup(html),  # noqa: S704 - cleaned when it was made
    )


@bp.get("/<int:submission_id>/suivi")
def follow(submission_id: int) -> Response:
    """Send an event each time that the submission's state changes."""
    is_withheld = _withheld(_submission(submission_id)) is not None
    sessions = site().sessions

    def read() -> dict[str, Any]:
        with sessions() as session:
            reached = feedback.progress(
                session, submission_id, now=now(), is_withheld=is_withheld
            )
        return {
            "standing": reached.standing.value,
            "is_final": reached.standing.is_final,
            "words": words(reached),
        }

    return streams.open(changes(read, is_final=_is_final, pace=Pace()))


def _is_nameless(found: Submission) -> bool:
    """Whether whose work it is is hidden from who looks at it."""
    return blind.is_hidden(g.session, found, reader_id=g.actor.user_id)


def _withheld(found: Submission) -> Terms | None:
    """Return the terms that keep the feedback from its learner; None for everybody else."""
    return withheld_from_learner(found) if found.learner_id == g.actor.user_id else None


def withheld_from_learner(found: Submission) -> Terms | None:
    """Return the terms that keep a work's feedback from its learner; None when it is open."""
    try:
        course = site().library.course(found.course_slug)
    except Refusal:
        course = None
    return withheld(g.session, found, course, now=now())


def _is_final(event: Mapping[str, Any]) -> bool:
    return bool(event["is_final"])
