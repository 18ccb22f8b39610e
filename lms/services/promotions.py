"""Promotions: opening them, finding them, and which of them follow a course."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Campus, Organisation, Programme, Promotion

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG_CHARACTERS = 60


def find_promotion(session: Session, slug: str) -> Promotion:
    """Return the promotion of that name.

    :raises NotFound: if there is none.
    """
    promotion = promotion_by_slug(session, slug)
    if promotion is None:
        raise NotFound("La promotion « %(slug)s » n’existe pas.", slug=slug[:60])
    return promotion


def promotion_by_slug(session: Session, slug: str) -> Promotion | None:
    """Return the promotion of that name, or None."""
    return session.scalar(
        select(Promotion)
        .options(joinedload(Promotion.programme), joinedload(Promotion.campus))
        .where(Promotion.slug == slug)
    )


def list_promotions(session: Session, ids: Iterable[int] | None = None) -> list[Promotion]:
    """Return the promotions of these ids, or all, the newest first."""
    query = select(Promotion).options(
        joinedload(Promotion.programme), joinedload(Promotion.campus)
    )
    if ids is not None:
        query = query.where(Promotion.id.in_(list(ids)))
    return list(session.scalars(query.order_by(Promotion.starts_on.desc(), Promotion.slug)))


def promotions_following(session: Session, course_slug: str) -> frozenset[int]:
    """Return the ids of all promotions whose programme has this course."""
    return frozenset(
        session.scalars(
            select(Promotion.id)
            .join(Promotion.programme)
            .where(Programme.course_slug == course_slug)
        )
    )


def create_promotion(
    session: Session,
    *,
    slug: str,
    name: str,
    course_slug: str,
    organisation: str,
    campus: str,
    starts_on: date,
    ends_on: date,
) -> Promotion:
    """Open a promotion; organisation, campus and programme are made where they are missing.

    :raises Invalid: if the short name or the dates cannot be used.
    :raises Conflict: if another promotion has that short name.
    """
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG_CHARACTERS:
        raise Invalid(
            "« %(slug)s » ne convient pas : des lettres sans accent, des chiffres "
            "et des tirets, comme « castelnau-2026 ».",
            slug=slug[:60],
        )
    if ends_on < starts_on:
        raise Invalid("La promotion finirait avant de commencer : vérifiez les dates.")
    if session.scalar(select(Promotion.id).where(Promotion.slug == slug)) is not None:
        raise Conflict("La promotion « %(slug)s » existe déjà.", slug=slug)
    school = _organisation(session, organisation)
    promotion = Promotion(
        slug=slug,
        name=name,
        programme=_programme(session, school, course_slug),
        campus=_campus(session, school, campus),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    session.add(promotion)
    session.flush()
    return promotion


def _organisation(session: Session, name: str) -> Organisation:
    found = session.scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organisation"
        found = Organisation(slug=slug, name=name)
        session.add(found)
        session.flush()
    return found


def _campus(session: Session, school: Organisation, name: str) -> Campus:
    found = session.scalar(
        select(Campus).where(Campus.organisation_id == school.id, Campus.name == name)
    )
    return found or Campus(organisation=school, name=name)


def _programme(session: Session, school: Organisation, course_slug: str) -> Programme:
    found = session.scalar(
        select(Programme).where(
            Programme.organisation_id == school.id, Programme.course_slug == course_slug
        )
    )
    return found or Programme(organisation=school, name=course_slug, course_slug=course_slug)
