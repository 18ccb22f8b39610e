"""What the home page shows a learner of each course: what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lms.catalogue import Library
from lms.domain.access import Role
from lms.domain.course import Course
from lms.domain.path import ModuleProgress, Resume, Trail, module_progress, resume
from lms.domain.terms import Terms
from lms.errors import Refusal
from lms.models import GradingRun, Membership, Promotion, Submission
from lms.services import progress, withholding
from lms.services.blind import NO_VEIL
from lms.services.latest_work import Work, latest

DUE_SHOWN = 5
WORK_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Due:
    """One assignment that has a date and is not passed yet.

    :param is_past: the date is gone by; the work is still taken.
    """

    assignment_id: str
    title: str
    due_at: datetime
    is_past: bool
    is_handed_in: bool


@dataclass(frozen=True, kw_only=True)
class Following:
    """One course that a learner follows in one promotion.

    :param language: of its texts, as HTML names it.
    :param is_served: False when the course's files cannot be read at the moment.
    :param resume: None when the course has no step.
    """

    promotion_name: str
    course_slug: str
    course_title: str
    language: str
    is_served: bool
    resume: Resume | None = None
    due: tuple[Due, ...] = ()
    under_way: tuple[Work, ...] = ()
    feedback: tuple[Work, ...] = ()
    modules: tuple[ModuleProgress, ...] = ()


def followed(
    session: Session, library: Library, learner_id: int, *, now: datetime
) -> tuple[Following, ...]:
    """Return the courses that a learner follows, the latest promotion first."""
    promotions = session.scalars(
        select(Promotion)
        .join(Membership)
        .options(joinedload(Promotion.programme))
        .where(
            Membership.user_id == learner_id,
            Membership.role == Role.LEARNER,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .order_by(Promotion.starts_on.desc(), Promotion.id.desc())
    ).all()
    return tuple(
        _following(session, library, learner_id, promotion, now) for promotion in promotions
    )


def _following(
    session: Session, library: Library, learner_id: int, promotion: Promotion, now: datetime
) -> Following:
    slug = promotion.programme.course_slug
    try:
        course = library.course(slug)
    except Refusal:
        return Following(
            promotion_name=promotion.name,
            course_slug=slug,
            course_title=promotion.programme.name,
            language="fr",
            is_served=False,
        )
    terms = withholding.own_terms(session, promotion, course, learner_id)
    withheld = withholding.withheld_ids(terms, now)
    trail = progress.trail_of(session, learner_id, course, withheld=withheld)
    own = select(Submission).where(
        Submission.learner_id == learner_id, Submission.course_slug == slug
    )
    is_graded = (
        select(GradingRun.id)
        .where(GradingRun.submission_id == Submission.id, GradingRun.is_counting)
        .exists()
    )
    return Following(
        promotion_name=promotion.name,
        course_slug=slug,
        course_title=course.title,
        language=course.language,
        is_served=True,
        resume=resume(course, trail),
        due=_due(course, terms, trail, now),
        under_way=latest(session, own.where(~is_graded), NO_VEIL),
        feedback=latest(
            session, own.where(is_graded).limit(WORK_SHOWN), NO_VEIL, withheld=withheld
        ),
        modules=tuple(module_progress(module, trail) for module in course.modules),
    )


def _due(
    course: Course, terms: Mapping[str, Terms], trail: Trail, now: datetime
) -> tuple[Due, ...]:
    open_ones = [
        (at, found)
        for found in course.assignments
        if (at := terms[found.id].due_at) is not None and found.id not in trail.passed
    ]
    in_order = sorted(open_ones, key=lambda pair: pair[0])
    return tuple(
        Due(
            assignment_id=found.id,
            title=found.title,
            due_at=at,
            is_past=at < now,
            is_handed_in=found.id in trail.handed_in,
        )
        for at, found in in_order[:DUE_SHOWN]
    )
