"""What the pages of a promotion share: its course, its learners and their alerts, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import g
from flask_babel import to_user_timezone

from lms.domain.course import Course
from lms.errors import Refusal
from lms.models import Promotion
from lms.plugins import alert_finder, alert_rules
from lms.services import alerts
from lms.services.alerts import Alerts, RuleInForce
from lms.services.watching import Watched, as_told_to, watch
from lms.web.context import now, site


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A promotion as it stands at this moment."""

    promotion: Promotion
    course: Course
    watched: Watched
    rules: tuple[RuleInForce, ...]
    alerts: Alerts


def course_of(promotion: Promotion) -> Course | None:
    """Return the promotion's course, or None while its files cannot be read."""
    try:
        return needed_course_of(promotion)
    except Refusal:
        return None


def needed_course_of(promotion: Promotion) -> Course:
    """Return the promotion's course.

    :raises Refusal: while its files cannot be read.
    """
    return site().library.course(promotion.programme.course_slug)


def today() -> date:
    """Return the day that it is for the person who asks."""
    day: date = to_user_timezone(now()).date()
    return day


def rules_of(promotion: Promotion) -> tuple[RuleInForce, ...]:
    """Return the rules of the promotion with its thresholds."""
    return alerts.rules_in_force(g.session, promotion, alert_rules(site().plugins))


def seen(promotion: Promotion, course: Course, *, has_revision: bool = False) -> Seen:
    """Return what is known of the learners, and what the rules find.

    :param has_revision: whether to say from what it was made, for a page that follows it.
    """
    watched = watch(
        g.session,
        promotion,
        course,
        reader_id=g.actor.user_id,
        has_revision=has_revision,
        now=now(),
    )
    return _seen(promotion, course, watched)


def seen_by(promotion: Promotion, course: Course, learner_id: int) -> Seen:
    """Return the same as far as one learner may know it of himself or herself."""
    moment = now()
    watched = watch(g.session, promotion, course, reader_id=learner_id, now=moment)
    told = as_told_to(g.session, promotion, course, watched, learner_id, now=moment)
    return _seen(promotion, course, told)


def _seen(promotion: Promotion, course: Course, watched: Watched) -> Seen:
    rules = rules_of(promotion)
    found = alerts.alerts_of(
        g.session,
        promotion,
        watched.facts,
        rules,
        alert_finder(site().plugins),
        today=today(),
    )
    return Seen(promotion=promotion, course=course, watched=watched, rules=rules, alerts=found)
