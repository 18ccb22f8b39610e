"""Traces of work: when people opened, saved, handed in, asked; and how long they worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.domain.access import Role
from lms.domain.time_spent import Trace, time_spent_s
from lms.models import (
    ActivityAttempt,
    Draft,
    DraftVersion,
    HelpMessage,
    HintView,
    Membership,
    PageVisit,
    Question,
    Submission,
    WorkTrace,
)

#: Two savings of the same work closer than that leave one trace.
APART = timedelta(minutes=5)

#: The place of what belongs to no assignment: lessons and their questions.
LESSONS = ""

#: A learner and a place.
Key = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class TimeOn:
    """The time that a promotion spent on one assignment.

    :param learners: of how many there is an estimate.
    :param median_s: at least half of them spent that much, or less.
    """

    learners: int
    median_s: float


Traces = Select[int, str, datetime]


def keep(
    session: Session, *, learner_id: int, course_slug: str, assignment_id: str, now: datetime
) -> None:
    """Note that a person works on an assignment at this moment."""
    latest = session.scalar(
        select(func.max(WorkTrace.at)).where(
            WorkTrace.course_slug == course_slug,
            WorkTrace.learner_id == learner_id,
            WorkTrace.assignment_id == assignment_id,
        )
    )
    if latest is None or now - latest >= APART:
        session.add(
            WorkTrace(
                learner_id=learner_id,
                course_slug=course_slug,
                assignment_id=assignment_id,
                at=now,
            )
        )


def latest_by_place(
    session: Session, promotion_id: int, course_slug: str
) -> Mapping[Key, datetime]:
    """Return each learner's latest trace at each place of the course, in one query."""
    kinds = [traces.subquery() for traces in _of_promotion(promotion_id, course_slug)]
    newest = union_all(
        *(
            select(kind.c.person, kind.c.place, func.max(kind.c.at)).group_by(
                kind.c.person, kind.c.place
            )
            for kind in kinds
        )
    )
    latest: dict[Key, datetime] = {}
    for person, place, at in session.execute(newest):
        key = (person, place)
        latest[key] = max(at, latest.get(key, at))
    return latest


def time_spent(
    session: Session, promotion_id: int, course_slug: str, learner_id: int | None = None
) -> Mapping[int, Mapping[str, float]]:
    """Return the estimated seconds of work at each place, by learner.

    :param learner_id: one learner alone; all by default.
    """
    found: dict[int, list[Trace]] = {}
    every = union_all(*_of_promotion(promotion_id, course_slug, learner_id))
    for person, place, at in session.execute(every):
        found.setdefault(person, []).append(Trace(at=at, place=place))
    return {person: time_spent_s(traces) for person, traces in found.items()}


def time_on(
    session: Session, promotion_id: int, course_slug: str, assignment_id: str
) -> TimeOn | None:
    """Return the estimated time on one assignment; None when there is no estimate yet."""
    every = time_spent(session, promotion_id, course_slug).values()
    spent = [found[assignment_id] for found in every if assignment_id in found]
    return TimeOn(learners=len(spent), median_s=median_low(spent)) if spent else None


def _of_promotion(
    promotion_id: int, course_slug: str, learner_id: int | None = None
) -> Iterable[Traces]:
    """Return a query for each kind of trace: columns `person`, `place` and `at`."""
    people = select(Membership.user_id).where(
        Membership.promotion_id == promotion_id, Membership.role == Role.LEARNER
    )
    if learner_id is not None:
        people = people.where(Membership.user_id == learner_id)
    for person, place, at in (
        (Submission.learner_id, Submission.assignment_id, Submission.handed_in_at),
        (WorkTrace.learner_id, WorkTrace.assignment_id, WorkTrace.at),
        (HintView.learner_id, HintView.assignment_id, HintView.seen_at),
    ):
        yield _traces(person, place, at).where(
            person.class_.course_slug == course_slug, person.in_(people)
        )
    for at in (PageVisit.first_seen_at, PageVisit.seen_at):
        yield _traces(PageVisit.user_id, literal(LESSONS), at).where(
            PageVisit.course_slug == course_slug, PageVisit.user_id.in_(people)
        )
    yield _traces(ActivityAttempt.user_id, literal(LESSONS), ActivityAttempt.answered_at).where(
        ActivityAttempt.course_slug == course_slug, ActivityAttempt.user_id.in_(people)
    )
    yield (
        _traces(Draft.learner_id, Draft.assignment_id, DraftVersion.saved_at)
        .join(DraftVersion, DraftVersion.draft_id == Draft.id)
        .where(Draft.course_slug == course_slug, Draft.learner_id.in_(people))
    )
    yield (
        _traces(Question.learner_id, Question.assignment_id, HelpMessage.written_at)
        .join(HelpMessage, HelpMessage.question_id == Question.id)
        .where(
            Question.course_slug == course_slug,
            Question.learner_id.in_(people),
            HelpMessage.is_from_learner,
        )
    )


def _traces(
    person: InstrumentedAttribute[int],
    place: ColumnElement[str] | InstrumentedAttribute[str],
    at: InstrumentedAttribute[datetime],
) -> Traces:
    return select(person.label("person"), place.label("place"), at.label("at")).select_from(
        person.class_
    )
