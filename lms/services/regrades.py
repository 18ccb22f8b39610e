"""Regrades: work runs again with newer tests, and nothing changes before somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import HIDDEN
from lms.domain.course import Assignment, Course
from lms.domain.jobs import JobState, Priority
from lms.domain.regrades import RegradeState, Scope
from lms.errors import Conflict, Invalid, NotFound
from lms.models import GradingRun, Job, Promotion, Regrade, Submission
from lms.services import audit, blind, jobs
from lms.services.blind import NameHidden
from lms.services.submissions import current_version


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a trainer asks for.

    :param learner_id: when the scope is one learner.
    :param never_lower: leave out a run that reaches a smaller share than the one before.
    :param notify: tell learners whose score changes, once it is applied.
    """

    scope: Scope = Scope.ALL
    learner_id: int | None = None
    never_lower: bool = False
    notify: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the runs of a regrade are.

    :param held: set aside after faults of ours: their old results stand.
    """

    total: int
    done: int
    held: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing runs any more."""
        return self.done + self.held == self.total


def start(
    session: Session,
    promotion: Promotion,
    course: Course,
    assignment: Assignment,
    choice: Choice,
    *,
    actor_id: int,
    now: datetime,
) -> Regrade:
    """Have work run with the assignment's tests of today, after what learners wait for.

    Nothing changes for anybody until it is applied.

    :raises Invalid: if one learner is meant and none is named.
    :raises Conflict: if another regrade of the assignment is open, or nothing is to be done.
    :raises NameHidden: if one learner is named whose work has no name yet.
    """
    if choice.scope is Scope.LEARNER and choice.learner_id is None:
        raise Invalid("Choisissez la personne dont les rendus sont à recorriger.")
    if choice.scope is Scope.LEARNER:
        veil = blind.veil(session, reader_id=actor_id, courses=[course.slug])
        if veil.hides(choice.learner_id or 0, course.slug, assignment.id):
            raise NameHidden  # one work that ran again would be that person's
    _take_place(session, promotion)
    if _open(session, promotion, assignment.id) is not None:
        raise Conflict(
            "Une recorrection de cet exercice est déjà ouverte : appliquez-la ou abandonnez-la."
        )
    version = current_version(session, course.slug, assignment)
    work = _work(session, promotion, course, assignment, version.id, choice)
    if not work:
        raise Conflict(
            "Il n’y a rien à recorriger : tous les rendus de ce choix ont déjà été corrigés "
            "avec les tests d’aujourd’hui."
        )
    made = Regrade(
        promotion_id=promotion.id,
        course_slug=course.slug,
        assignment_id=assignment.id,
        version=version,
        scope=choice.scope.value,
        learner_id=choice.learner_id if choice.scope is Scope.LEARNER else None,
        never_lower=choice.never_lower,
        notify=choice.notify,
        state=RegradeState.OPEN.value,
        started_by_id=actor_id,
        started_at=now,
    )
    session.add(made)
    session.flush()
    for submission in work:
        jobs.enqueue(
            session, submission, now=now, priority=Priority.REGRADE, regrade_id=made.id
        )
    note(session, made, "regrade.started", actor_id, now, runs=len(work))
    return made


def regrade_of(session: Session, promotion: Promotion, regrade_id: int) -> Regrade:
    """Return one regrade of a promotion.

    :raises NotFound: if there is none of that number.
    """
    found = session.get(Regrade, regrade_id)
    if found is None or found.promotion_id != promotion.id:
        raise NotFound(HIDDEN)
    return found


def regrades_of(session: Session, promotion: Promotion) -> Sequence[Regrade]:
    """Return the regrades of a promotion, the latest first."""
    return session.scalars(
        select(Regrade)
        .options(joinedload(Regrade.version), joinedload(Regrade.started_by))
        .where(Regrade.promotion_id == promotion.id)
        .order_by(Regrade.id.desc())
    ).all()


def progress(session: Session, regrade_id: int) -> Progress:
    """Return how far the runs of a regrade are."""
    rows = session.execute(
        select(Job.state, func.count()).where(Job.regrade_id == regrade_id).group_by(Job.state)
    )
    states = {JobState(state): count for state, count in rows}
    return Progress(
        total=sum(states.values()),
        done=states.get(JobState.DONE, 0),
        held=states.get(JobState.QUARANTINED, 0),
    )


def _take_place(session: Session, promotion: Promotion) -> None:
    """Wait until nobody else starts one: a write that changes nothing locks the promotion.

    Whoever waited reads what the other one committed, so of two the second is refused.
    """
    session.execute(
        update(Promotion)
        .where(Promotion.id == promotion.id)
        .values(id=Promotion.id)
        .execution_options(synchronize_session=False)
    )


def _open(session: Session, promotion: Promotion, assignment_id: str) -> Regrade | None:
    return session.scalar(
        select(Regrade).where(
            Regrade.promotion_id == promotion.id,
            Regrade.assignment_id == assignment_id,
            Regrade.state == RegradeState.OPEN.value,
        )
    )


def _work(
    session: Session,
    promotion: Promotion,
    course: Course,
    assignment: Assignment,
    version_id: int,
    choice: Choice,
) -> Sequence[Submission]:
    """Return the submissions whose result comes from other tests than these."""
    query = (
        select(Submission)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            Submission.promotion_id == promotion.id,
            Submission.course_slug == course.slug,
            Submission.assignment_id == assignment.id,
            GradingRun.is_counting,
            GradingRun.version_id != version_id,
        )
        .order_by(Submission.id)
    )
    if choice.scope is Scope.LEARNER:
        query = query.where(Submission.learner_id == choice.learner_id)
    if choice.scope is Scope.FAILED:
        query = query.where(GradingRun.points < GradingRun.max_points)
    return session.scalars(query).all()


def note(
    session: Session,
    regrade: Regrade,
    action: str,
    actor_id: int,
    now: datetime,
    **details: str | int,
) -> None:
    """Write an event of a regrade down."""
    audit.record(
        session,
        action,
        f"regrade:{regrade.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=regrade.promotion_id,
        person_id=regrade.learner_id,
        assignment=regrade.assignment_id,
        version=regrade.version_id,
        **details,
    )
