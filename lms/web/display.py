"""How pages look and read to one person: colours, language, navigation, dates in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel import Locale
from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    gettext,
    ngettext,
    to_user_timezone,
)

from lms.domain.access import STAFF
from lms.domain.words import with_first
from lms.web.context import now, site
from lms.web.targets import safe_target

bp = Blueprint("display", __name__)

LOCALES = {"fr": "Français", "en": "English"}
THEMES = ("auto", "light", "dark", "contrast")
THEME_ICONS = {"auto": "half", "light": "sun", "dark": "moon", "contrast": "dot"}
COOKIE_AGE = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Link:
    """One entry of a menu."""

    url: str
    label: str
    is_current: bool = False
    is_exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One button of a group of which one is pressed."""

    value: str
    label: str
    is_current: bool
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What `base.html` shows around every page."""

    site_name: str
    locale: str
    theme: str
    here: str
    home_url: str
    is_signed_in: bool
    person: str
    links: tuple[Link, ...]
    account_links: tuple[Link, ...]
    sign_out_url: str
    themes: tuple[Choice, ...]
    locales: tuple[Choice, ...]


@bp.post("/affichage")
def choose() -> ResponseReturnValue:
    """Remember the colours or the language that a person chose, signed in or not."""
    response = redirect(safe_target(request.form.get("retour")) or url_for("home.show"), 303)
    for name, allowed in (("theme", THEMES), ("langue", tuple(LOCALES))):
        value = request.form.get(name)
        if value in allowed:
            response.set_cookie(
                name, value, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure
            )
    if g.user is not None and request.form.get("langue") in LOCALES:
        g.user.locale = request.form["langue"]  # kept with the account, for every machine
    return response


def select_locale() -> str:
    """Return the language of the answer: the account's, the cookie's or the browser's."""
    chosen = getattr(g.get("user"), "locale", None) or request.cookies.get("langue")
    if chosen in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(tuple(LOCALES)) or "fr"


@bp.app_context_processor
def frame() -> dict[str, Frame]:
    """Give every template the frame of its page."""
    locale = str((get_locale() or Locale("fr")).language)
    theme = request.cookies.get("theme", "auto")
    user = g.get("user")
    is_signed_in = user is not None
    return {
        "frame": Frame(
            site_name=site().config.site_name,
            locale=locale,
            theme=theme if theme in THEMES else "auto",
            here=request.full_path.rstrip("?") if request.method == "GET" else "/",
            home_url=url_for("home.show"),
            is_signed_in=is_signed_in,
            person=user.name if user is not None else "",
            links=_links() if is_signed_in else (),
            account_links=_account_links() if is_signed_in else (),
            sign_out_url=url_for("accounts.sign_out") if is_signed_in else "",
            themes=_themes(theme),
            locales=tuple(
                Choice(value=value, label=label, is_current=value == locale)
                for value, label in LOCALES.items()
            ),
        )
    }


def _links() -> tuple[Link, ...]:
    entries = [("home.show", gettext("Accueil")), ("learn.courses", gettext("Cours"))]
    if g.actor.promotions(*STAFF):
        entries.append(("teach.promotions", gettext("Promotions")))
    return tuple(_link(url_for(endpoint), label) for endpoint, label in entries)


def _account_links() -> tuple[Link, ...]:
    entries = [
        ("notes.mine", gettext("Mes notes")),
        ("own_scores.mine", gettext("Mes résultats")),
        ("help.mine", gettext("Mes questions")),
        ("alerts.mine", gettext("Mon suivi")),
        ("peers.mine", gettext("Mes relectures")),
        ("accounts.account", gettext("Mon compte")),
    ]
    if g.actor.is_operator:
        entries.append(("operate.extensions", gettext("Extensions")))
        entries.append(("audit.site_journal", gettext("Journal du site")))
    return tuple(Link(url=url_for(endpoint), label=label) for endpoint, label in entries)


