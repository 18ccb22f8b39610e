"""What people find of the courses: which they follow, and how an assignment stands for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue import CourseProblem, Library
from lms.domain.access import Action, Actor, Subject, may
from lms.domain.course import Assignment, Course, Module
from lms.domain.standing import Standing
from lms.domain.terms import Terms
from lms.domain.unlocking import Unlock, declared_opening
from lms.errors import Conflict, NotAllowed
from lms.models import Programme, Promotion
from lms.services import feedback, openings, progress, scores, submissions, withholding
from lms.services.promotions import promotions_following


@dataclass(frozen=True, kw_only=True)
class CourseShown:
    """One course in a person's list.

    :param title: the slug when the course cannot be served.
    :param promotions: names of the promotions in which the person follows or leads it.
    :param problems: what keeps its newest form from being served, for operators alone.
    """

    slug: str
    title: str
    is_served: bool
    promotions: tuple[str, ...]
    modules: int
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AssignmentShown:
    """One assignment of a module as it stands for one person.

    :param state: as the templates' macro `state` names it; empty for staff.
    :param points: of the attempt that counts; None before the first result.
    :param locked: why it does not open yet; empty when it does.
    """

    assignment: Assignment
    state: str
    points: float | None
    max_points: float
    due_at: datetime | None
    is_past: bool
    locked: str


def courses_of(session: Session, library: Library, actor: Actor) -> tuple[CourseShown, ...]:
    """Return the courses that a person may read, by title; those with an error last."""
    served = {course.slug: course for course in library.courses()}
    shown = [
        _course_shown(session, slug, served.get(slug), actor, library.problems(slug))
        for slug in library.slugs()
        if may(actor, Action.READ_COURSE, subject_of(session, slug))
    ]
    return tuple(sorted(shown, key=lambda course: (not course.is_served, course.title)))


def subject_of(session: Session, course_slug: str) -> Subject:
    """Return what access to a course is asked with."""
    return Subject(promotion_ids=promotions_following(session, course_slug))


def assignments_of(
    session: Session,
    user_id: int,
    course: Course,
    module: Module,
    *,
    now: datetime,
    unlock: Unlock = declared_opening,
) -> tuple[AssignmentShown, ...]:
    """Return the assignments of a module as they stand for a person."""
    promotion = learner_promotion(session, user_id, course.slug, now=now)
    if promotion is None:
        return tuple(_plain(assignment) for assignment in module.assignments)
    terms = withholding.own_terms(session, promotion, course, user_id)
    withheld = withholding.withheld_ids(terms, now)
    passed = progress.trail_of(session, user_id, course, withheld=withheld).passed
    return tuple(
        _assignment_shown(
            session,
            user_id,
            course,
            assignment,
            terms=terms[assignment.id],
            is_passed=assignment.id in passed,
            now=now,
            unlock=unlock,
        )
        for assignment in module.assignments
    )


def learner_promotion(
    session: Session, user_id: int, course_slug: str, *, now: datetime
) -> Promotion | None:
    """Return the promotion in which a person follows a course; None for everybody else."""
    try:
        return openings.enrolment(session, user_id, course_slug, now=now)
    except NotAllowed:
        return None


def _course_shown(
    session: Session,
    slug: str,
    course: Course | None,
    actor: Actor,
    problems: tuple[CourseProblem, ...],
) -> CourseShown:
    names = session.scalars(
        select(Promotion.name)
        .join(Programme, Promotion.programme_id == Programme.id)
        .where(Programme.course_slug == slug, Promotion.id.in_(actor.promotions()))
        .order_by(Promotion.starts_on.desc())
    )
    return CourseShown(
        slug=slug,
        title=course.title if course else slug,
        is_served=course is not None,
        promotions=tuple(names),
        modules=len(course.modules) if course else 0,
        problems=tuple(str(found) for found in problems if not found.is_warning)
        if actor.is_operator
        else (),
    )


def _plain(assignment: Assignment) -> AssignmentShown:
    return AssignmentShown(
        assignment=assignment,
        state="",
        points=None,
        max_points=assignment.max_points,
        due_at=None,
        is_past=False,
        locked="",
    )


def _assignment_shown(
    session: Session,
    user_id: int,
    course: Course,
    assignment: Assignment,
    *,
    terms: Terms,
    is_passed: bool,
    now: datetime,
    unlock: Unlock,
) -> AssignmentShown:
    is_withheld = not terms.is_feedback_open(now)
    found = scores.score_of(session, user_id, course.slug, assignment.id)
    score, due_at = None if is_withheld else found, terms.due_at
    attempts = submissions.attempts_of(session, user_id, course.slug, assignment.id)
    locked = _locked(session, user_id, course, assignment, unlock)
    state = "locked" if locked else "todo"
    if is_passed:  # once is enough, whatever was handed in afterwards
        state = Standing.PASSED.label
    elif attempts:
        reached = feedback.progress(session, attempts[0].id, now=now, is_withheld=is_withheld)
        state = reached.standing.label
    return AssignmentShown(
        assignment=assignment,
        state=state,
        points=score.points if score else None,
        max_points=score.max_points if score else assignment.max_points,
        due_at=due_at,
        is_past=due_at is not None and due_at < now and not is_passed,
        locked=locked,
    )


def _locked(
    session: Session, user_id: int, course: Course, assignment: Assignment, unlock: Unlock
) -> str:
    try:
        openings.refuse_locked(session, user_id, course, assignment, unlock=unlock)
    except Conflict as refusal:
        return str(refusal)
    return ""
