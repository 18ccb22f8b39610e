"""Questions to the trainers: asking from an exercise, the thread, what waits for an answer."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, send_file, url_for
from flask import request as http
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # stubs of 3.2

from lms.content.cell_outputs import cell_outputs
from lms.content.markdown import markdown_cell, without_titles
from lms.content.place import Place as NoPlace
from lms.domain.access import STAFF, Action, Role, Subject, may, require
from lms.domain.help import SHARING_LABELS, STATE_LABELS, QuestionState, Sharing
from lms.errors import Invalid
from lms.models import Question
from lms.services import blind, help_reading
from lms.services import help as helping
from lms.services.drafts import Place
from lms.services.help import About
from lms.web.asked import Asked, asked_for, promotion_for
from lms.web.context import mail_later, now, site
from lms.web.forms import text
from lms.web.help_forms import AskForm, ReplyForm, SharingForm
from lms.web.mails import answer_mail, question_mail
from lms.web.submissions import NOTEBOOK_TYPE

bp = Blueprint("help", __name__)

ASKING = "/cours/<course_slug>/exercices/<assignment_id>/aide"
#: Whoever learns or teaches in a promotion reads what is shared in it.
READERS = STAFF | {Role.LEARNER}


@bp.get("/aide/")
def mine() -> ResponseReturnValue:
    """List the person's own questions."""
    require(g.actor, Action.USE_ACCOUNT)
    return render_template(
        "help/mine.html", questions=help_reading.of_learner(g.session, g.actor.user_id)
    )