def _link(url: str, label: str) -> Link:
    is_exact = request.path == url
    is_below = url != url_for("home.show") and request.path.startswith(url)
    return Link(url=url, label=label, is_current=is_exact or is_below, is_exact=is_exact)


def _themes(current: str) -> tuple[Choice, ...]:
    labels = {
        "auto": gettext("Automatique"),
        "light": gettext("Clair"),
        "dark": gettext("Sombre"),
        "contrast": gettext("Contraste élevé"),
    }
    return tuple(
        Choice(
            value=value,
            label=labels[value],
            is_current=value == (current if current in THEMES else "auto"),
            icon=THEME_ICONS[value],
        )
        for value in THEMES
    )


@bp.app_template_filter("decimal")
def decimal(value: float) -> str:
    """Write a number with at most two decimals: « 1 050,5 »."""
    return str(format_decimal(round(value, 2)))


@bp.app_template_filter("size_in_words")
def size_in_words(size_bytes: int) -> str:
    """Write the size of a file: « 340 ko », « 1,4 Mo »."""
    kilobytes = max(1, round(size_bytes / 1000))
    if kilobytes < 1000:
        return str(gettext("%(size)s ko", size=format_decimal(kilobytes)))
    return str(gettext("%(size)s Mo", size=format_decimal(round(kilobytes / 1000, 1))))


@bp.app_template_filter("day_in_words")
def day_in_words(moment: datetime) -> str:
    """Write a day: « lundi 5 novembre 2018 », « dimanche 1er mars 2026 »."""
    return _first(str(format_date(moment, "EEEE d MMMM y")))


@bp.app_template_filter("date_in_words")
def date_in_words(day: date) -> str:
    """Write a day without its name: « 5 novembre 2018 », « 1er mars 2026 »."""
    return _first(str(format_date(day, "d MMMM y")))


def short_date(day: date, *, has_year: bool = True) -> str:
    """Write a day as short as it can be read: « 12 nov. 2026 », « 1er mars 2026 »."""
    return _first(str(format_date(day, "d MMM y" if has_year else "d MMM")))


@bp.app_template_filter("moment_in_words")
def moment_in_words(moment: datetime) -> str:
    """Write a day and an hour: « lundi 5 novembre 2018 à 9 h 30 »."""
    return str(
        gettext("%(day)s à %(hour)s", day=day_in_words(moment), hour=hour_in_words(moment))
    )


@bp.app_template_filter("hour_in_words")
def hour_in_words(moment: datetime) -> str:
    """Write an hour: « 9 h 30 »."""
    return str(format_datetime(moment, gettext("H'\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}'mm")))


@bp.app_template_filter("due_in_words")
def due_in_words(moment: datetime) -> str:
    """Write how far off a date is: « aujourd’hui », « dans 3 jours », « date passée »."""
    days = (to_user_timezone(moment).date() - to_user_timezone(now()).date()).days
    if moment < now():
        return str(gettext("Date passée"))
    if days < 2:
        return str(gettext("Demain") if days else gettext("Aujourd’hui"))
    return str(ngettext("Dans %(num)s jour", "Dans %(num)s jours", days))


@bp.app_template_filter("duration_in_words")
def duration_in_words(seconds: float) -> str:
    """Write a length of time: « 1,4 s », « 2 min 5 s », « 1 h 10 min »."""
    if seconds < 60:
        shown = round(seconds, 1) if seconds < 10 else round(seconds)
        return f"{format_decimal(shown)}\N{NO-BREAK SPACE}s"
    minutes, rest_s = divmod(round(seconds), 60)
    if minutes < 60:
        return _joined((minutes, "min"), (rest_s, "s"))
    return _joined((minutes // 60, "h"), (minutes % 60, "min"))


def _joined(*parts: tuple[int, str]) -> str:
    return " ".join(
        f"{count}\N{NO-BREAK SPACE}{unit}"
        for position, (count, unit) in enumerate(parts)
        if count or position == 0
    )


def _first(day: str) -> str:
    return with_first(day, str(get_locale()))
