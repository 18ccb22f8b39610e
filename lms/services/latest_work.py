"""Submissions as lists show them: the latest first, with what each gave or where it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.jobs import JobState
from lms.domain.standing import Standing, standing_of_job
from lms.models import GradingRun, Job, Submission
from lms.services import progress
from lms.services.blind import Veil


@dataclass(frozen=True, kw_only=True)
class Work:
    """One submission in a list.

    :param learner_name: empty while it is hidden from the reader.
    :param points: None before a result.
    """

    submission_id: int
    title: str
    learner_name: str
    attempt: int
    handed_in_at: datetime
    standing: Standing
    points: float | None
    max_points: float


def latest(
    session: Session,
    query: Select[Submission],
    veil: Veil,
    *,
    withheld: frozenset[str] = frozenset(),
) -> tuple[Work, ...]:
    """Return these submissions, latest first, with their latest run or where they wait.

    :param veil: what has no name for the reader.
    :param withheld: assignments whose results the reader may not see yet.
    """
    found = session.scalars(
        query.options(joinedload(Submission.learner), joinedload(Submission.version)).order_by(
            Submission.handed_in_at.desc(), Submission.id.desc()
        )
    ).all()
    ids = [submission.id for submission in found]
    runs = {
        run.submission_id: (run, is_passed)
        for run, is_passed in session.execute(
            select(GradingRun, progress.is_passed_run()).where(
                GradingRun.submission_id.in_(ids), GradingRun.is_counting
            )
        )
    }
    states = {
        submission_id: JobState(state)
        for submission_id, state in session.execute(
            select(Job.submission_id, Job.state)
            .where(Job.submission_id.in_(ids))
            .order_by(Job.id)
        )
    }
    return tuple(
        replace(one, standing=Standing.WITHHELD, points=None)
        if submission.assignment_id in withheld and one.points is not None
        else one
        for submission in found
        for one in (_one(submission, veil, runs, states),)
    )


def _one(
    submission: Submission,
    veil: Veil,
    runs: Mapping[int, tuple[GradingRun, bool]],
    states: Mapping[int, JobState],
) -> Work:
    run, is_passed = runs.get(submission.id, (None, False))
    job = standing_of_job(states.get(submission.id, JobState.QUARANTINED))
    return Work(
        submission_id=submission.id,
        title=submission.version.title,
        learner_name=veil.name(submission),
        attempt=submission.attempt,
        handed_in_at=submission.handed_in_at,
        standing=(Standing.PASSED if is_passed else Standing.TO_REDO) if run else job,
        points=run.points if run else None,
        max_points=run.max_points if run else submission.version.max_points,
    )
