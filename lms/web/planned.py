"""The planning of the promotion that an address names, for the pages that change its terms."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from flask import g, request
from flask_babel import get_locale

from lms.errors import Refusal
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
