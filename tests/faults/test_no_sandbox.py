"""Without a sandbox nothing is graded: the job waits, and people are told why."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from sqlalchemy import select

from lms.domain.jobs import JobState
from lms.models import GradingRun, Worker
from tests.faults.conftest import Site
from tests.handing_in import answered

WHY_NOT = "from lms.workshop import why_not; print(why_not())"


def reason(*prefix: str, **environment: str) -> str:
    """Return what the self-test says when it runs like that."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", WHY_NOT],
        env=environment or None,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_missing_bubblewrap_is_named_with_its_remedy(path_without_bubblewrap: str) -> None:
    said = reason(PATH=path_without_bubblewrap)

    assert "bubblewrap" in said.lower()
    assert "Installez" in said


def test_forbidden_user_namespaces_are_named_with_their_remedy() -> None:
    jail = ("bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--")
    assert shutil.which("bwrap")

    assert "espaces de noms" in reason(*jail)


@pytest.mark.room
def test_the_worker_grades_nothing_and_the_job_waits(
    site: Site, path_without_bubblewrap: str
) -> None:
    submission = site.submit(answered())
    site.start("worker", "--slots", "1", PATH=path_without_bubblewrap)
    worker = site.wait_for(lambda s: s.scalars(select(Worker)).one_or_none())

    assert "bubblewrap" in worker.halted.lower()
    assert (site.job(submission).state, site.job(submission).attempts) == (JobState.WAITING, 0)
    assert site.read(lambda s: s.scalars(select(GradingRun)).all()) == []
