"""« Journal »: who changed what, found again, told in sentences, and taken back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import HIDDEN, Action, require
from lms.errors import Conflict, NotFound
from lms.models import Promotion
from lms.services import members, undo
from lms.services.journal import Wanted, journal
from lms.services.undo import Undoing
from lms.web.asked import promotion_for
from lms.web.context import now, site
from lms.web.journal_words import KIND_WORDS, day, details, sentence
from lms.web.planned import planning_if_read
from lms.web.targets import safe_target
from lms.web.undoing import say_done

bp = Blueprint("audit", __name__)

FIELDS = ("personne", "sujet", "genre", "du", "au")


@bp.get("/promotions/<slug>/journal/")
def show(slug: str) -> ResponseReturnValue:
    """Show what changed in a promotion, latest first."""
    asked = promotion_for(slug, Action.SEE_JOURNAL)
    found = members.members_of(g.session, asked, now=now())
    names = sorted({member.name for member in found.present + found.former})
    return _page(asked, names)


@bp.get("/exploitation/journal")
def site_journal() -> ResponseReturnValue:
    """Show what changed on the whole site, for who runs it."""
    require(g.actor, Action.OPERATE)
    return _page(None, [])


@bp.post("/promotions/<slug>/journal/<int:event_id>/annuler")
def undo_event(slug: str, event_id: int) -> ResponseReturnValue:
    """Take back one event of a promotion."""
    asked = promotion_for(slug, Action.SEE_JOURNAL)
    event = undo.event_of(g.session, event_id)
    if event.promotion_id != asked.id:
        raise NotFound(HIDDEN)
    reversal = undo.reversal_of(event)
    if reversal is None:
        raise Conflict(_("Cette action ne s’annule pas ici."))
    promotion_for(slug, reversal.right)
    by = Undoing(actor_id=g.actor.user_id, now=now(), planning=planning_if_read(asked))
    done = undo.undo(g.session, event, by)
    say_done(_("C’est annulé : tout est comme avant."), done, asked)
    back = safe_target(request.form.get("retour")) or url_for(".show", slug=slug)
    return redirect(back, 303)


def _page(promotion: Promotion | None, names: list[str]) -> ResponseReturnValue:
    values = {name: request.args.get(name, "").strip()[:100] for name in FIELDS}
    found = journal(
        g.session,
        Wanted(
            reader_id=g.actor.user_id,
            promotion_id=promotion.id if promotion else None,
            person=values["personne"],
            subject=values["sujet"],
            kind=values["genre"],
            since=_moment(values["du"]),
            until=_moment(values["au"], days=1),
        ),
        page=request.args.get("page", 1, type=int),
    )
    template = "promotions/journal.html" if promotion else "operate/journal.html"
    return render_template(
        template,
        promotion=promotion,
        journal=found,
        sentence=sentence,
        details=details,
        kinds=KIND_WORDS,
        names=names,
        values=values,
        is_filtered=any(values.values()),
        address=f"{request.path}?{urlencode({k: v for k, v in values.items() if v})}&page=",
    )


def _moment(text: str, *, days: int = 0) -> datetime | None:
    """Return the beginning of the day that a field names, or of one after it."""
    found = day(text)
    if found is None:
        return None
    zone = ZoneInfo(site().config.timezone)
    return datetime.combine(found + timedelta(days=days), time(), zone)
