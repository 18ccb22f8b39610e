"""The planning of the promotion that an address names, for the pages that change its terms."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from flask import g, request
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.errors import Invalid, Refusal
from lms.models import Promotion
from lms.services.planning import Planning
from lms.web.context import now, site
from lms.web.journal_words import day


def planning_of(promotion: Promotion) -> Planning:
    """Return what the pages of a promotion's terms work with.

    :raises Refusal: while the files of its course cannot be read.
    """
    config = site().config
    return Planning(
        promotion=promotion,
        course=site().library.course(promotion.programme.course_slug),
        zone=ZoneInfo(config.timezone),
        holidays=config.holidays,
        now=now(),
        actor_id=g.actor.user_id,
    )


def planning_if_read(promotion: Promotion) -> Planning | None:
    """Return the same; None while the files of its course cannot be read."""
    try:
        return planning_of(promotion)
    except Refusal:
        return None


def language() -> str:
    """Return the language of the answer, such as `fr`."""
    return str((get_locale() or Locale("fr")).language)


def asked_moment(day_field: str, time_field: str) -> datetime | None:
    """Return the moment that two fields of a form name, or None; in the site's zone.

    :param time_field: `HH:MM`; the end of the day when empty.
    """
    found = day(request.form.get(day_field, ""))
    text = request.form.get(time_field, "").strip() or "23:59"
    if found is None:
        return None
    try:
        local = datetime.fromisoformat(f"{found.isoformat()}T{text}")
    except ValueError:
        return None
    return local.replace(tzinfo=ZoneInfo(site().config.timezone))


def number(field: str) -> float:
    """Return the number that a field of the form holds, 0 when it is empty.

    :raises Invalid: if it holds none.
    """
    text = request.form.get(field, "").strip().replace(",", ".").replace("%", "")
    try:
        found = float(text or 0)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(_("« %(text)s » n’est pas un nombre.", text=text[:20]))
    return found


def whole_number(field: str) -> int:
    """Return the whole number that a field of the form holds, 0 when it is empty.

    :raises Invalid: if it holds none.
    """
    found = number(field)
    if found != int(found):
        raise Invalid(
            _("« %(text)s » n’est pas un nombre entier.", text=request.form[field][:20])
        )
    return int(found)
