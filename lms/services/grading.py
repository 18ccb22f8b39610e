"""What a worker needs of a submission, and how its report is recorded, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import ExerciseResult as ExerciseReport
from graders.protocol import Outcome, Report, TestResult
from lms.domain.course import Assignment, RunLimits
from lms.errors import Refusal
from lms.models import AssignmentVersion, ExerciseResult, GradingRun, Regrade, Submission
from lms.services import audit, evidence, jobs, scores
from lms.services.submissions import submission_by_id


class FaultIsNoScore(Refusal):
    """A fault of ours was about to be recorded as a result."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that grading one submission takes: hashes of blobs, and limits.

    :param files: blob of each data file, by its path in the room.
    """

    submission_id: int
    course_slug: str
    assignment_id: str
    title: str
    notebook_hash: str
    source_hash: str
    files: Mapping[str, str]
    limits: RunLimits


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A report with what the worker adds to it.

    :param feedback_hash: blob of the executed notebook as HTML; None when there is none.
    :param executed_hash: blob of the executed notebook, instead of its HTML.
    :param assignment: as the course has it now; None when it is gone from there.
    """

    report: Report
    feedback_hash: str | None
    executed_hash: str | None = None
    assignment: Assignment | None
    started_at: datetime
    finished_at: datetime


def task_of(session: Session, held: jobs.Claim) -> Task:
    """Return what grading a submission takes: its own version, or that of the regrade."""
    submission = submission_by_id(session, held.submission_id)
    version = _version(session, held, submission)
    return Task(
        submission_id=submission.id,
        course_slug=submission.course_slug,
        assignment_id=submission.assignment_id,
        title=version.title,
        notebook_hash=submission.notebook_hash,
        source_hash=version.notebook_hash,
        files=dict(version.files),
        limits=RunLimits(**version.run),
    )


def record(session: Session, held: jobs.Claim, finished: FinishedRun) -> GradingRun:
    """Write a run, its results, the score, the evidence and the end of the job together.

    The run of a regrade changes no score and proposes nothing until the regrade is applied.
    Doing it twice for the same tests changes nothing the second time.

    :raises StaleLease: if the job is no longer this worker's.
    :raises FaultIsNoScore: if the report is of a fault of ours.
    """
    if finished.report.outcome is Outcome.SYSTEM_ERROR:
        raise FaultIsNoScore("Une panne de notre fait n’est jamais une note.")
    jobs.finish(session, held, now=finished.finished_at)
    submission = submission_by_id(session, held.submission_id)
    version = _version(session, held, submission)
    before = _run(session, held, version)
    if before is not None:
        return before
    run = _new_run(held, version, finished)
    session.add(run)
    session.flush()
    if run.is_counting:
        now = finished.finished_at
        scores.derive(session, submission, finished.assignment, now=now)
        evidence.propose(session, run, version, learner_id=submission.learner_id, now=now)
    _note(session, run, held)
    session.flush()
    return run


def _version(session: Session, held: jobs.Claim, submission: Submission) -> AssignmentVersion:
    regrade = session.get(Regrade, held.regrade_id) if held.regrade_id else None
    return regrade.version if regrade else submission.version


def _run(session: Session, held: jobs.Claim, version: AssignmentVersion) -> GradingRun | None:
    return session.scalar(
        select(GradingRun).where(
            GradingRun.submission_id == held.submission_id,
            GradingRun.version_id == version.id,
            GradingRun.regrade_id == held.regrade_id,
        )
    )


def _new_run(held: jobs.Claim, version: AssignmentVersion, finished: FinishedRun) -> GradingRun:
    report = finished.report
    return GradingRun(
        submission_id=held.submission_id,
        version_id=version.id,
        regrade_id=held.regrade_id,
        is_counting=held.regrade_id is None,
        outcome=report.outcome,
        points=report.points,
        max_points=report.max_points,
        is_forgeable=any(exercise.is_forgeable for exercise in report.exercises),
        message=report.message,
        feedback_hash=finished.feedback_hash,
        executed_hash=finished.executed_hash,
        durations_ms=dict(report.durations_ms),
        cpu_ms=report.cpu_ms,
        peak_memory_bytes=report.peak_memory_bytes,
        engine_version=report.engine_version,
        environment_digest=report.environment_digest,
        started_at=finished.started_at,
        finished_at=finished.finished_at,
        exercises=[
            _result(position, exercise)
            for position, exercise in enumerate(report.exercises, start=1)
        ],
    )


def _result(position: int, exercise: ExerciseReport) -> ExerciseResult:
    return ExerciseResult(
        position=position,
        exercise_id=exercise.id,
        title=exercise.title,
        points=exercise.points,
        max_points=exercise.max_points,
        outcome=exercise.outcome,
        is_forgeable=exercise.is_forgeable,
        tests=[_kept(test) for test in exercise.tests],
        errors=[asdict(error) for error in exercise.errors],
        answer=exercise.answer,
    )


def _kept(test: TestResult) -> dict[str, Any]:
    # What is never stored can never be shown by mistake.
    if test.is_hidden:
        test = replace(test, source="", message="", traceback="", comparison=None)
    return asdict(test)


def _note(session: Session, run: GradingRun, held: jobs.Claim) -> None:
    audit.record(
        session,
        "submission.graded",
        f"submission:{run.submission_id}",
        actor_id=None,
        now=run.finished_at,
        run=run.id,
        regrade=run.regrade_id,
        outcome=run.outcome,
        points=run.points,
        max_points=run.max_points,
        worker=held.worker,
        attempts=held.attempts,
    )
