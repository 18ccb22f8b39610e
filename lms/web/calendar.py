"""« Calendrier »: where the dates of a promotion fall, why, and how they are changed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may
from lms.domain.calendar import Closed
from lms.errors import Invalid
from lms.models import Promotion
from lms.services import closures, dates
from lms.services.calendar import Move, calendar_of, date_shown, moves
from lms.services.date_effects import effects
from lms.services.planning import Planning
from lms.web.asked import promotion_for
from lms.web.journal_words import day
from lms.web.planned import asked_moment, language, planning_of
from lms.web.sentences import said
from lms.web.undoing import say_done

bp = Blueprint("calendar", __name__, url_prefix="/promotions/<slug>/calendrier")


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show all dates, how each was found, and what closes the school."""
    asked = promotion_for(slug, Action.SEE_RESULTS)
    return _page(asked, planning_of(asked))


@bp.post("/application")
def follow(slug: str) -> ResponseReturnValue:
    """Put every date that nobody set by hand where the calendar has it."""
    asked, planning = _asked(slug)
    found = moves(g.session, planning)
    if "confirme" not in request.form:
        return _preview(asked, planning, found, url_for(".follow", slug=slug), {})
    say_done(_("Les dates suivent le calendrier."), dates.follow(g.session, planning), asked)
    return _back(slug)


@bp.get("/dates/<symbol>/")
def date(slug: str, symbol: str) -> ResponseReturnValue:
    """Show the form that sets one date by hand."""
    return _date_page(*_asked(slug), symbol)


@bp.post("/dates/<symbol>/")
def set_date(slug: str, symbol: str) -> ResponseReturnValue:
    """Set one date by hand, once its effects were seen."""
    asked, planning = _asked(slug)
    shown, at = date_shown(g.session, planning, symbol), asked_moment("jour", "heure")
    if at is None:
        error = _("Choisissez un jour, et une heure comme 18:00.")
        return _date_page(asked, planning, symbol, error=error), 400
    if "confirme" not in request.form:
        fields = {"jour": request.form["jour"], "heure": request.form.get("heure", "")}
        move = Move(symbol=symbol, before=shown.at, after=at)
        address = url_for(".set_date", slug=slug, symbol=symbol)
        return _preview(asked, planning, [move], address, fields)
    event = dates.set_date(g.session, planning, symbol, at)
    say_done(_("La date « %(symbol)s » est fixée à la main.", symbol=symbol), event, asked)
    return _back(slug)


@bp.post("/dates/<symbol>/calcul")
def free_date(slug: str, symbol: str) -> ResponseReturnValue:
    """Let the calendar place a date again, once the effects were seen."""
    asked, planning = _asked(slug)
    shown = date_shown(g.session, planning, symbol)
    if "confirme" not in request.form:
        after = shown.placed.at if shown.placed else None
        move = Move(symbol=symbol, before=shown.at, after=after)
        address = url_for(".free_date", slug=slug, symbol=symbol)
        return _preview(asked, planning, [move], address, {})
    event = dates.free_date(g.session, planning, symbol)
    say_done(_("La date « %(symbol)s » suit le calendrier.", symbol=symbol), event, asked)
    return _back(slug)


@bp.post("/fermetures")
def add_closure(slug: str) -> ResponseReturnValue:
    """Close the school for some days, once the effects were seen."""
    asked, planning = _asked(slug)
    fields = {name: request.form.get(name, "") for name in ("motif", "du", "au")}
    try:
        closed = closures.read_closure(fields["motif"], day(fields["du"]), day(fields["au"]))
    except Invalid as refusal:
        return _page(asked, planning, error=said(refusal), fields=fields), 400
    if "confirme" not in request.form:
        found = moves(g.session, planning, added=closed)
        address = url_for(".add_closure", slug=slug)
        return _preview(asked, planning, found, address, fields, closed=closed)
    event = closures.add_closure(g.session, planning, closed)
    say_done(_("La fermeture « %(label)s » est notée.", label=closed.label), event, asked)
    return _back(slug)


@bp.post("/fermetures/<int:closure_id>/retrait")
def remove_closure(slug: str, closure_id: int) -> ResponseReturnValue:
    """Open the school on the days of a closure, once the effects were seen."""
    asked, planning = _asked(slug)
    closure = closures.closure_of(g.session, planning, closure_id)
    if "confirme" not in request.form:
        found = moves(g.session, planning, removed_id=closure.id)
        address = url_for(".remove_closure", slug=slug, closure_id=closure_id)
        return _preview(asked, planning, found, address, {})
    words = _("La fermeture « %(label)s » est retirée.", label=closure.label)
    say_done(words, closures.remove_closure(g.session, planning, closure), asked)
    return _back(slug)


def _asked(slug: str) -> tuple[Promotion, Planning]:
    asked = promotion_for(slug, Action.SET_TERMS)
    return asked, planning_of(asked)


def _page(
    asked: Promotion,
    planning: Planning,
    *,
    error: str = "",
    fields: dict[str, str] | None = None,
) -> str:
    subject = Subject(promotion_ids=frozenset({asked.id}))
    return render_template(
        "promotions/calendar.html",
        promotion=asked,
        calendar=calendar_of(g.session, planning, language=language()),
        may_set=may(g.actor, Action.SET_TERMS, subject),
        error=error,
        fields=fields or {},
    )


def _date_page(asked: Promotion, planning: Planning, symbol: str, *, error: str = "") -> str:
    shown = date_shown(g.session, planning, symbol, language=language())
    local = shown.at.astimezone(planning.zone) if shown.at else None
    return render_template(
        "promotions/date.html",
        promotion=asked,
        shown=shown,
        day=request.form.get("jour", f"{local:%Y-%m-%d}" if local else ""),
        time=request.form.get("heure", f"{local:%H:%M}" if local else "18:00"),
        error=error,
    )


def _preview(
    asked: Promotion,
    planning: Planning,
    found: Sequence[Move],
    address: str,
    fields: dict[str, str],
    *,
    closed: Closed | None = None,
) -> str:
    return render_template(
        "promotions/preview.html",
        promotion=asked,
        moves=found,
        effects=effects(g.session, planning, found),
        closed=closed,
        address=address,
        fields=fields,
    )


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=slug), 303)
