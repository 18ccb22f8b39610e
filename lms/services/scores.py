"""The score that a learner has for an assignment, derived from the runs of all attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.course import ScorePolicy
from lms.domain.marks import Attempt, counting_attempt
from lms.models import GradingRun, Score, Submission


def derive(
    session: Session, submission: Submission, *, policy: ScorePolicy, now: datetime
) -> Score:
    """Set the score of the submission's learner for its assignment.

    At least one run of the learner's submissions must be there.
    """
    mark = counting_attempt(policy, _attempts(session, submission))
    score = _score(session, submission)
    score.promotion_id = submission.promotion_id
    score.points = mark.attempt.points
    score.max_points = mark.attempt.max_points
    score.reason = mark.reason
    score.run_id = mark.attempt.run_id
    score.derived_at = now
    session.add(score)
    return score


def score_of(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> Score | None:
    """Return a learner's score for an assignment; None before the first run."""
    return session.scalar(
        select(Score).where(
            Score.learner_id == learner_id,
            Score.course_slug == course_slug,
            Score.assignment_id == assignment_id,
        )
    )


def _score(session: Session, submission: Submission) -> Score:
    names = (submission.learner_id, submission.course_slug, submission.assignment_id)
    learner_id, course_slug, assignment_id = names
    return score_of(session, *names) or Score(
        learner_id=learner_id, course_slug=course_slug, assignment_id=assignment_id
    )


def _attempts(session: Session, submission: Submission) -> list[Attempt]:
    """Return every attempt with its latest run: a regrade replaces what it regrades."""
    rows = session.execute(
        select(Submission.attempt, GradingRun)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            Submission.learner_id == submission.learner_id,
            Submission.course_slug == submission.course_slug,
            Submission.assignment_id == submission.assignment_id,
        )
        .order_by(GradingRun.id)
    ).all()
    latest: dict[int, GradingRun] = {}
    for number, run in rows:
        latest[number] = run
    return [
        Attempt(number=number, run_id=run.id, points=run.points, max_points=run.max_points)
        for number, run in latest.items()
    ]
