"""One's own goal for the week: set, changed and removed by the person alone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, require
from lms.domain.goals import MAX_TARGET, Goal, GoalKind
from lms.errors import Invalid
from lms.services import goals
from lms.web.context import now, site
from lms.web.sentences import said

bp = Blueprint("goals", __name__, url_prefix="/objectif")


@bp.get("/")
def edit() -> ResponseReturnValue:
    """Show the form of the person's goal."""
    require(g.actor, Action.USE_ACCOUNT)
    return _form()


@bp.post("/")
def keep() -> ResponseReturnValue:
    """Set the goal, or change it."""
    require(g.actor, Action.USE_ACCOUNT)
    goals.set_goal(g.session, g.actor.user_id, kind=_kind(), target=_target(), now=now())
    flash(_("Votre objectif de la semaine est enregistré."), "ok")
    return redirect(url_for("home.show"), 303)


@bp.post("/retrait")
def remove() -> ResponseReturnValue:
    """Forget the goal."""
    require(g.actor, Action.USE_ACCOUNT)
    goals.remove_goal(g.session, g.actor.user_id)
    flash(_("Votre objectif est retiré."), "ok")
    return redirect(url_for("home.show"), 303)


@bp.errorhandler(Invalid)
def explain(refusal: Invalid) -> ResponseReturnValue:
    """Show the form again with what is wrong."""
    g.session.rollback()
    return _form(error=said(refusal)), 400


def own_goal() -> Goal | None:
    """Return the goal of the person who asks: never anybody else's."""
    return goals.goal_of(g.session, g.actor.user_id, zone=zone(), now=now())


def zone() -> ZoneInfo:
    """Return the zone in which weeks begin."""
    return ZoneInfo(site().config.timezone)


def _form(*, error: str = "") -> str:
    return render_template(
        "goals/edit.html", goal=own_goal(), kinds=GoalKind, most=MAX_TARGET, error=error
    )


def _kind() -> GoalKind:
    try:
        return GoalKind(request.form.get("quoi", ""))
    except ValueError:
        raise Invalid(_("Choisissez ce que vous voulez compter.")) from None


def _target() -> int:
    text = request.form.get("combien", "")
    if not text.isdecimal() or len(text) > 3:
        raise Invalid(_("Écrivez un nombre entier, tel que 3."))
    return int(text)
