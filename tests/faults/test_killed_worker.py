"""A worker that dies in mid-run: the job runs again within its lease and is scored once."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.jobs import JobState
from lms.models import GradingRun, Job, Score
from tests.faults.conftest import Site
from tests.handing_in import answered

#: Long enough to be killed in, short enough to be graded.
SLOW = "import time\ntime.sleep(4)\n\ndef double(x):\n    return 2 * x"

pytestmark = pytest.mark.room


def is_running(session: Session) -> bool:
    return session.scalar(select(Job.state)) == JobState.RUNNING


def test_kill_9_in_mid_run_costs_time_and_no_work(site: Site) -> None:
    submission = site.submit(answered(SLOW))
    first = site.start("worker", "--slots", "1")
    site.wait_for(is_running)
    killed = site.job(submission)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    assert site.read(lambda s: s.scalar(select(func.count(Score.id)))) == 0
    assert site.job(submission).token == killed.token

    site.start("worker", "--slots", "1")
    run = site.wait_for(lambda s: s.scalars(select(GradingRun)).one_or_none())
    job = site.job(submission)

    assert (run.points, run.outcome) == (4.0, "graded")
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert site.read(lambda s: s.scalar(select(func.count(Score.id)))) == 1
    assert killed.lease_until is not None
    assert run.started_at >= killed.lease_until


def test_sigterm_gives_the_work_back_at_no_cost(site: Site) -> None:
    submission = site.submit(answered(SLOW.replace("sleep(4)", "sleep(28)")))
    worker = site.start("worker", "--slots", "1")
    site.wait_for(is_running)
    asked_at = datetime.now(UTC)
    worker.terminate()
    worker.wait(timeout=60)
    job = site.job(submission)

    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    assert job.run_after >= asked_at
    assert site.read(lambda s: s.scalar(select(func.count(GradingRun.id)))) == 0
