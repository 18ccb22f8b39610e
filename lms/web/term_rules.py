"""« Réglages »: lateness, attempts and release of feedback, and where each comes from."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lms.domain.access import Action
from lms.domain.late import LatePolicy
from lms.domain.terms import UNLIMITED, FeedbackRelease, TermSettings
from lms.errors import Conflict, Invalid, NotFound, Refusal
from lms.models import Promotion
from lms.services import term_rules
from lms.services.planning import Planning
from lms.services.term_rules import HOUR_S, PROMOTION
from lms.web.asked import promotion_for
from lms.web.notices import tell_released
from lms.web.planned import number, planning_of, whole_number
from lms.web.sentences import said
from lms.web.undoing import say_done

bp = Blueprint("term_rules", __name__, url_prefix="/promotions/<slug>/reglages")

FEEDBACK_WORDS = {
    FeedbackRelease.AT_ONCE: lazy_gettext("Dès la correction"),
    FeedbackRelease.AFTER_DUE: lazy_gettext("Après la date de rendu"),
    FeedbackRelease.BY_TRAINER: lazy_gettext("Quand l’équipe pédagogique les ouvre"),
}


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show the promotion's rules, and those of each assignment with their origin."""
    asked, planning = _asked(slug)
    return render_template(
        "promotions/rules.html",
        promotion=asked,
        common=term_rules.rules_of(g.session, planning, PROMOTION),
        rules=term_rules.all_rules(g.session, planning),
        feedback_words=FEEDBACK_WORDS,
    )


@bp.get("/promotion/", defaults={"assignment_id": PROMOTION})
@bp.get("/exercices/<assignment_id>/")
def edit(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Show the form of one set of rules."""
    return _form(*_asked(slug), assignment_id)


@bp.post("/promotion/", defaults={"assignment_id": PROMOTION})
@bp.post("/exercices/<assignment_id>/")
def set_rules(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Set one set of rules."""
    asked, planning = _asked(slug)
    _title(planning, assignment_id)
    event = term_rules.set_rules(g.session, planning, assignment_id, _wanted())
    say_done(_("Les réglages sont enregistrés."), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/exercices/<assignment_id>/ouverture")
def release(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Open the feedback of an assignment to its learners, and tell them."""
    asked, planning = _asked(slug)
    title = _title(planning, assignment_id)
    event = term_rules.release(g.session, planning, assignment_id)
    tell_released(planning, assignment_id, title)
    say_done(_("Les retours de « %(title)s » sont ouverts.", title=title), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/exercices/<assignment_id>/fermeture")
def withhold(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Close the feedback of an assignment again."""
    asked, planning = _asked(slug)
    title = _title(planning, assignment_id)
    event = term_rules.withhold(g.session, planning, assignment_id)
    say_done(_("Les retours de « %(title)s » sont fermés.", title=title), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.errorhandler(Invalid)
@bp.errorhandler(Conflict)
def explain(refusal: Refusal) -> ResponseReturnValue:
    """Show the form again with the reason, and what was typed."""
    g.session.rollback()
    named = request.view_args or {}
    asked, planning = _asked(named["slug"])
    status = 400 if isinstance(refusal, Invalid) else 409
    return _form(asked, planning, named["assignment_id"], error=said(refusal)), status


def _asked(slug: str) -> tuple[Promotion, Planning]:
    asked = promotion_for(slug, Action.SET_TERMS)
    return asked, planning_of(asked)


def _title(planning: Planning, assignment_id: str) -> str:
    """Return the title of an assignment of the course; empty for the promotion's own rules.

    :raises NotFound: if the course has none of that name.
    """
    if assignment_id == PROMOTION:
        return ""
    found = planning.course.assignment(assignment_id)
    if found is None:
        raise NotFound(_("Cet exercice n’existe pas, ou plus."))
    return found.title


def _wanted() -> TermSettings:
    """Return what the form asks for.

    :raises Invalid: if a number cannot be read.
    """
    late = attempts = feedback = None
    if request.form.get("retard") == "propre":
        late = LatePolicy(
            grace_s=round(number("tolerance") * HOUR_S),
            loss_per_day=number("perte") / 100,
            floor=number("minimum") / 100,
        )
    if request.form.get("tentatives") == "illimitees":
        attempts = UNLIMITED
    elif request.form.get("tentatives") == "propre":
        attempts = whole_number("nombre")
        if attempts < 1:
            raise Invalid(_("Donnez au moins une tentative."))
    if request.form.get("retours") in set(FeedbackRelease):
        feedback = FeedbackRelease(request.form["retours"])
    return TermSettings(late=late, attempts=attempts, feedback=feedback)


def _form(asked: Promotion, planning: Planning, assignment_id: str, *, error: str = "") -> str:
    title = _title(planning, assignment_id)
    return render_template(
        "promotions/rules_form.html",
        promotion=asked,
        title=title,
        assignment_id=assignment_id,
        own=term_rules.rules_of(g.session, planning, assignment_id),
        common=term_rules.rules_of(g.session, planning, PROMOTION),
        declared=planning.course.assignment(assignment_id),
        feedback_words=FEEDBACK_WORDS,
        typed=request.form,
        error=error,
    )
