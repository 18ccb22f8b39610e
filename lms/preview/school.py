"""The promotion that a preview is seen from, and its one learner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.course import Course
from lms.errors import NotFound
from lms.models import (
    Base,
    Campus,
    Organisation,
    Programme,
    Promotion,
    PromotionDate,
    User,
)
from lms.services import roles
from lms.services.promotions import create_promotion, find_promotion

WEEK = re.compile(r"semaine-(\d{1,3})")
DUE_TIME = time(23, 59)


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Through whose eyes the course is seen.

    :param promotion: its name.
    """

    user_id: int
    promotion: str


def make_promotion(
    session: Session, course: Course | None, slug: str, *, today: date, zone: ZoneInfo
) -> Promotion:
    """Open a promotion that began this week; `semaine-3` ends with its third week."""
    monday = today - timedelta(days=today.weekday())
    promotion = create_promotion(
        session,
        slug="apercu",
        name="Aperçu",
        course_slug=slug,
        organisation="Aperçu",
        campus="Aperçu",
        starts_on=monday,
        ends_on=today + timedelta(days=730),
    )
    symbols = {found.due for found in course.assignments if found.due} if course else set()
    for symbol in sorted(symbols):
        week = WEEK.fullmatch(symbol)
        if week:
            last = monday + timedelta(weeks=int(week[1]), days=-3)
            at = datetime.combine(last, DUE_TIME, zone)
            session.add(PromotionDate(promotion_id=promotion.id, symbol=symbol, at=at))
    session.flush()
    return promotion


def copy_promotion(
    source: Session, target: Session, promotion_slug: str, course_slug: str
) -> Promotion:
    """Copy a promotion with its dates from a site; nothing of any person is copied.

    :raises NotFound: if there is no such promotion, or it follows another course.
    """
    found = find_promotion(source, promotion_slug)
    if found.programme.course_slug != course_slug:
        raise NotFound(
            "La promotion « %(promotion_slug)s » suit un autre cours : "
            "« %(course_slug)s », et non « %(course_slug_2)s ».",
            promotion_slug=promotion_slug,
            course_slug=found.programme.course_slug,
            course_slug_2=course_slug,
        )
    parents = {
        Organisation.__table__: {found.programme.organisation_id, found.campus.organisation_id},
        Campus.__table__: {found.campus_id},
        Programme.__table__: {found.programme_id},
        Promotion.__table__: {found.id},
    }
    for table in Base.metadata.sorted_tables:
        if table in parents:
            _copy(source, target, table, "id", parents[table])
        elif table in _of_promotions():
            _copy(source, target, table, "promotion_id", {found.id})
    return find_promotion(target, promotion_slug)


def _of_promotions() -> Iterator[Table]:
    """Yield the tables that belong to a promotion and say nothing of any person."""
    for table in Base.metadata.sorted_tables:
        aims = {key.column.table.name for key in table.foreign_keys}
        if "promotion_id" in table.columns and aims == {"promotion"}:
            yield table


def _copy(
    source: Session, target: Session, table: Table, column: str, values: set[int]
) -> None:
    rows = source.execute(select(table).where(table.columns[column].in_(values))).mappings()
    copied = [dict(row) for row in rows]
    if copied:
        target.execute(insert(table), copied)


def make_viewer(session: Session, promotion: Promotion, *, now: datetime) -> Viewer:
    """Enrol the learner through whose eyes the course is seen."""
    user = User(
        email="apercu@garrigue.invalid",
        name="Camille (aperçu)",
        password_hash="",
        is_operator=False,
        is_active=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    began = datetime.combine(promotion.starts_on, time(), UTC)
    roles.join(session, user, promotion, Role.LEARNER, now=min(began, now))
    return Viewer(user_id=user.id, promotion=promotion.name)
