"""What lateness costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.late import DAY_S, LatePolicy, late_factor

shares = st.floats(0, 1)
policies = st.builds(
    LatePolicy, grace_s=st.integers(0, 30 * DAY_S), loss_per_day=shares, floor=shares
)
delays = st.floats(-400 * DAY_S, 400 * DAY_S)


@given(delays, policies)
def test_a_share_is_kept_that_is_never_below_the_floor(late_s: float, policy: LatePolicy):
    assert policy.floor <= late_factor(late_s, policy) <= 1


@given(delays, delays, policies)
def test_who_hands_in_earlier_never_keeps_less(one: float, other: float, policy: LatePolicy):
    first, last = sorted((one, other))
    assert late_factor(first, policy) >= late_factor(last, policy)


@given(st.floats(-400 * DAY_S, 0), policies)
def test_what_is_in_time_or_within_the_grace_loses_nothing(early_s: float, policy: LatePolicy):
    assert late_factor(policy.grace_s + early_s, policy) == 1


@given(st.integers(0, 50), st.floats(0.001, 1), policies)
def test_a_day_begun_counts_whole(days: int, share: float, policy: LatePolicy):
    """However much of the next day has gone by, it costs what all of it costs."""
    begun = late_factor(policy.grace_s + (days + share) * DAY_S, policy)
    assert begun == late_factor(policy.grace_s + (days + 1) * DAY_S, policy)


def test_nothing_is_lost_unless_somebody_said_so():
    assert late_factor(100 * DAY_S, LatePolicy()) == 1
    assert LatePolicy().is_free
    assert LatePolicy(loss_per_day=0.5, floor=1).is_free
    assert not LatePolicy(loss_per_day=0.5).is_free


@pytest.mark.parametrize(
    ("late_s", "kept"), [(0, 1), (1, 0.9), (DAY_S, 0.9), (DAY_S + 1, 0.8), (99 * DAY_S, 0.5)]
)
def test_ten_percent_a_day_down_to_half(late_s: float, kept: float):
    assert late_factor(late_s, LatePolicy(loss_per_day=0.1, floor=0.5)) == kept
