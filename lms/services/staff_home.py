"""What the home page shows trainers and cohort managers: their promotions, what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import Role
from lms.domain.jobs import JobState
from lms.models import Job, Membership, Promotion, Submission
from lms.services import blind, queue
from lms.services.latest_work import Work, latest

WORK_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class PromotionShown:
    """One promotion in the list of a member of staff."""

    slug: str
    name: str
    campus: str
    learners: int
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The home page of trainers and cohort managers.

    :param waiting: submissions queued or running now.
    :param held: submissions set aside after faults of ours: a person must look.
    :param is_halted: something waits and no worker grades.
    """

    promotions: tuple[PromotionShown, ...]
    latest: tuple[Work, ...]
    waiting: int
    held: int
    is_halted: bool


def staff(
    session: Session, promotion_ids: Collection[int], *, reader_id: int, now: datetime
) -> Staff:
    """Return what a member of staff finds about these promotions."""
    promotions = session.scalars(
        select(Promotion)
        .options(joinedload(Promotion.campus), joinedload(Promotion.programme))
        .where(Promotion.id.in_(promotion_ids))
        .order_by(Promotion.starts_on.desc(), Promotion.slug)
    ).all()
    learners = _learners(session, promotion_ids, now)
    states = _states(session, promotion_ids)
    waiting = states.get(JobState.WAITING, 0) + states.get(JobState.RUNNING, 0)
    courses = {promotion.programme.course_slug for promotion in promotions}
    veil = blind.veil(session, reader_id=reader_id, courses=courses)
    in_them = select(Submission).where(Submission.promotion_id.in_(promotion_ids))
    return Staff(
        promotions=tuple(
            PromotionShown(
                slug=promotion.slug,
                name=promotion.name,
                campus=promotion.campus.name,
                learners=learners.get(promotion.id, 0),
                is_over=promotion.ends_on < now.date(),
            )
            for promotion in promotions
        ),
        latest=latest(session, in_them.limit(WORK_SHOWN), veil),
        waiting=waiting,
        held=states.get(JobState.QUARANTINED, 0),
        is_halted=bool(waiting) and not queue.grading_slots(session, now=now),
    )


def _learners(
    session: Session, promotion_ids: Collection[int], now: datetime
) -> dict[int, int]:
    rows = session.execute(
        select(Membership.promotion_id, func.count(Membership.id))
        .where(
            Membership.promotion_id.in_(promotion_ids),
            Membership.role == Role.LEARNER,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .group_by(Membership.promotion_id)
    )
    return dict(rows.all())


def _states(session: Session, promotion_ids: Collection[int]) -> dict[JobState, int]:
    """Count the jobs of these promotions that are not done, by state."""
    rows = session.execute(
        select(Job.state, func.count(Job.id))
        .join(Submission, Job.submission_id == Submission.id)
        .where(
            Submission.promotion_id.in_(promotion_ids),
            Job.state != JobState.DONE,
            Job.regrade_id.is_(None),
        )
        .group_by(Job.state)
    )
    return {JobState(state): count for state, count in rows}
