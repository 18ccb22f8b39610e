"""Where a person is in a course: lessons opened, work handed in, work passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from graders.protocol import Outcome
from lms.content.rendered import Heading
from lms.domain.course import Course
from lms.domain.path import Stop, Trail
from lms.domain.standing import SETTLED, STOPPED
from lms.models import Draft, DraftVersion, ExerciseResult, GradingRun, PageVisit, Submission

#: Opening the same lesson again within that time writes nothing.
SAME_VISIT = timedelta(minutes=10)


def see_page(
    session: Session,
    user_id: int,
    *,
    course_slug: str,
    module_id: str,
    page_slug: str,
    now: datetime,
) -> bool:
    """Note that a person has a lesson open: « Reprendre » leads there.

    :return: whether it is noted anew: not when the same page is only shown again.
    """
    latest = session.scalar(
        select(PageVisit)
        .where(PageVisit.user_id == user_id, PageVisit.course_slug == course_slug)
        .order_by(PageVisit.seen_at.desc(), PageVisit.id.desc())
        .limit(1)
    )
    is_same = latest is not None and (latest.module_id, latest.page_slug) == (
        module_id,
        page_slug,
    )
    if latest is not None and is_same and now - latest.seen_at < SAME_VISIT:
        return False
    visit = session.scalar(
        select(PageVisit).where(
            PageVisit.user_id == user_id,
            PageVisit.course_slug == course_slug,
            PageVisit.module_id == module_id,
            PageVisit.page_slug == page_slug,
        )
    ) or PageVisit(
        user_id=user_id,
        course_slug=course_slug,
        module_id=module_id,
        page_slug=page_slug,
        first_seen_at=now,
    )
    visit.seen_at = now
    session.add(visit)
    return True


def keep_place(
    session: Session,
    user_id: int,
    *,
    course_slug: str,
    module_id: str,
    page_slug: str,
    heading: Heading | None,
) -> None:
    """Remember where in an open lesson a person stopped; None for its top."""
    visit = session.scalar(
        select(PageVisit).where(
            PageVisit.user_id == user_id,
            PageVisit.course_slug == course_slug,
            PageVisit.module_id == module_id,
            PageVisit.page_slug == page_slug,
        )
    )
    if visit is not None:
        visit.heading_id = heading.id if heading else None
        visit.heading_title = heading.text if heading else None


def trail_of(
    session: Session,
    learner_id: int,
    course: Course,
    *,
    withheld: frozenset[str] = frozenset(),
) -> Trail:
    """Return what a learner did in a course.

    :param withheld: assignments of which the reader may not know whether they are passed.
    """
    visits = session.scalars(
        select(PageVisit).where(
            PageVisit.user_id == learner_id, PageVisit.course_slug == course.slug
        )
    ).all()
    is_own = and_(Submission.learner_id == learner_id, Submission.course_slug == course.slug)
    handed_in = session.execute(
        select(Submission.assignment_id, func.max(Submission.handed_in_at))
        .where(is_own)
        .group_by(Submission.assignment_id)
    )
    drafted = session.execute(
        select(Draft.assignment_id, func.max(DraftVersion.saved_at))
        .join(DraftVersion, DraftVersion.draft_id == Draft.id)
        .where(
            Draft.learner_id == learner_id,
            Draft.course_slug == course.slug,
            DraftVersion.number == Draft.number,
            DraftVersion.submission_id.is_(None),
        )
        .group_by(Draft.assignment_id)
    )
    passed = session.scalars(
        select(Submission.assignment_id)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(is_own, GradingRun.is_counting, is_passed_run())
        .distinct()
    )
    return Trail(
        seen={(visit.module_id, visit.page_slug): visit.seen_at for visit in visits},
        stopped_at={
            (visit.module_id, visit.page_slug): Stop(
                anchor=visit.heading_id, title=visit.heading_title or ""
            )
            for visit in visits
            if visit.heading_id
        },
        drafted=dict(drafted.all()),
        handed_in=dict(handed_in.all()),
        passed=frozenset(passed) - withheld,
    )


def is_passed_run() -> ColumnElement[bool]:
    """Return the condition that a run left nothing to redo: `standing_of_run`, in SQL."""
    left_to_redo = exists().where(
        ExerciseResult.run_id == GradingRun.id, ExerciseResult.outcome.not_in(SETTLED)
    )
    has_passed = exists().where(
        ExerciseResult.run_id == GradingRun.id, ExerciseResult.outcome == "passed"
    )
    is_stopped = and_(GradingRun.outcome.in_(STOPPED), has_passed)
    return and_(or_(GradingRun.outcome == Outcome.GRADED, is_stopped), ~left_to_redo)
