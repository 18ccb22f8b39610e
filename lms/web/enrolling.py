"""Enrolling from a list, of a file or of another source, shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from lms.domain.access import Action
from lms.domain.people import ROLE_LABELS
from lms.domain.roster import COLUMNS, RosterLine, read_roster, write_roster
from lms.errors import Invalid
from lms.hookspecs import Enrolment
from lms.models import Promotion
from lms.services import enrolling
from lms.services.enrolling import Outcome
from lms.web.asked import promotion_for
from lms.web.context import now, site
from lms.web.members import send_invitation
from lms.web.sentences import said

bp = Blueprint("enrolling", __name__, url_prefix="/promotions/<slug>/membres/inscriptions")

OUTCOME_WORDS = {
    Outcome.NEW: lazy_gettext("Nouveau compte, et une invitation"),
    Outcome.ROLE: lazy_gettext("A un compte : rejoint la promotion"),
    Outcome.BACK: lazy_gettext("Revient, et retrouve son travail"),
    Outcome.SAME: lazy_gettext("Déjà là : rien ne change"),
    Outcome.REFUSED: lazy_gettext("Refusée"),
}


@bp.get("/")
def form(slug: str) -> ResponseReturnValue:
    """Show the form that takes a list, and the sources that have one."""
    return _form(promotion_for(slug, Action.ENROL))


@bp.post("/")
def preview(slug: str) -> ResponseReturnValue:
    """Show line by line what a list would change; nothing is changed."""
    asked = promotion_for(slug, Action.ENROL)
    lines = _lines(asked)
    planned = enrolling.plan(g.session, asked, lines, now=now())
    return render_template(
        "promotions/enrol_preview.html",
        promotion=asked,
        planned=planned,
        counts={
            outcome: sum(found.outcome is outcome for found in planned) for outcome in Outcome
        },
        words=OUTCOME_WORDS,
        labels=ROLE_LABELS,
        kept=write_roster(lines),
    )


@bp.post("/confirmation")
def confirm(slug: str) -> ResponseReturnValue:
    """Do what the list that was shown would change, and invite the newcomers."""
    asked = promotion_for(slug, Action.ENROL)
    lines = read_roster(request.form.get("liste", "").encode())
    taken = enrolling.enrol(g.session, asked, lines, actor_id=g.actor.user_id, now=now())
    for newcomer in taken.newcomers:
        user = newcomer.user
        send_invitation(asked, email=user.email, name=user.name, role=newcomer.role)
    flash(_told(taken.memberships, len(taken.newcomers)), "success")
    return redirect(url_for("members.show", slug=slug), 303)


@bp.errorhandler(Invalid)
def explain(refusal: Invalid) -> ResponseReturnValue:
    """Show the form again with every mistake of the list."""
    g.session.rollback()
    asked = promotion_for((request.view_args or {})["slug"], Action.ENROL)
    return _form(asked, mistakes=said(refusal).splitlines()), 400


def _lines(asked: Promotion) -> Sequence[RosterLine]:
    """Return the people whom the form names: by a source, a file, or a text.

    :raises Invalid: if there is no list, or it cannot be used.
    """
    source = request.form.get("source", "")
    if source:
        found = next((each for each in _sources(asked) if each.source == source), None)
        if found is None:
            raise Invalid(_("Cette source n’a plus de liste : rechargez la page."))
        return found.lines
    file = request.files.get("fichier")
    name = (file.filename or "") if file else ""
    content = file.read() if file and name else request.form.get("texte", "").strip().encode()
    if not content:
        raise Invalid(_("Choisissez un fichier, ou collez la liste."))
    lines: Sequence[RosterLine] | None = site().plugins.ask(
        "read_roster", content=content, filename=name or "liste.csv"
    )
    if lines is None:
        raise Invalid(_("Aucune extension ne sait lire cette liste."))
    return lines


def _sources(asked: Promotion) -> list[Enrolment]:
    found: list[Enrolment] = site().plugins.gather(
        "enrolment_source", promotion=asked.slug, config=site().config
    )
    return found


def _form(asked: Promotion, *, mistakes: Sequence[str] = ()) -> str:
    return render_template(
        "promotions/enrol.html",
        promotion=asked,
        sources=[] if mistakes else _sources(asked),
        columns=COLUMNS,
        typed=request.form.get("texte", ""),
        mistakes=mistakes,
    )


def _told(memberships: int, invited: int) -> str:
    words = ngettext("%(num)s personne inscrite.", "%(num)s personnes inscrites.", memberships)
    if not invited:
        return str(words)
    sent = ngettext("%(num)s invitation envoyée.", "%(num)s invitations envoyées.", invited)
    return f"{words} {sent}"
