"""« Aménagements »: more time or more attempts for somebody, with a reason, until withdrawn."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action
from lms.errors import Conflict, Invalid, Refusal
from lms.models import Promotion
from lms.services import adjustments, groups
from lms.services.adjustments import Grant
from lms.services.planning import Planning
from lms.web.asked import promotion_for
from lms.web.notices import tell_adjusted
from lms.web.planned import asked_moment, planning_of, whole_number
from lms.web.sentences import said
from lms.web.undoing import say_done

bp = Blueprint("adjustments", __name__, url_prefix="/promotions/<slug>/amenagements")


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show the adjustments of a promotion, and the form that grants one."""
    return _page(*_asked(slug))


@bp.post("/")
def grant(slug: str) -> ResponseReturnValue:
    """Give a learner or a group more time or more attempts."""
    asked, planning = _asked(slug)
    event = adjustments.grant(g.session, planning, _wanted())
    row = adjustments.adjustment_of(g.session, planning, int(event.subject.split(":")[1]))
    tell_adjusted(planning, adjustments.people_of(g.session, planning, row))
    say_done(_("L’aménagement est accordé."), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/<int:adjustment_id>/retrait")
def revoke(slug: str, adjustment_id: int) -> ResponseReturnValue:
    """End an adjustment."""
    asked, planning = _asked(slug)
    row = adjustments.adjustment_of(g.session, planning, adjustment_id)
    event = adjustments.revoke(g.session, planning, row)
    say_done(_("L’aménagement est retiré."), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.errorhandler(Invalid)
@bp.errorhandler(Conflict)
def explain(refusal: Refusal) -> ResponseReturnValue:
    """Show the page again with the reason, and what was typed."""
    g.session.rollback()
    status = 400 if isinstance(refusal, Invalid) else 409
    return _page(*_asked((request.view_args or {})["slug"]), error=said(refusal)), status


def _asked(slug: str) -> tuple[Promotion, Planning]:
    asked = promotion_for(slug, Action.SET_TERMS)
    return asked, planning_of(asked)


def _wanted() -> Grant:
    """Return what the form asks for.

    :raises Invalid: if a number or a date cannot be read.
    """
    kind, _colon, number = request.form.get("qui", "").partition(":")
    chosen = int(number) if number.isdecimal() and len(number) < 10 else None
    due_at = asked_moment("jour", "heure")
    if request.form.get("jour", "").strip() and due_at is None:
        raise Invalid(
            _("La date ne se lit pas : choisissez un jour, et une heure comme 18:00.")
        )
    return Grant(
        learner_id=chosen if kind == "personne" else None,
        group_id=chosen if kind == "groupe" else None,
        assignment_id=request.form.get("exercice") or None,
        due_at=due_at,
        extra_days=whole_number("jours"),
        extra_attempts=whole_number("tentatives"),
        reason=request.form.get("motif", ""),
    )


def _page(asked: Promotion, planning: Planning, *, error: str = "") -> str:
    return render_template(
        "promotions/adjustments.html",
        promotion=asked,
        course=planning.course,
        adjustments=adjustments.adjustments_of(g.session, planning),
        learners=groups.learners_of(g.session, planning),
        groups=groups.groups_of(g.session, planning),
        typed=request.form,
        error=error,
    )
