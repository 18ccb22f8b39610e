"""Where symbolic dates fall, and why there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.calendar import Closed, place
from lms.domain.public_days import is_known, public_days

PARIS = ZoneInfo("Europe/Paris")
START = date(2026, 9, 1)  # a Tuesday
CHRISTMAS = Closed(first_on=date(2026, 12, 21), last_on=date(2027, 1, 3), label="Congés")

days = st.dates(date(2026, 9, 1), date(2027, 6, 30))
closures = st.lists(
    st.builds(
        lambda first_on, length: Closed(
            first_on=first_on, last_on=first_on + timedelta(days=length), label="Fermé"
        ),
        days,
        st.integers(0, 20),
    ),
    max_size=6,
)


def on(symbol: str, *closed: Closed) -> date:
    placed = place(symbol, START, closed, PARIS)
    assert placed is not None
    return placed.at.date()


def test_a_week_ends_on_its_friday_at_six():
    placed = place("semaine-1", START, [], PARIS)
    assert placed is not None
    assert placed.at == datetime(2026, 9, 4, 18, 0, tzinfo=PARIS)
    assert on("semaine-2") == date(2026, 9, 11)


def test_weeks_without_teaching_do_not_count_and_are_named():
    assert on("semaine-16", CHRISTMAS) == date(2026, 12, 18)
    placed = place("semaine-17", START, [CHRISTMAS], PARIS)
    assert placed is not None
    assert placed.at.date() == date(2027, 1, 8)
    assert (placed.weeks_skipped, placed.skipped) == (2, (CHRISTMAS,))


def test_a_week_of_which_a_day_is_open_counts():
    almost = Closed(first_on=date(2026, 10, 26), last_on=date(2026, 10, 29), label="Toussaint")
    assert on("semaine-9", almost) == date(2026, 10, 30)


def test_a_closed_friday_gives_way_to_the_next_open_day():
    armistice = Closed(first_on=date(2026, 10, 9), last_on=date(2026, 10, 12), label="Pont")
    placed = place("semaine-6", START, [armistice], PARIS)
    assert placed is not None
    assert placed.at.date() == date(2026, 10, 13)  # neither weekend nor Monday
    assert (placed.moved_from, placed.closed_by) == (date(2026, 10, 9), armistice)


def test_the_school_s_own_reason_goes_before_a_holiday_in_the_same_week():
    holiday = Closed(
        first_on=date(2026, 12, 25), last_on=date(2026, 12, 25), label="Noël", is_public=True
    )
    placed = place("semaine-17", START, [holiday, CHRISTMAS], PARIS)
    assert placed is not None
    assert placed.skipped == (CHRISTMAS,)


@pytest.mark.parametrize("symbol", ["semaine-0", "semaine-1000", "semaine 3", "soutenance", ""])
def test_what_is_no_week_is_not_placed(symbol: str):
    assert place(symbol, START, [], PARIS) is None


def test_a_school_that_never_opens_has_no_weeks():
    ever = Closed(first_on=START, last_on=date(2100, 1, 1), label="Fermé")
    assert place("semaine-2", START, [ever], PARIS) is None


@given(st.integers(1, 60), closures, days)
def test_dates_are_open_in_order_and_never_before_the_plain_ones(
    number: int, closed: list[Closed], start: date
):
    first = place(f"semaine-{number}", start, closed, PARIS)
    second = place(f"semaine-{number + 1}", start, closed, PARIS)
    plain = place(f"semaine-{number}", start, [], PARIS)
    assert first is not None
    assert second is not None
    assert plain is not None
    day = first.at.date()
    assert day.weekday() < 5
    assert not any(reason.covers(day) for reason in closed)
    assert plain.at <= first.at <= second.at
    assert (first.at == plain.at) == (not first.weeks_skipped and first.moved_from is None)


class TestPublicDays:
    def test_of_france_have_french_and_english_names(self):
        year = (date(2026, 1, 1), date(2026, 12, 31))
        found = public_days("FR", *year)
        assert len(found) == 11
        assert found[0].label == "Jour de l’an"
        assert all(day.is_public and day.first_on == day.last_on for day in found)
        assert public_days("FR", *year, "en")[0].label == "New Year’s Day"

    def test_of_a_region_are_more(self):
        year = (date(2026, 1, 1), date(2026, 12, 31))
        assert len(public_days("FR-57", *year)) == 13

    def test_are_none_without_a_country(self):
        assert public_days("", START, START) == ()

    @pytest.mark.parametrize(
        ("place", "known"),
        [("FR", True), ("FR-57", True), ("DE", True), ("FR-99", False), ("Narnia", False)],
    )
    def test_of_unknown_places_are_unknown(self, place: str, known: bool):
        assert is_known(place) is known
