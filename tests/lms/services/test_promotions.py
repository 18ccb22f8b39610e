"""Opening and finding promotions."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Campus, Organisation, Programme
from lms.services.promotions import (
    create_promotion,
    find_promotion,
    list_promotions,
    promotions_following,
)


def create(session, slug="castelnau-2026", **given):
    values = {
        "name": "Castelnau 2026",
        "course_slug": "petit-cours",
        "organisation": "École IA",
        "campus": "Castelnau",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2028, 3, 31),
    }
    return create_promotion(session, slug=slug, **values | given)


def test_two_promotions_of_a_school_share_what_they_share(session):
    create(session)
    create(session, "nimes-2026", campus="Nîmes")
    counts = [
        session.scalar(select(func.count()).select_from(table))
        for table in (Organisation, Campus, Programme)
    ]
    assert counts == [1, 2, 1]


def test_is_found_by_its_short_name(session):
    promotion = create(session)
    assert find_promotion(session, "castelnau-2026") is promotion
    with pytest.raises(NotFound, match="nulle-part"):
        find_promotion(session, "nulle-part")


@pytest.mark.parametrize("slug", ["", "Castelnau", "a b", "-a", "été", "a" * 61, "../x"])
def test_a_short_name_must_fit_in_an_address(session, slug):
    with pytest.raises(Invalid):
        create(session, slug)


def test_a_short_name_is_taken_once(session):
    create(session)
    with pytest.raises(Conflict):
        create(session)


def test_the_dates_are_in_order(session):
    with pytest.raises(Invalid, match="finirait avant"):
        create(session, ends_on=date(2026, 8, 31))


def test_courses_know_who_follows_them(session):
    first, second = create(session), create(session, "nimes-2026")
    create(session, "autre", course_slug="autre-cours")
    assert promotions_following(session, "petit-cours") == {first.id, second.id}
    assert promotions_following(session, "nul") == frozenset()


def test_the_newest_come_first(session):
    create(session, "vieille", starts_on=date(2020, 1, 1))
    new = create(session, "neuve")
    assert [found.slug for found in list_promotions(session)] == ["neuve", "vieille"]
    assert list_promotions(session, [new.id]) == [new]
