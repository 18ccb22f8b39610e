"""Jobs: one worker at a time, faults tried again, poison set aside, late reports refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.domain.jobs import MAX_ATTEMPTS, JobState, Priority
from lms.errors import Conflict, NotFound
from lms.models import Job
from lms.services import jobs
from lms.services.jobs import StaleLease
from tests.factories import NOON, make_membership
from tests.handing_in import Desk, answered, open_desk

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A learner with one submission that waits."""
    desk = open_desk(session, tmp_path)
    desk.submission()
    return desk


def the_job(session: Session) -> Job:
    session.expire_all()
    return session.scalars(select(Job)).one()


class TestClaim:
    def test_gives_a_job_to_one_worker(self, desk: Desk) -> None:
        assert desk.claimed("w1").token == 1
        assert jobs.claim(desk.session, "w2", now=NOON, lease_s=60) is None

    def test_takes_interactive_work_before_a_regrade(self, desk: Desk) -> None:
        the_job(desk.session).priority = Priority.REGRADE
        second = desk.submission(answered("double = None"))

        assert desk.claimed().submission_id == second.id

    def test_takes_what_came_first(self, desk: Desk) -> None:
        first = the_job(desk.session).submission_id
        desk.submission(answered("double = None"))

        assert desk.claimed().submission_id == first

    def test_waits_for_the_back_off(self, desk: Desk) -> None:
        jobs.fail(desk.session, desk.claimed(), "panne", now=NOON)

        assert jobs.claim(desk.session, "w", now=NOON, lease_s=60) is None
        assert jobs.claim(desk.session, "w", now=LATER, lease_s=60) is not None

    def test_leaves_a_lease_alone_until_it_runs_out(self, desk: Desk) -> None:
        held = desk.claimed()
        jobs.renew(desk.session, held, now=NOON + timedelta(seconds=50), lease_s=60)
        at_100 = NOON + timedelta(seconds=100)

        assert jobs.claim(desk.session, "w2", now=at_100, lease_s=60) is None
        assert jobs.claim(desk.session, "w2", now=LATER, lease_s=60) is not None


def test_the_same_statement_claims_on_both_databases() -> None:
    statement = jobs.claim_statement("w1", now=NOON, lease_s=60).returning(Job.id)
    shared = str(statement.compile(dialect=postgresql.dialect()))
    embedded = str(statement.compile(dialect=sqlite.dialect()))

    assert "FOR UPDATE SKIP LOCKED" in shared
    assert "FOR UPDATE" not in embedded
    assert "RETURNING" in shared
    assert "RETURNING" in embedded


class TestFencing:
    @pytest.fixture
    def stale(self, desk: Desk) -> jobs.Claim:
        """The claim of a worker that was too late: another has the job now."""
        held = desk.claimed("w1")
        desk.claimed("w2", now=LATER)
        return held

    def test_refuses_every_report_of_a_stale_worker(
        self, desk: Desk, stale: jobs.Claim
    ) -> None:
        with pytest.raises(StaleLease, match="confiée à un autre"):
            jobs.finish(desk.session, stale, now=LATER)
        with pytest.raises(StaleLease):
            jobs.fail(desk.session, stale, "panne", now=LATER)
        with pytest.raises(StaleLease):
            jobs.renew(desk.session, stale, now=LATER, lease_s=60)
        with pytest.raises(StaleLease):
            jobs.give_back(desk.session, stale, now=LATER)

        assert the_job(desk.session).leased_by == "w2"

    def test_refuses_a_second_report(self, desk: Desk) -> None:
        held = desk.claimed()
        jobs.finish(desk.session, held, now=NOON)
        with pytest.raises(StaleLease):
            jobs.finish(desk.session, held, now=NOON)


class TestFaults:
    def test_sets_a_job_aside_after_too_many(self, desk: Desk) -> None:
        now = NOON
        states = []
        for _ in range(MAX_ATTEMPTS):
            states.append(jobs.fail(desk.session, desk.claimed(now=now), "panne", now=now))
            now += timedelta(hours=1)

        assert states == [JobState.WAITING] * (MAX_ATTEMPTS - 1) + [JobState.QUARANTINED]
        assert jobs.claim(desk.session, "w", now=now, lease_s=60) is None
        assert the_job(desk.session).fault == "panne"

    def test_sets_a_job_aside_that_its_workers_did_not_survive(self, desk: Desk) -> None:
        now = NOON
        for _ in range(MAX_ATTEMPTS):
            desk.claimed(now=now)
            now += timedelta(hours=1)

        assert jobs.claim(desk.session, "w", now=now, lease_s=60) is None
        assert the_job(desk.session).state == JobState.QUARANTINED
        assert "sans répondre" in (the_job(desk.session).fault or "")

    def test_gives_a_job_back_at_no_cost(self, desk: Desk) -> None:
        for _ in range(MAX_ATTEMPTS + 1):
            jobs.give_back(desk.session, desk.claimed(), now=NOON)

        assert the_job(desk.session).state == JobState.WAITING
        assert the_job(desk.session).attempts == 0


class TestRetry:
    def test_gives_all_tries_anew(self, desk: Desk) -> None:
        job = the_job(desk.session)
        job.state, job.attempts = JobState.QUARANTINED, MAX_ATTEMPTS
        desk.session.flush()
        assert jobs.quarantined(desk.session) == [job]

        jobs.retry(desk.session, job.id, now=NOON)

        assert desk.claimed().attempts == 1

    def test_refuses_what_was_not_set_aside(self, desk: Desk) -> None:
        with pytest.raises(Conflict, match="rien à relancer"):
            jobs.retry(desk.session, the_job(desk.session).id, now=NOON)
        with pytest.raises(NotFound):
            jobs.retry(desk.session, 999, now=NOON)


def test_another_learners_job_is_another_job(desk: Desk) -> None:
    other = open_desk_again(desk)
    other.submission()

    assert desk.claimed().submission_id != desk.claimed().submission_id


def open_desk_again(desk: Desk) -> Desk:
    return replace(desk, member=make_membership(desk.session, promotion=desk.member.promotion))