@bp.get(ASKING)
def form(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Show the form to ask, with what will go with the question."""
    asked = asked_for(Action.ASK)
    given = {name: http.args.get(name, "") for name in ("exercice", "cellule", "rendu")}
    return _form_page(asked, AskForm(formdata=None, **given))


@bp.post(ASKING)
def ask(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Keep a question, and tell the trainers."""
    asked, sent = asked_for(Action.ASK), AskForm()
    if not sent.validate_on_submit():
        return _form_page(asked, sent)
    question, is_new = helping.ask(
        g.session,
        site().blobs,
        learner_id=g.actor.user_id,
        course=asked.course,
        assignment=asked.assignment,
        version=asked.version,
        about=_about(sent),
        text=text(sent.texte),
        sharing=Sharing(sent.partage.data),
        now=now(),
    )
    if is_new:
        _tell_trainers(question)
    flash(_("Votre question est envoyée à l’équipe pédagogique."), "success")
    return redirect(url_for(".show", question_id=question.id), 303)


@bp.get("/aide/<int:question_id>/")
def show(question_id: int) -> ResponseReturnValue:
    """Show a question with its answers."""
    return _thread_page(
        _question(question_id, Action.FOLLOW_QUESTION), ReplyForm(formdata=None)
    )


@bp.post("/aide/<int:question_id>/messages")
def reply(question_id: int) -> ResponseReturnValue:
    """Answer, or add to the question."""
    question, sent = _question(question_id, Action.FOLLOW_QUESTION), ReplyForm()
    if not sent.validate_on_submit():
        return _thread_page(question, sent)
    message = helping.reply(
        g.session, question, author_id=g.actor.user_id, text=text(sent.texte), now=now()
    )
    if message.is_from_learner:
        _tell_trainers(question)
    else:
        mail_later(answer_mail(question, message))
    flash(_("Votre message est envoyé."), "success")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.post("/aide/<int:question_id>/fermer")
def close(question_id: int) -> ResponseReturnValue:
    """Say that the question has its answer."""
    question = _question(question_id, Action.OWN_QUESTION)
    helping.close(g.session, question, actor_id=g.actor.user_id, now=now())
    flash(_("La question est close. Écrivez un message pour la rouvrir."), "success")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.post("/aide/<int:question_id>/partage")
def share(question_id: int) -> ResponseReturnValue:
    """Share the question with the promotion, or take it back."""
    question, sent = _question(question_id, Action.OWN_QUESTION), SharingForm()
    if not sent.validate_on_submit():
        raise Invalid(_("Choisissez qui peut lire votre question."))
    helping.share(
        g.session,
        question,
        Sharing(sent.partage.data),
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(_("Votre choix de partage est enregistré."), "success")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.get("/aide/<int:question_id>/carnet.ipynb")
def draft(question_id: int) -> Response:
    """Give the draft that is attached to the question."""
    question = _question(question_id, Action.FOLLOW_QUESTION)
    return send_file(
        BytesIO(help_reading.notebook(g.session, site().blobs, question)),
        mimetype=NOTEBOOK_TYPE,
        as_attachment=True,
        download_name=f"{question.assignment_id}-question-{question.id}.ipynb",
    )


@bp.get("/promotions/<slug>/questions/")
def promotion(slug: str) -> ResponseReturnValue:
    """List the questions of a promotion, those that wait first."""
    found = promotion_for(slug, Action.SEE_RESULTS)
    return render_template(
        "help/promotion.html",
        promotion=found,
        questions=help_reading.of_promotion(g.session, found, reader_id=g.actor.user_id),
        now=now(),
    )


@bp.app_context_processor
def parts() -> dict[str, Any]:
    """Give other pages what they show of questions, read only where it is shown."""
    return {
        "questions_waiting": lambda: help_reading.waiting(
            g.session, g.actor.promotions(*STAFF)
        ),
        "questions_shared": lambda course_slug, assignment_id: help_reading.shared(
            g.session, course_slug, assignment_id, g.actor.promotions(*READERS)
        ),
    }


@bp.app_template_filter("message_html")
def message_html(message: str) -> Markup:
    """Show a person's Markdown, cleaned."""
    html, _problems = markdown_cell(message, place=NoPlace())
    return Markup(without_titles(html))  # noqa: S704 - clean: by the lessons' own renderer


@bp.app_template_filter("question_state")
def question_state(state: QuestionState) -> str:
    """Say where a question stands."""
    return str(_(STATE_LABELS[state]))


@bp.app_template_filter("time_waited")
def time_waited(time: timedelta) -> str:
    """Write how long somebody has waited: « 5 minutes », « 3 heures », « 2 jours »."""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 60:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    hours = round(minutes / 60)
    if hours < 24:
        return str(ngettext("%(num)s heure", "%(num)s heures", hours))
    return str(ngettext("%(num)s jour", "%(num)s jours", round(hours / 24)))


def _question(question_id: int, action: Action) -> Question:
    found = helping.question_by_id(g.session, question_id)
    subject = Subject(promotion_ids=frozenset({found.promotion_id}), owner_id=found.learner_id)
    require(g.actor, action, subject)
    return found


def _about(sent: AskForm) -> About:
    number = text(sent.rendu)
    return About(
        exercise_id=sent.exercice.data or "",
        cell_id=text(sent.cellule),
        submission_id=int(number) if number.isdecimal() and len(number) < 19 else None,
    )


def _form_page(asked: Asked, sent: AskForm) -> str:
    exercises = [(found["id"], found["title"]) for found in asked.version.exercises]
    sent.exercice.choices = [
        SelectChoice("", _("Tout l’exercice")),
        *(SelectChoice(key, title) for key, title in exercises),
    ]
    place = Place(
        learner_id=g.actor.user_id, course_slug=asked.course.slug, version=asked.version
    )
    work = helping.attached(g.session, site().blobs, place, _about(sent))
    return render_template(
        "help/ask.html",
        course=asked.course,
        assignment=asked.assignment,
        form=sent,
        work=work,
        outputs=_outputs(work.outputs),
    )


def _thread_page(question: Question, sent: ReplyForm) -> str:
    subject = Subject(
        promotion_ids=frozenset({question.promotion_id}), owner_id=question.learner_id
    )
    return render_template(
        "help/thread.html",
        question=question,
        shown=help_reading.thread(g.session, question, reader_id=g.actor.user_id),
        outputs=_outputs(question.cell_outputs),
        form=sent,
        sharing=SharingForm(formdata=None, partage=question.sharing),
        sharing_label=SHARING_LABELS[Sharing(question.sharing)],
        is_own=may(g.actor, Action.OWN_QUESTION, subject),
        is_staff=bool(g.actor.promotions(*STAFF) & {question.promotion_id}),
    )


def _outputs(outputs: Any) -> Markup:
    return Markup(cell_outputs(outputs))  # noqa: S704 - cleaned there


def _tell_trainers(question: Question) -> None:
    for person in helping.recipients(g.session, question, now=now()):
        veil = blind.veil(g.session, reader_id=person.id, courses=[question.course_slug])
        is_hidden = veil.hides(
            question.learner_id, question.course_slug, question.assignment_id
        )
        mail_later(question_mail(question, person, is_nameless=is_hidden))
