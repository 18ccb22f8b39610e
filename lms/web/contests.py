"""Contested results: the learner's text, the trainers' answer, the list of a promotion."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may, require
from lms.domain.regrades import CONTEST_LABELS, ContestState
from lms.errors import Conflict, Invalid
from lms.models import Contest, Submission
from lms.services import blind, contests, feedback, roles
from lms.services.submissions import submission_by_id
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now
from lms.web.score_mails import contest_answer_mail, contest_mail
from lms.web.sentences import said
from lms.web.veils import veil_over

bp = Blueprint("contests", __name__)


@bp.get("/rendus/<int:submission_id>/contestations/")
def show(submission_id: int) -> ResponseReturnValue:
    """Show what was contested of a submission, and what was answered."""
    return _page(_submission(submission_id))


@bp.post("/rendus/<int:submission_id>/contestations/")
def make(submission_id: int) -> ResponseReturnValue:
    """Contest the result of one's own submission."""
    found = _submission(submission_id, Action.CONTEST)
    text, exercise_id = request.form.get("texte", ""), request.form.get("exercice", "")
    try:
        made = contests.contest(g.session, found, text, exercise_id=exercise_id, now=now())
    except (Invalid, Conflict) as refusal:
        return _page(found, error=said(refusal), typed=text), 422
    for trainer in roles.told_first(g.session, found.promotion, now=now()):
        is_hidden = blind.is_hidden(g.session, found, reader_id=trainer.id)
        mail_later(contest_mail(made, trainer, is_nameless=is_hidden))
    flash(_("Votre contestation est envoyée à l’équipe pédagogique."), "ok")
    return _to(found)


@bp.post("/rendus/<int:submission_id>/contestations/<int:contest_id>/reponse")
def answer(submission_id: int, contest_id: int) -> ResponseReturnValue:
    """Accept a contest, or explain the result."""
    found = _submission(submission_id, Action.COMMENT)
    contest = contests.contest_of(g.session, found, contest_id)
    text = request.form.get("texte", "")
    try:
        contests.answer(
            g.session,
            contest,
            text,
            is_accepted=request.form.get("decision") == ContestState.ACCEPTED,
            actor_id=g.actor.user_id,
            now=now(),
        )
    except (Invalid, Conflict) as refusal:
        return _page(found, error=said(refusal), typed=text), 422
    mail_later(contest_answer_mail(contest))
    flash(_answered_words(found), "ok")
    return _to(found)


@bp.get("/promotions/<slug>/contestations/")
def waiting(slug: str) -> ResponseReturnValue:
    """List the contested results of a promotion."""
    promotion = promotion_for(slug, Action.SEE_RESULTS)
    return render_template(
        "contests/waiting.html",
        promotion=promotion,
        contests=contests.contests_in(g.session, promotion),
        veil=veil_over(promotion.programme.course_slug),
        labels=CONTEST_LABELS,
    )


def _submission(submission_id: int, action: Action = Action.SEE_SUBMISSION) -> Submission:
    found = submission_by_id(g.session, submission_id)
    require(g.actor, action, _subject(found))
    return found


def _subject(found: Submission) -> Subject:
    return Subject(promotion_ids=frozenset({found.promotion_id}), owner_id=found.learner_id)


def _page(found: Submission, *, error: str = "", typed: str = "") -> str:
    subject = _subject(found)
    run = feedback.run_of(g.session, found.id)
    made: list[Contest] = list(contests.contests_of(g.session, found.id))
    has_open = any(each.state == ContestState.OPEN for each in made)
    return render_template(
        "contests/show.html",
        submission=found,
        name=veil_over(found.course_slug).name(found),
        contests=made,
        exercises={each.exercise_id: each.title for each in run.exercises} if run else {},
        labels=CONTEST_LABELS,
        is_own=found.learner_id == g.actor.user_id,
        may_contest=may(g.actor, Action.CONTEST, subject) and run is not None and not has_open,
        may_answer=may(g.actor, Action.COMMENT, subject),
        error=error,
        typed=typed,
    )


def _answered_words(found: Submission) -> str:
    name = veil_over(found.course_slug).name(found)
    return str(_("Réponse envoyée à %(name)s.", name=name) if name else _("Réponse envoyée."))


def _to(found: Submission) -> Response:
    return cast(Response, redirect(url_for(".show", submission_id=found.id), 303))
