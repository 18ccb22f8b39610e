"""The versions of referentials that a promotion follows, bound when they never were."""

from __future__ import annotations

from flask import g

from lms.domain.course import Course
from lms.domain.referentials import Referential, Shelf, in_force
from lms.errors import Refusal
from lms.models import Promotion
from lms.services import referentials, withholding
from lms.services.referentials import Bound
from lms.web.context import now, site


def bound_for(promotion: Promotion) -> Bound:
    """Return the versions that the promotion's programme follows."""
    found = referentials.bound(g.session, promotion.programme_id)
    course = course_of(promotion)
    known = {each.id for each in found.referentials}
    if course is None or known.issuperset(course.referentials):
        return found
    referentials.keep(g.session, shelf(), now=now())
    referentials.bind_missing(g.session, promotion.programme, course.referentials, now=now())
    return referentials.bound(g.session, promotion.programme_id)


def course_of(promotion: Promotion) -> Course | None:
    """Return the promotion's course, or None while its files cannot be read."""
    try:
        return site().library.course(promotion.programme.course_slug)
    except Refusal:
        return None


def withheld_from_reader(promotion: Promotion, learner_id: int) -> frozenset[str]:
    """Return the assignments whose results are not open yet to the learner who asks."""
    if learner_id != g.actor.user_id:
        return frozenset()
    return withholding.withheld_from(
        g.session, promotion, course_of(promotion), learner_id, now=now()
    )


def shelf() -> Shelf:
    """Return the referentials that the plugins bring now."""
    return referentials.merged(
        site().plugins.gather("referentials", courses=site().config.courses)
    )


def current(course: Course) -> tuple[Referential, ...]:
    """Return the versions that a new promotion of the course would follow."""
    return in_force(shelf().referentials, course.referentials, now().date())
