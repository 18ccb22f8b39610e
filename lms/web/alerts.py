"""Alerts: who may need a hand and why, what was set aside, the rules, and one's own view."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Role, Subject, may, require
from lms.domain.help import read_text
from lms.errors import Invalid
from lms.models import Promotion
from lms.services import alerts, audit, following
from lms.services.following import Followed
from lms.services.people import get_user
from lms.services.promotions import list_promotions
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now
from lms.web.mails import follow_up_mail
from lms.web.sentences import said
from lms.web.watched import Seen, course_of, rules_of, seen, seen_by, today

bp = Blueprint("alerts", __name__)

PROMOTION = "/promotions/<slug>/alertes/"


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A form that was sent back, with what was typed in it."""

    form: str
    error: str
    typed: Mapping[str, str]

    def is_of(self, form: str, learner_id: int, rule: str = "", subject: str = "") -> bool:
        """Whether it is this form."""
        typed = (self.typed.get("rule", ""), self.typed.get("subject", ""))
        is_same = self.form == form and self.typed.get("learner") == str(learner_id)
        return is_same and typed == (rule, subject)


@bp.get(PROMOTION)
def show(slug: str) -> ResponseReturnValue:
    """Show to whom rules apply now, and what was set aside."""
    return _page(promotion_for(slug, Action.SEE_RESULTS))


def _page(asked: Promotion, refused: Refused | None = None) -> str:
    course = course_of(asked)
    subject = Subject(promotion_ids=frozenset({asked.id}))
    return render_template(
        "alerts/show.html",
        promotion=asked,
        found=seen(asked, course) if course else None,
        may_tune=may(g.actor, Action.SET_ALERT_RULES, subject),
        refused=refused,
        first_day=today(),
    )


@bp.post(f"{PROMOTION}mises-de-cote")
def set_aside(slug: str) -> ResponseReturnValue:
    """Hide an alert until a date, with the reason."""
    asked, typed = promotion_for(slug, Action.FOLLOW_UP), request.form.to_dict()
    try:
        alerts.set_aside(
            g.session,
            asked,
            learner_id=_number(typed.get("learner", "")),
            rule=typed.get("rule", ""),
            subject=typed.get("subject", ""),
            note=typed.get("note", ""),
            until=_day(typed.get("until", "")),
            actor_id=g.actor.user_id,
            today=today(),
            now=now(),
        )
    except Invalid as refusal:
        return _page(asked, Refused(form="aside", error=said(refusal), typed=typed)), 422
    flash(_("Alerte mise de côté : elle attend plus bas, où elle peut être reprise."), "ok")
    return redirect(url_for(".show", slug=slug), 303)


@bp.post(f"{PROMOTION}mises-de-cote/<int:aside_id>/reprise")
def resume(slug: str, aside_id: int) -> ResponseReturnValue:
    """Show an alert again that was set aside."""
    asked = promotion_for(slug, Action.FOLLOW_UP)
    alerts.resume(g.session, asked, aside_id, actor_id=g.actor.user_id, now=now())
    flash(_("L’alerte est de nouveau visible."), "ok")
    return redirect(url_for(".show", slug=slug), 303)


@bp.post(f"{PROMOTION}messages")
def write(slug: str) -> ResponseReturnValue:
    """Send a learner a mail."""
    asked, typed = promotion_for(slug, Action.FOLLOW_UP), request.form.to_dict()
    learner_id = _number(typed.get("learner", ""))
    learner = alerts.learner_in(g.session, asked, learner_id, now=now())
    try:
        message = read_text(typed.get("text", ""))
    except Invalid as refusal:
        return _page(asked, Refused(form="message", error=said(refusal), typed=typed)), 422
    author = get_user(g.session, g.actor.user_id)
    mail_later(follow_up_mail(asked, learner, author, message))
    audit.record(
        g.session,
        "learner.written-to",
        f"user:{learner.id}",
        actor_id=author.id,
        now=now(),
        promotion_id=asked.id,
        person_id=learner.id,
    )
    flash(_("Message envoyé à %(name)s.", name=learner.name), "ok")
    return redirect(url_for(".show", slug=slug), 303)


@bp.get(f"{PROMOTION}regles")
def rules(slug: str) -> ResponseReturnValue:
    """Show the form of the rules and their thresholds."""
    return _rules_page(promotion_for(slug, Action.SET_ALERT_RULES))


@bp.post(f"{PROMOTION}regles")
def change_rules(slug: str) -> ResponseReturnValue:
    """Switch rules on and off, and set their thresholds."""
    asked, typed = promotion_for(slug, Action.SET_ALERT_RULES), request.form
    try:
        for held in rules_of(asked):
            key = held.rule.key
            alerts.change_rule(
                g.session,
                asked,
                held.rule,
                is_on=f"{key}.on" in typed,
                typed={
                    one.key: typed.get(f"{key}.{one.key}", "") for one in held.rule.thresholds
                },
                actor_id=g.actor.user_id,
                now=now(),
            )
    except Invalid as refusal:
        return _rules_page(asked, error=said(refusal), typed=typed.to_dict()), 422
    flash(_("Les règles sont enregistrées."), "ok")
    return redirect(url_for(".show", slug=slug), 303)


def _rules_page(
    asked: Promotion, *, error: str = "", typed: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "alerts/rules.html",
        promotion=asked,
        rules=rules_of(asked),
        error=error,
        typed=typed,
    )


@dataclass(frozen=True, kw_only=True)
class OwnView:
    """What the team of one promotion sees of the person who asks."""

    seen: Seen
    followed: Followed


@bp.get("/suivi/")
def mine() -> ResponseReturnValue:
    """Show a learner what the team sees, by the same rules."""
    require(g.actor, Action.USE_ACCOUNT)
    views = []
    for promotion in list_promotions(g.session, g.actor.promotions(Role.LEARNER)):
        course = course_of(promotion)
        if course is not None:
            found = seen_by(promotion, course, g.actor.user_id)
            own = following.follow(g.session, promotion, course, found.watched, g.actor.user_id)
            views.append(OwnView(seen=found, followed=own))
    return render_template("alerts/mine.html", views=views, learner_id=g.actor.user_id)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
