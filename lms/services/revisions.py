"""What changes when the board of a promotion may have changed: cheap enough to ask often."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import Session

from lms.domain.jobs import JobState
from lms.models import (
    AlertAside,
    GradingRun,
    Job,
    MarkingPlan,
    Promotion,
    Score,
    Submission,
    WorkTrace,
)


def revision_of(promotion: Promotion) -> ColumnElement[str]:
    """Return an expression for queries that read more of the board: a text to compare."""
    course_slug = promotion.programme.course_slug
    is_here = Submission.promotion_id == promotion.id
    jobs = select(func.count(Job.id)).join(Job.submission).where(is_here)
    asked = (
        select(func.max(Submission.id)).where(is_here),
        select(func.max(GradingRun.id)).join(GradingRun.submission).where(is_here),
        jobs.where(Job.state == JobState.RUNNING),
        jobs.where(Job.state == JobState.QUARANTINED),
        select(func.max(Score.derived_at)).where(Score.promotion_id == promotion.id),
        select(func.max(WorkTrace.id)).where(WorkTrace.course_slug == course_slug),
        select(func.max(MarkingPlan.changed_at)).where(
            MarkingPlan.promotion_id == promotion.id
        ),
        select(func.max(AlertAside.set_at)).where(AlertAside.promotion_id == promotion.id),
    )
    parts = [
        func.coalesce(cast(query.scalar_subquery(), String), literal("")) for query in asked
    ]
    return reduce(lambda left, right: left + literal(" ") + right, parts)


def revision(session: Session, promotion: Promotion) -> Mapping[str, str | None]:
    """Return the text as an event tells it."""
    return as_event(session.scalar(select(revision_of(promotion))))


def as_event(revision: str | None) -> Mapping[str, str | None]:
    """Return what an event says of a revision."""
    return {"revision": revision}
