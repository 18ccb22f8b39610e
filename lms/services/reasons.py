"""Why a learner has the score that they have: every input, every attempt, who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.scores import Step, stored_steps
from lms.models import (
    AuditEvent,
    GradingRun,
    OutsideImport,
    OutsideMark,
    ScoreOverride,
    Submission,
    User,
)
from lms.services.scores import score_of

__all__ = ["Reason", "reason_of", "score_of"]

CHANGES_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """One run of an attempt, with what would have to be the same to have it again."""

    id: int
    points: float
    max_points: float
    finished_at: datetime
    tests: str
    environment: str
    engine: str
    is_counting: bool
    regrade_id: int | None


@dataclass(frozen=True, kw_only=True)
class AttemptShown:
    """One attempt with all its runs, the latest first."""

    submission_id: int
    number: int
    handed_in_at: datetime
    runs: tuple[RunShown, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeShown:
    """One change of the score.

    :param by: name of who caused it; empty when the platform did.
    """

    at: datetime
    by: str
    cause: str
    points_before: float | None
    points: float | None
    max_points: float | None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """All that is known of one score.

    :param points: None when there is no score yet.
    :param overrides: what people set by hand, the latest first.
    :param outside: marks from elsewhere with their imports, the latest first.
    """

    learner_id: int
    learner_name: str
    points: float | None
    max_points: float | None
    steps: tuple[Step, ...]
    attempts: tuple[AttemptShown, ...]
    overrides: tuple[ScoreOverride, ...]
    outside: tuple[OutsideMark, ...]
    changes: tuple[ChangeShown, ...]


def reason_of(session: Session, learner: User, course_slug: str, assignment_id: str) -> Reason:
    """Return how a learner's score came about."""
    score = score_of(session, learner.id, course_slug, assignment_id)
    names = (learner.id, course_slug, assignment_id)
    return Reason(
        learner_id=learner.id,
        learner_name=learner.name,
        points=score.points if score else None,
        max_points=score.max_points if score else None,
        steps=stored_steps(score.steps) if score else (),
        attempts=_attempts(session, *names),
        overrides=_overrides(session, *names),
        outside=_outside(session, *names),
        changes=_changes(session, *names),
    )


def _attempts(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> tuple[AttemptShown, ...]:
    submissions = session.scalars(
        select(Submission)
        .where(
            Submission.learner_id == learner_id,
            Submission.course_slug == course_slug,
            Submission.assignment_id == assignment_id,
        )
        .order_by(Submission.attempt.desc())
    ).all()
    runs: dict[int, list[RunShown]] = {found.id: [] for found in submissions}
    for run in session.scalars(
        select(GradingRun)
        .options(joinedload(GradingRun.version))
        .where(GradingRun.submission_id.in_(runs))
        .order_by(GradingRun.id.desc())
    ):
        runs[run.submission_id].append(_run(run))
    return tuple(
        AttemptShown(
            submission_id=found.id,
            number=found.attempt,
            handed_in_at=found.handed_in_at,
            runs=tuple(runs[found.id]),
        )
        for found in submissions
    )


def _run(run: GradingRun) -> RunShown:
    return RunShown(
        id=run.id,
        points=run.points,
        max_points=run.max_points,
        finished_at=run.finished_at,
        tests=run.version.content_hash[:12],
        environment=run.environment_digest[:12],
        engine=run.engine_version,
        is_counting=run.is_counting,
        regrade_id=run.regrade_id,
    )


def _overrides(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> tuple[ScoreOverride, ...]:
    found = session.scalars(
        select(ScoreOverride)
        .options(joinedload(ScoreOverride.set_by), joinedload(ScoreOverride.ended_by))
        .where(
            ScoreOverride.learner_id == learner_id,
            ScoreOverride.course_slug == course_slug,
            ScoreOverride.assignment_id == assignment_id,
        )
        .order_by(ScoreOverride.id.desc())
    )
    return tuple(found)


def _outside(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> tuple[OutsideMark, ...]:
    found = session.scalars(
        select(OutsideMark)
        .options(joinedload(OutsideMark.source).joinedload(OutsideImport.imported_by))
        .where(
            OutsideMark.learner_id == learner_id,
            OutsideMark.course_slug == course_slug,
            OutsideMark.assignment_id == assignment_id,
        )
        .order_by(OutsideMark.id.desc())
    )
    return tuple(found)


def _changes(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> tuple[ChangeShown, ...]:
    rows = session.execute(
        select(AuditEvent, User.name)
        .outerjoin(User, AuditEvent.actor_id == User.id)
        .where(
            AuditEvent.action == "score.changed",
            AuditEvent.subject == f"score:{learner_id}:{course_slug}:{assignment_id}",
        )
        .order_by(AuditEvent.id.desc())
        .limit(CHANGES_SHOWN)
    )
    return tuple(_change(event, name or "") for event, name in rows)


def _change(event: AuditEvent, by: str) -> ChangeShown:
    details: dict[str, Any] = event.details
    return ChangeShown(
        at=event.at,
        by=by,
        cause=details["cause"],
        points_before=details["points_before"],
        points=details["points"],
        max_points=details["max_points"],
    )
