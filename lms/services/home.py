"""What the home page shows: to a learner what to do next, to staff what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.catalogue import Library
from lms.domain.access import Role
from lms.domain.course import Course
from lms.domain.jobs import JobState
from lms.domain.path import ModuleProgress, Resume, Trail, module_progress, resume
from lms.domain.standing import Standing, standing_of_job
from lms.domain.terms import Terms
from lms.errors import Refusal
from lms.models import (
    GradingRun,
    Job,
    Membership,
    Promotion,
    Submission,
)
from lms.services import progress, queue, withholding

DUE_SHOWN = 5
WORK_SHOWN = 3
STAFF_WORK_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Work:
    """One submission in a list.

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


def staff(session: Session, promotion_ids: Collection[int], *, now: datetime) -> Staff:
    """Return what a member of staff finds about these promotions."""
    promotions = session.scalars(
        select(Promotion)
        .options(joinedload(Promotion.campus))
        .where(Promotion.id.in_(promotion_ids))
        .order_by(Promotion.starts_on.desc(), Promotion.slug)
    ).all()
    learners = _learners(session, promotion_ids, now)
    states = _states(session, promotion_ids)
    waiting = states.get(JobState.WAITING, 0) + states.get(JobState.RUNNING, 0)
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
        latest=_work(session, in_them.limit(STAFF_WORK_SHOWN)),
        waiting=waiting,
        held=states.get(JobState.QUARANTINED, 0),
        is_halted=bool(waiting) and not queue.grading_slots(session, now=now),
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
        under_way=_work(session, own.where(~is_graded)),
        feedback=_work(session, own.where(is_graded).limit(WORK_SHOWN), withheld),
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


def _work(
    session: Session, query: Select[Submission], withheld: frozenset[str] = frozenset()
) -> tuple[Work, ...]:
    """Return these submissions, latest first, with their latest run or where they wait.

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
        for one in (_work_one(submission, runs, states),)
    )


def _work_one(
    submission: Submission,
    runs: Mapping[int, tuple[GradingRun, bool]],
    states: Mapping[int, JobState],
) -> Work:
    run, is_passed = runs.get(submission.id, (None, False))
    job = standing_of_job(states.get(submission.id, JobState.QUARANTINED))
    return Work(
        submission_id=submission.id,
        title=submission.version.title,
        learner_name=submission.learner.name,
        attempt=submission.attempt,
        handed_in_at=submission.handed_in_at,
        standing=(Standing.PASSED if is_passed else Standing.TO_REDO) if run else job,
        points=run.points if run else None,
        max_points=run.max_points if run else submission.version.max_points,
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
