"""« Groupes »: parts of a promotion, for what is given to several learners at once."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action
from lms.errors import Conflict, Invalid, Refusal
from lms.models import Promotion
from lms.services import groups
from lms.services.planning import Planning
from lms.web.asked import promotion_for
from lms.web.planned import planning_of
from lms.web.sentences import said
from lms.web.undoing import say_done

bp = Blueprint("groups", __name__, url_prefix="/promotions/<slug>/groupes")


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show the groups of a promotion, and the form that makes one."""
    return _page(*_asked(slug))


@bp.post("/")
def create(slug: str) -> ResponseReturnValue:
    """Make a group."""
    asked, planning = _asked(slug)
    event = groups.create_group(g.session, planning, request.form.get("nom", ""))
    say_done(_("Le groupe est créé. Choisissez maintenant qui en fait partie."), event, asked)
    group_id = int(event.subject.split(":")[1])
    return redirect(url_for(".group", slug=slug, group_id=group_id), 303)


@bp.get("/<int:group_id>/")
def group(slug: str, group_id: int) -> ResponseReturnValue:
    """Show who is in a group, and who could be."""
    asked, planning = _asked(slug)
    found = groups.group_of(g.session, planning, group_id)
    return render_template(
        "promotions/group.html",
        promotion=asked,
        group=found,
        learners=groups.learners_of(g.session, planning),
        chosen=groups.member_ids(g.session, found),
    )


@bp.post("/<int:group_id>/")
def fill(slug: str, group_id: int) -> ResponseReturnValue:
    """Set who is in a group."""
    asked, planning = _asked(slug)
    found = groups.group_of(g.session, planning, group_id)
    chosen = request.form.getlist("personne", type=int)
    event = groups.fill_group(g.session, planning, found, chosen)
    say_done(_("Le groupe « %(name)s » est enregistré.", name=found.name), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.post("/<int:group_id>/suppression")
def remove(slug: str, group_id: int) -> ResponseReturnValue:
    """Take a group away."""
    asked, planning = _asked(slug)
    found = groups.group_of(g.session, planning, group_id)
    name = found.name
    event = groups.remove_group(g.session, planning, found)
    say_done(_("Le groupe « %(name)s » est supprimé.", name=name), event, asked)
    return redirect(url_for(".show", slug=slug), 303)


@bp.errorhandler(Invalid)
@bp.errorhandler(Conflict)
def explain(refusal: Refusal) -> ResponseReturnValue:
    """Show the groups again with the reason why nothing was changed."""
    g.session.rollback()
    status = 400 if isinstance(refusal, Invalid) else 409
    return _page(*_asked((request.view_args or {})["slug"]), error=said(refusal)), status


def _asked(slug: str) -> tuple[Promotion, Planning]:
    asked = promotion_for(slug, Action.SET_TERMS)
    return asked, planning_of(asked)


def _page(asked: Promotion, planning: Planning, *, error: str = "") -> str:
    return render_template(
        "promotions/groups.html",
        promotion=asked,
        groups=groups.groups_of(g.session, planning),
        typed=request.form,
        error=error,
    )
