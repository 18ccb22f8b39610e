"""Making the demonstration school: its people, its promotion and its dates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.demo import plan
from lms.domain.access import Role
from lms.domain.course import Course
from lms.models import Promotion, User
from lms.services import dates, people, roles
from lms.services.passwords import set_password
from lms.services.planning import Planning
from lms.services.promotions import create_promotion, find_promotion

MORNING = time(9, 0)
HOLIDAYS = "FR"

#: Seven months of training, then twelve of work and study.
LENGTH = timedelta(days=19 * 30)


def make_school(session: Session, course: Course, *, zone: ZoneInfo, now: datetime) -> None:
    """Make the school, its people and its promotion; nothing when it is there already."""
    known = session.scalar(select(Promotion).where(Promotion.slug == plan.PROMOTION_SLUG))
    if known is not None:
        return
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday(), weeks=plan.WEEKS_SINCE_START)
    promotion = create_promotion(
        session,
        slug=plan.PROMOTION_SLUG,
        name=plan.PROMOTION,
        course_slug=course.slug,
        organisation=plan.SCHOOL,
        campus=plan.CAMPUS,
        starts_on=monday,
        ends_on=monday + LENGTH,
    )
    promotion.programme.name = course.title
    _add_people(session, promotion, _morning(monday, zone))
    began = _morning(monday, zone)
    planning = Planning(
        promotion=promotion, course=course, zone=zone, holidays=HOLIDAYS, now=began
    )
    dates.follow(session, planning)


def began_at(session: Session, zone: ZoneInfo) -> datetime:
    """Return when the promotion began."""
    return _morning(find_promotion(session, plan.PROMOTION_SLUG).starts_on, zone)


def learner_of(session: Session, email: str) -> User:
    """Return a person of the school."""
    found = people.find_user(session, email)
    assert found is not None, email
    return found


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone)


def _add_people(session: Session, promotion: Promotion, now: datetime) -> None:
    email, name = plan.ADMIN
    _add_person(session, email, name, now, is_operator=True)
    learners = [(learner.email, learner.name, Role.LEARNER) for learner in plan.LEARNERS]
    for email, name, role in (*plan.STAFF, *learners):
        user = _add_person(session, email, name, now)
        roles.join(session, user, promotion, role, now=now)


def _add_person(
    session: Session, email: str, name: str, now: datetime, *, is_operator: bool = False
) -> User:
    user = people.create_user(session, email=email, name=name, now=now, is_operator=is_operator)
    set_password(user, plan.PASSWORD)
    return user
