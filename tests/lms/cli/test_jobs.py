"""`garrigue jobs`: what waits and why, and starting again what was set aside."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from lms.cli import main
from lms.config import Config
from lms.domain.jobs import JobState
from lms.models import Job
from tests.handing_in import open_desk


@pytest.fixture
def job(session: Session, tmp_path: Path) -> Job:
    """A job that was set aside."""
    desk = open_desk(session, tmp_path)
    desk.submission()
    job = session.query(Job).one()
    job.state, job.attempts, job.fault = JobState.QUARANTINED, 5, "noyau introuvable"
    session.commit()
    return job


@pytest.fixture
def environment(config: Config) -> dict[str, str]:
    """The settings of the site, as an operator gives them."""
    return {
        "GARRIGUE_SECRET_KEY": config.secret_key,
        "GARRIGUE_INSTANCE": str(config.instance),
        "GARRIGUE_COURSES": str(config.courses),
    }


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, ["jobs", *words], env=environment)


def test_lists_what_is_not_done_with_its_cause(job: Job, environment: dict[str, str]) -> None:
    said = run(environment, "list").output

    assert f"rendu {job.submission_id}" in said
    assert "mise de côté, essai 5 – noyau introuvable" in said


@pytest.mark.parametrize("words", [("1",), ("--all",)])
def test_starts_again_what_was_set_aside(
    session: Session, job: Job, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    said = run(environment, "retry", *words)
    session.refresh(job)

    assert (said.exit_code, said.output) == (0, f"Tâche {job.id} : remise en file.\n")
    assert (job.state, job.attempts) == (JobState.WAITING, 0)


def test_refuses_what_is_not_set_aside(job: Job, environment: dict[str, str]) -> None:
    run(environment, "retry", "--all")
    again = run(environment, "retry", str(job.id))

    assert again.exit_code == 1
    assert "rien à relancer" in again.output


def test_asks_which(job: Job, environment: dict[str, str]) -> None:
    assert run(environment, "retry").exit_code == 2


def test_says_when_nothing_waits(session: Session, environment: dict[str, str]) -> None:
    assert run(environment, "list").output == "Aucune correction en attente.\n"
