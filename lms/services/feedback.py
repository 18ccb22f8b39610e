"""What a person reads about a submission: where it stands, what was right, what to redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import Outcome
from lms.domain.explanations import explain
from lms.domain.jobs import JobState
from lms.domain.standing import SETTLED, Standing, standing_of_job, standing_of_run
from lms.models import ExerciseResult, GradingRun, Job, Submission
from lms.services import queue


@dataclass(frozen=True, kw_only=True)
class TestShown:
    """One test as people see it; of a hidden one, only that it exists and how it ended.

    :param source: the visible test; empty when it is hidden.
    :param message: what was expected and what came; empty when it passed or is hidden.
    :param explanation: what Python's error means, in French; empty when there is none.
    """

    __test__ = False

    name: str
    outcome: str
    points: float
    max_points: float
    is_hidden: bool
    is_forgeable: bool
    source: str
    message: str
    traceback: str
    explanation: str


@dataclass(frozen=True, kw_only=True)
class ExerciseShown:
    """One exercise's result, with the author's hints when something is left to redo."""

    id: str
    title: str
    outcome: str
    points: float
    max_points: float
    is_forgeable: bool
    tests: tuple[TestShown, ...]
    hints: tuple[str, ...]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to redo."""
        return self.outcome in SETTLED


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """One finished run.

    :param message: why not all points, when the run itself ended badly; else empty.
    :param has_notebook: whether there is an annotated notebook to look at.
    """

    outcome: str
    points: float
    max_points: float
    message: str
    is_forgeable: bool
    exercises: tuple[ExerciseShown, ...]
    durations_ms: Mapping[str, float]
    finished_at: datetime
    has_notebook: bool

    @property
    def is_whole(self) -> bool:
        """Whether the notebook ran to its end."""
        return self.outcome == Outcome.GRADED


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One submission as people see it.

    :param place: where it stands in the queue; None when it does not wait.
    :param run: None before a result.
    """

    id: int
    learner_id: int
    learner_name: str
    course_slug: str
    assignment_id: str
    title: str
    attempt: int
    filename: str
    size_bytes: int
    handed_in_at: datetime
    standing: Standing
    place: queue.Place | None
    run: RunShown | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a submission stands: what the page follows while it waits."""

    standing: Standing
    place: queue.Place | None
    points: float | None = None
    max_points: float | None = None


def progress(session: Session, submission_id: int, *, now: datetime) -> Progress:
    """Return where a submission stands at this moment."""
    run = latest_run(session, submission_id)
    job = session.scalar(
        select(Job).where(Job.submission_id == submission_id).order_by(Job.id.desc()).limit(1)
    )
    if run is not None:
        return Progress(
            standing=standing_of_run(
                run.outcome, [exercise.outcome for exercise in run.exercises]
            ),
            place=None,
            points=run.points,
            max_points=run.max_points,
        )
    standing = standing_of_job(JobState(job.state)) if job else Standing.HELD
    is_waiting = job is not None and standing is Standing.QUEUED
    return Progress(
        standing=standing,
        place=queue.place_of(session, job, now=now) if job and is_waiting else None,
    )


def show(session: Session, submission: Submission, *, now: datetime) -> Shown:
    """Return all that is shown of a submission."""
    reached = progress(session, submission.id, now=now)
    run = latest_run(session, submission.id)
    return Shown(
        id=submission.id,
        learner_id=submission.learner_id,
        learner_name=submission.learner.name,
        course_slug=submission.course_slug,
        assignment_id=submission.assignment_id,
        title=submission.version.title,
        attempt=submission.attempt,
        filename=submission.filename,
        size_bytes=submission.size_bytes,
        handed_in_at=submission.handed_in_at,
        standing=reached.standing,
        place=reached.place,
        run=None if run is None else _show_run(run, submission),
    )


def latest_run(session: Session, submission_id: int) -> GradingRun | None:
    """Return a submission's run, the latest when it was graded anew; None before the first."""
    return session.scalar(
        select(GradingRun)
        .where(GradingRun.submission_id == submission_id)
        .order_by(GradingRun.id.desc())
        .limit(1)
    )


def _show_run(run: GradingRun, submission: Submission) -> RunShown:
    hints = {
        exercise["id"]: tuple(exercise.get("hints") or ())
        for exercise in submission.version.exercises
    }
    return RunShown(
        outcome=run.outcome,
        points=run.points,
        max_points=run.max_points,
        message=run.message,
        is_forgeable=run.is_forgeable,
        exercises=tuple(
            _show_exercise(result, hints.get(result.exercise_id, ()))
            for result in run.exercises
        ),
        durations_ms=run.durations_ms,
        finished_at=run.finished_at,
        has_notebook=run.feedback_hash is not None,
    )


def _show_exercise(result: ExerciseResult, hints: tuple[str, ...]) -> ExerciseShown:
    return ExerciseShown(
        id=result.exercise_id,
        title=result.title,
        outcome=result.outcome,
        points=result.points,
        max_points=result.max_points,
        is_forgeable=result.is_forgeable,
        tests=tuple(_show_test(test) for test in result.tests),
        hints=() if result.outcome in SETTLED else hints,
    )


def _show_test(test: Mapping[str, Any]) -> TestShown:
    return TestShown(
        name=test["id"],
        outcome=test["outcome"],
        points=test["points"],
        max_points=test["max_points"],
        is_hidden=test["is_hidden"],
        is_forgeable=test["is_forgeable"],
        source=test["source"],
        message=test["message"],
        traceback=test["traceback"],
        explanation=explain(test["traceback"]),
    )
