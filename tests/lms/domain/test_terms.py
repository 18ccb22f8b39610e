"""How course, promotion, assignment and adjustments make one learner's terms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.late import LatePolicy
from lms.domain.terms import Allowance, FeedbackRelease, Terms, TermSettings, terms

DUE = datetime(2026, 10, 23, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STRICT = LatePolicy(loss_per_day=0.2)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
allowances = st.lists(
    st.builds(
        Allowance,
        due_at=st.none() | moments,
        extra_days=st.integers(0, 30),
        extra_attempts=st.integers(0, 3),
        reason=st.just("Accord du 12 octobre"),
    ),
    max_size=4,
)


def made(
    *given_ones: Allowance, levels: tuple[TermSettings, ...] = (), **told: object
) -> Terms:
    values = {"common_due_at": DUE, "declared_attempts": 2} | told
    return terms(levels=levels, allowances=given_ones, **values)


@given(allowances)
def test_an_adjustment_never_takes_anything_away(given_ones: list[Allowance]):
    found = made(*given_ones)
    assert found.due_at >= DUE
    assert found.attempts == 2 + sum(one.extra_attempts for one in given_ones)
    assert found.is_adjusted == (found.due_at > DUE or found.attempts > 2)


def test_days_are_counted_by_the_calendar_when_the_clock_changes():
    found = made(Allowance(extra_days=7, reason="Matériel en panne"))
    assert found.due_at == datetime(2026, 10, 30, 18, 0, tzinfo=ZoneInfo("Europe/Paris"))


def test_days_after_a_date_that_does_not_exist_are_nothing():
    found = made(Allowance(extra_days=7, reason="Matériel"), common_due_at=None)
    assert found.due_at is None
    assert not found.is_adjusted


def test_the_reason_is_that_of_what_counts_and_said_once():
    short, long = Allowance(extra_days=1, reason="Un"), Allowance(extra_days=5, reason="Cinq")
    again = Allowance(extra_attempts=1, reason="Cinq")
    assert made(short, long, again).adjustment_reason == "Cinq"


def test_unlimited_attempts_need_no_more():
    found = made(Allowance(extra_attempts=1, reason="Panne"), declared_attempts=None)
    assert found.attempts is None
    assert not found.is_adjusted


def test_the_assignment_says_before_the_promotion_and_the_course():
    promotion = TermSettings(late=STRICT, attempts=5, feedback=FeedbackRelease.AFTER_DUE)
    own = TermSettings(attempts=0)
    found = made(levels=(own, promotion))
    assert (found.late, found.attempts) == (STRICT, None)
    assert found.feedback is FeedbackRelease.AFTER_DUE
    assert made(levels=(TermSettings(), promotion)).attempts == 5
    assert made().attempts == 2


def test_what_is_late_is_told_from_ones_own_date():
    found = made(Allowance(extra_days=1, reason="Panne"), levels=(TermSettings(late=STRICT),))
    assert found.factor(DUE + DAY) == 1
    assert found.late_s(DUE + 2 * DAY) == 24 * 3600
    assert found.factor(DUE + 2 * DAY) == 0.8
    assert made(common_due_at=None).late_s(DUE) == 0


def test_feedback_opens_at_once_after_the_due_date_or_when_somebody_says_so():
    assert Terms().is_feedback_open(DUE)
    after = Terms(due_at=DUE, feedback=FeedbackRelease.AFTER_DUE)
    assert not after.is_feedback_open(DUE - DAY)
    assert after.is_feedback_open(DUE)
    assert Terms(feedback=FeedbackRelease.AFTER_DUE).is_feedback_open(DUE)
    assert not Terms(feedback=FeedbackRelease.BY_TRAINER).is_feedback_open(DUE)
    opened = Terms(feedback=FeedbackRelease.BY_TRAINER, released_at=DUE)
    assert opened.is_feedback_open(DUE)
    assert not opened.is_feedback_open(DUE - DAY)
