"""What a person reads about a submission: where it stands, what was right, what to redo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import Outcome
from lms.domain.changes import Result, changes
from lms.domain.explanations import Explanation, explain
from lms.domain.jobs import JobState
from lms.domain.standing import Standing, standing_of_job, standing_of_run
from lms.models import Comment, GradingRun, Job, Submission
from lms.services import hints, queue
from lms.services.comments import comments_on
from lms.services.told import Around, ExerciseShown, exercise_shown


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """One finished run.

    :param message: why not all points, when the run itself ended badly; else empty.
    :param explanation: what that means; None when the run went to its end.
    :param has_notebook: whether there is an annotated notebook to look at.
    """

    outcome: str
    points: float
    max_points: float
    message: str
    explanation: Explanation | None
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
    :param learner_name: empty while it is hidden from the reader, as is `filename`.
    :param before: number of the attempt that it is compared with; None when there is none.
    :param comments: trainers' words on the whole submission.
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
    before: int | None = None
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a submission stands: what the page follows while it waits."""

    standing: Standing
    place: queue.Place | None
    points: float | None = None
    max_points: float | None = None


def progress(
    session: Session, submission_id: int, *, now: datetime, is_withheld: bool = False
) -> Progress:
    """Return where a submission stands at this moment.

    :param is_withheld: whether the reader may not see yet what it gave.
    """
    run = run_of(session, submission_id)
    if run is not None and is_withheld:
        return Progress(standing=Standing.WITHHELD, place=None)
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


def show(
    session: Session,
    submission: Submission,
    *,
    now: datetime,
    language: str = "fr",
    is_nameless: bool,
    has_all_hints: bool = False,
    is_withheld: bool = False,
) -> Shown:
    """Return all that is shown of a submission.

    :param language: in which errors are explained.
    :param has_all_hints: whether the reader sees hints that were not asked for.
    :param is_withheld: whether the reader may not see yet what it gave, nor comments.
    :param is_nameless: whether whose it is is hidden from the reader.
    """
    reached = progress(session, submission.id, now=now, is_withheld=is_withheld)
    run = None if is_withheld else run_of(session, submission.id)
    before = None if run is None else _before(session, submission)
    comments = () if is_withheld else comments_on(session, submission.id)
    around = Around(
        language=language,
        has_all_hints=has_all_hints,
        hints=hints.hints_of(submission.version),
        asked=hints.asked_for(
            session, submission.learner_id, submission.course_slug, submission.assignment_id
        ),
        changes=changes(_results(before[1]), _results(run)) if run and before else {},
        comments=comments,
    )
    return Shown(
        id=submission.id,
        learner_id=submission.learner_id,
        learner_name="" if is_nameless else submission.learner.name,
        course_slug=submission.course_slug,
        assignment_id=submission.assignment_id,
        title=submission.version.title,
        attempt=submission.attempt,
        filename="" if is_nameless else submission.filename,
        size_bytes=submission.size_bytes,
        handed_in_at=submission.handed_in_at,
        standing=reached.standing,
        place=reached.place,
        run=None if run is None else _show_run(run, around),
        before=before[0] if before else None,
        comments=tuple(found for found in comments if not found.exercise_id),
    )


def run_of(session: Session, submission_id: int) -> GradingRun | None:
    """Return the run that is a submission's result; None before the first."""
    return session.scalar(
        select(GradingRun).where(
            GradingRun.submission_id == submission_id, GradingRun.is_counting
        )
    )


def _show_run(run: GradingRun, around: Around) -> RunShown:
    return RunShown(
        outcome=run.outcome,
        points=run.points,
        max_points=run.max_points,
        message=run.message,
        explanation=explain(run.outcome, "", language=around.language),
        is_forgeable=run.is_forgeable,
        exercises=tuple(exercise_shown(result, around) for result in run.exercises),
        durations_ms=run.durations_ms,
        finished_at=run.finished_at,
        has_notebook=run.has_notebook,
    )


def _before(session: Session, submission: Submission) -> tuple[int, GradingRun] | None:
    """Return the learner's latest graded attempt before this one, with its number."""
    found = session.execute(
        select(Submission.attempt, GradingRun)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            Submission.learner_id == submission.learner_id,
            Submission.course_slug == submission.course_slug,
            Submission.assignment_id == submission.assignment_id,
            Submission.attempt < submission.attempt,
            GradingRun.is_counting,
        )
        .order_by(Submission.attempt.desc())
        .limit(1)
    ).first()
    return None if found is None else (found[0], found[1])


def _results(run: GradingRun) -> dict[str, Result]:
    return {
        each.exercise_id: Result(
            outcome=each.outcome, points=each.points, answer=each.answer or ""
        )
        for each in run.exercises
    }
