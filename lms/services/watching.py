"""What is known of the learners of a promotion: their work, their activity, where they stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Result, Select, case, func, null, select, union_all
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.alerts import FailingExercise, GroupFacts, LearnerFacts
from lms.domain.board import OF_STANDING, Cell, CellState
from lms.domain.course import Course
from lms.domain.jobs import JobState
from lms.domain.standing import SETTLED, Standing, standing_of_job
from lms.models import (
    Closure,
    ExerciseResult,
    GradingRun,
    Group,
    GroupMember,
    Job,
    Membership,
    Promotion,
    Score,
    Submission,
)
from lms.services import progress, roles, terms, traces
from lms.services.blind import hidden_works
from lms.services.revisions import revision_of
from lms.services.traces import Key


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The learners of a promotion at one moment.

    :param cells: what each did for each assignment; nothing where there is no trace of work.
    :param passed: the assignments that each has passed, whichever the attempt.
    :param groups: names of each learner's groups.
    :param revision: what it was made from, at the latest; empty unless it was asked for.
    """

    learners: tuple[Membership, ...]
    cells: Mapping[Key, Cell]
    passed: Mapping[int, frozenset[str]]
    groups: Mapping[int, frozenset[str]]
    facts: GroupFacts
    revision: str

    def facts_of(self, learner_id: int) -> LearnerFacts | None:
        """Return what is known of one learner, or None of somebody who is none."""
        return next(
            (found for found in self.facts.learners if found.learner_id == learner_id), None
        )


def watch(
    session: Session,
    promotion: Promotion,
    course: Course,
    *,
    reader_id: int,
    has_revision: bool = False,
    now: datetime,
) -> Watched:
    """Return what is known of the learners, in five queries whatever their number.

    Of works that have no name for the reader it says only that they were handed in.

    :param has_revision: whether it says from what it was made, which takes its time.
    """
    # First, so that what is known is never older than its revision.
    around = _around(session, promotion, reader_id, has_revision=has_revision)
    learners = tuple(
        found
        for found in roles.members(session, promotion, now=now)
        if found.role == Role.LEARNER
    )
    latest = traces.latest_by_place(session, promotion.id, course.slug)
    cells, passed = _cells(session, promotion, course, latest, around.hidden)
    failing = _failing(session, promotion, course, around.hidden)
    active: dict[int, datetime] = {}
    for (learner_id, _place), at in latest.items():
        active[learner_id] = max(at, active.get(learner_id, at))
    facts = tuple(
        LearnerFacts(
            learner_id=found.user_id,
            since=found.started_at,
            last_activity_at=active.get(found.user_id),
            passed=len(passed.get(found.user_id, ())),
            failing=failing.get(found.user_id, ()),
        )
        for found in learners
    )
    return Watched(
        learners=learners,
        cells=cells,
        passed=passed,
        groups=around.groups,
        facts=GroupFacts(now=now, learners=facts, closures=around.closures),
        revision=around.revision,
    )


@dataclass(frozen=True, kw_only=True)
class _Around:
    """What is known of a promotion beside its works."""

    groups: Mapping[int, frozenset[str]]
    closures: tuple[tuple[date, date], ...]
    hidden: frozenset[Key]
    revision: str


def _around(
    session: Session, promotion: Promotion, reader_id: int, *, has_revision: bool
) -> _Around:
    """Return groups, closed days, works without a name and the revision, in one query."""
    closed = select(Closure.first_on, Closure.last_on, null(), null(), null()).where(
        Closure.promotion_id == promotion.id
    )
    grouped = (
        select(null(), null(), GroupMember.learner_id, Group.name, null())
        .join(Group, GroupMember.group_id == Group.id)
        .where(Group.promotion_id == promotion.id)
    )
    blind = (
        hidden_works(reader_id)
        .where(Submission.course_slug == promotion.programme.course_slug)
        .with_only_columns(
            null(), null(), Submission.learner_id, null(), Submission.assignment_id
        )
    )
    revised = select(null(), null(), null(), revision_of(promotion), null())
    asked = (closed, grouped, blind, *((revised,) if has_revision else ()))
    rows: Result[date | None, date | None, int | None, str | None, str | None] = (
        session.execute(union_all(*asked))
    )
    closures: list[tuple[date, date]] = []
    groups: dict[int, set[str]] = {}
    hidden: set[Key] = set()
    revision = ""
    for first_on, last_on, learner_id, name, assignment_id in rows:
        if first_on is not None and last_on is not None:
            closures.append((first_on, last_on))
        elif learner_id is not None and assignment_id is not None:
            hidden.add((learner_id, assignment_id))
        elif learner_id is not None and name is not None:
            groups.setdefault(learner_id, set()).add(name)
        else:
            revision = name or ""
    return _Around(
        groups={learner_id: frozenset(names) for learner_id, names in groups.items()},
        closures=tuple(closures),
        hidden=frozenset(hidden),
        revision=revision,
    )


