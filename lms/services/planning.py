"""What changing the terms of a promotion takes, and what it changes in scores."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.course import Course
from lms.models import Promotion, Submission
from lms.services import scores
from lms.services.scores import Cause


@dataclass(frozen=True, kw_only=True)
class Planning:
    """A promotion with its course and the school's calendar, for who changes its terms now.

    :param holidays: country, or part of one, whose public holidays are free; empty for none.
    """

    promotion: Promotion
    course: Course
    zone: ZoneInfo
    holidays: str
    now: datetime
    actor_id: int | None = None

    @property
    def subject(self) -> str:
        """The promotion as an audit event names it."""
        return f"promotion:{self.promotion.id}"


def rederive(
    session: Session,
    planning: Planning,
    *,
    assignment_ids: Collection[str] | None = None,
    learner_ids: Collection[int] | None = None,
    what: str,
) -> int:
    """Derive anew the scores that new terms may change; return how many became others.

    :param assignment_ids: None for all of the course.
    :param learner_ids: None for all who handed something in.
    :param what: what changed, such as `dates`.
    """
    rows = session.execute(
        select(Submission.assignment_id, Submission.learner_id)
        .where(Submission.promotion_id == planning.promotion.id)
        .distinct()
    ).all()
    changed = 0
    for assignment in planning.course.assignments:
        if assignment_ids is not None and assignment.id not in assignment_ids:
            continue
        learners = {
            learner_id
            for assignment_id, learner_id in rows
            if assignment_id == assignment.id
            and (learner_ids is None or learner_id in learner_ids)
        }
        cause = Cause(
            course_slug=planning.course.slug,
            assignment_id=assignment.id,
            assignment=assignment,
            what=what,
            now=planning.now,
            actor_id=planning.actor_id,
        )
        changed += len(scores.rederive(session, cause, learners))
    return changed
