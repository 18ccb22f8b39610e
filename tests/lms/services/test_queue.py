"""The wait as learners are told: position, estimate, and whether anything moves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.models import Job, Worker
from lms.services import grading, queue
from tests.factories import NOON
from tests.handing_in import Desk, answered, finished, open_desk


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A learner with three submissions that wait."""
    desk = open_desk(session, tmp_path)
    for number in range(3):
        desk.submission(answered(f"double = {number}"))
    return desk


def places(session: Session) -> list[queue.Place]:
    waiting = session.scalars(select(Job).order_by(Job.id)).all()
    return [queue.place_of(session, job, now=NOON) for job in waiting]


def test_counts_what_goes_before(desk: Desk) -> None:
    assert [place.position for place in places(desk.session)] == [1, 2, 3]


def test_estimates_from_the_latest_runs_and_the_living_workers(desk: Desk) -> None:
    run = grading.record(desk.session, desk.claimed(), finished())
    run.started_at = NOON - timedelta(seconds=40)
    queue.say_alive(desk.session, "w1", slots=2, now=NOON)
    desk.session.flush()

    _done, second, third = places(desk.session)
    assert (second.position, second.wait_s) == (1, 40)
    assert (third.position, third.wait_s) == (2, 40)


class TestHalted:
    def test_is_halted_without_any_worker(self, desk: Desk) -> None:
        assert places(desk.session)[0].is_halted

    @pytest.mark.parametrize(
        ("halted", "silent_s", "expected"),
        [("", 0, False), ("bubblewrap manque", 0, True), ("", 60, True)],
    )
    def test_is_halted_when_no_worker_may_grade_or_speaks(
        self, desk: Desk, halted: str, silent_s: int, expected: bool
    ) -> None:
        queue.say_alive(
            desk.session, "w1", slots=1, halted=halted, now=NOON - timedelta(seconds=silent_s)
        )
        desk.session.flush()

        assert places(desk.session)[0].is_halted is expected

    def test_forgets_a_worker_that_was_killed_long_ago(self, desk: Desk) -> None:
        queue.say_alive(desk.session, "old", slots=1, now=NOON - timedelta(days=2))
        desk.session.flush()
        queue.say_alive(desk.session, "new", slots=1, now=NOON)
        desk.session.flush()

        assert [w.name for w in desk.session.scalars(select(Worker))] == ["new"]

    def test_forgets_a_worker_that_stopped(self, desk: Desk) -> None:
        queue.say_alive(desk.session, "w1", slots=1, now=NOON)
        desk.session.flush()
        queue.say_gone(desk.session, "w1")
        queue.say_gone(desk.session, "w1")

        assert desk.session.scalars(select(Worker)).all() == []