def as_told_to(
    session: Session,
    promotion: Promotion,
    course: Course,
    watched: Watched,
    learner_id: int,
    *,
    now: datetime,
) -> Watched:
    """Return the same without what this learner may not know yet: results that wait."""
    held = terms.all_terms(session, promotion, course, [learner_id])
    waiting = {key[1] for key, found in held.items() if not found.is_feedback_open(now)}
    passed = watched.passed.get(learner_id, frozenset()) - waiting
    facts = tuple(
        found
        if found.learner_id != learner_id
        else replace(
            found,
            passed=len(passed),
            failing=tuple(one for one in found.failing if one.assignment_id not in waiting),
        )
        for found in watched.facts.learners
    )
    return replace(
        watched,
        passed={**watched.passed, learner_id: passed},
        facts=replace(watched.facts, learners=facts),
    )


def _cells(
    session: Session,
    promotion: Promotion,
    course: Course,
    latest: Mapping[Key, datetime],
    hidden: frozenset[Key],
) -> tuple[dict[Key, Cell], dict[int, frozenset[str]]]:
    known = {assignment.id for assignment in course.assignments}
    cells = {
        key: Cell(state=CellState.DRAFT, last_at=at)
        for key, at in latest.items()
        if key[1] in known
    }
    passed: dict[int, set[str]] = {}
    for row in session.execute(_works(promotion, course)):
        learner_id, assignment_id, submission_id, attempt, is_passed, job, points, most = row
        if assignment_id not in known:
            continue
        if is_passed:
            passed.setdefault(learner_id, set()).add(assignment_id)
        key = (learner_id, assignment_id)
        if key in hidden:
            cells[key] = Cell(state=CellState.BLIND)
            continue
        cells[key] = Cell(
            state=OF_STANDING[_standing(is_passed, job)],
            points=points,
            max_points=most or 0.0,
            attempts=attempt,
            last_at=latest.get(key),
            submission_id=submission_id,
        )
    return cells, {key: frozenset(ids) for key, ids in passed.items()}


def _works(
    promotion: Promotion, course: Course
) -> Select[int, str, int, int, bool | None, str | None, float, float]:
    """Return the query of all attempts with their runs and scores, in order."""
    job = (
        select(Job.state)
        .where(Job.submission_id == Submission.id)
        .order_by(Job.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_passed = case((GradingRun.id.is_not(None), progress.is_passed_run()))
    return (
        select(
            Submission.learner_id,
            Submission.assignment_id,
            Submission.id,
            Submission.attempt,
            is_passed,
            case((GradingRun.id.is_(None), job)),
            Score.points,
            Score.max_points,
        )
        .outerjoin(
            GradingRun,
            (GradingRun.submission_id == Submission.id) & GradingRun.is_counting,
        )
        .outerjoin(
            Score,
            (Score.learner_id == Submission.learner_id)
            & (Score.course_slug == Submission.course_slug)
            & (Score.assignment_id == Submission.assignment_id),
        )
        .where(Submission.promotion_id == promotion.id, Submission.course_slug == course.slug)
        .order_by(Submission.attempt, GradingRun.id)
    )


def _standing(is_passed: bool | None, job: str | None) -> Standing:
    if is_passed is not None:
        return Standing.PASSED if is_passed else Standing.TO_REDO
    return standing_of_job(JobState(job)) if job else Standing.HELD


def _failing(
    session: Session, promotion: Promotion, course: Course, hidden: frozenset[Key]
) -> dict[int, tuple[FailingExercise, ...]]:
    """Return the exercises that each learner tried and never passed, in course order."""
    is_settled = case((ExerciseResult.outcome.in_(SETTLED), 1), else_=0)
    rows = session.execute(
        select(
            Submission.learner_id,
            Submission.assignment_id,
            ExerciseResult.exercise_id,
            func.max(ExerciseResult.title),
            func.count(Submission.id.distinct()),
            func.max(Submission.handed_in_at),
            func.max(Submission.id),
        )
        .join(
            GradingRun,
            (GradingRun.submission_id == Submission.id) & GradingRun.is_counting,
        )
        .join(ExerciseResult, ExerciseResult.run_id == GradingRun.id)
        .where(Submission.promotion_id == promotion.id, Submission.course_slug == course.slug)
        .group_by(Submission.learner_id, Submission.assignment_id, ExerciseResult.exercise_id)
        .having(func.sum(is_settled) == 0)
        .order_by(func.max(Submission.id))
    )
    titles = {assignment.id: assignment.title for assignment in course.assignments}
    failing: dict[int, list[FailingExercise]] = {}
    for learner_id, assignment_id, exercise_id, title, runs, at, submission_id in rows:
        if assignment_id in titles and (learner_id, assignment_id) not in hidden:
            failing.setdefault(learner_id, []).append(
                FailingExercise(
                    assignment_id=assignment_id,
                    assignment_title=titles[assignment_id],
                    exercise_id=exercise_id,
                    title=title,
                    runs=runs,
                    latest_at=at,
                    submission_id=submission_id,
                )
            )
    return {learner_id: tuple(found) for learner_id, found in failing.items()}
