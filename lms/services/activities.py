"""What people answered to the questions of lessons: kept, and shown to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.domain.activities import Activity, Answers, Mark, points_of
from lms.errors import Invalid
from lms.models import ActivityAnswer, ActivityAttempt


@dataclass(frozen=True, kw_only=True)
class PageKey:
    """One lesson of one course."""

    course_slug: str
    module_id: str
    page_slug: str


@dataclass(frozen=True, kw_only=True)
class AttemptShown:
    """One attempt of one person.

    :param number: 1 for the first one.
    :param given: what was answered, by question.
    :param shares: of each question's point.
    """

    number: int
    points: float
    max_points: float
    answered_at: datetime
    given: Answers
    shares: Mapping[str, float]

    @property
    def is_all_right(self) -> bool:
        """Whether every question has its whole point."""
        return self.points >= self.max_points


def keep(
    session: Session,
    user_id: int,
    where: PageKey,
    activity: Activity,
    answers: Answers,
    marks: Mapping[str, Mark],
    *,
    now: datetime,
) -> None:
    """Keep an attempt; the same answers as last time change nothing.

    :raises Invalid: if no question was answered.
    """
    if not any(marks[item.key].is_answered for item in activity.items):
        raise Invalid("Aucune réponse n’est choisie : répondez à une question au moins.")
    before = attempts_of(session, where, [user_id])
    given = {item.key: list(answers.get(item.key, ())) for item in activity.items}
    if before and {a.item_key: a.given for a in before[-1].answers} == given:
        return
    attempt = ActivityAttempt(
        user_id=user_id,
        course_slug=where.course_slug,
        module_id=where.module_id,
        page_slug=where.page_slug,
        kind=activity.kind,
        number=before[-1].number + 1 if before else 1,
        points=points_of(marks),
        max_points=float(len(activity.items)),
        answered_at=now,
        answers=[
            ActivityAnswer(item_key=key, given=texts, share=marks[key].share)
            for key, texts in given.items()
        ],
    )
    session.add(attempt)
    _forget_between(session, [*before, attempt])


def latest(session: Session, user_id: int, where: PageKey) -> AttemptShown | None:
    """Return a person's latest attempt at a page."""
    attempts = attempts_of(session, where, [user_id])
    return shown(attempts[-1]) if attempts else None


def best(session: Session, user_id: int, where: PageKey) -> AttemptShown | None:
    """Return a person's best attempt at a page, the latest of equals."""
    attempts = attempts_of(session, where, [user_id])
    return shown(max(attempts, key=_goodness)) if attempts else None


def states(
    session: Session, user_id: int, course_slug: str
) -> dict[tuple[str, str], AttemptShown]:
    """Return a person's best attempt at each page of a course that they answered."""
    attempts = session.scalars(
        select(ActivityAttempt)
        .options(selectinload(ActivityAttempt.answers))
        .where(ActivityAttempt.user_id == user_id, ActivityAttempt.course_slug == course_slug)
        .order_by(ActivityAttempt.points / ActivityAttempt.max_points, ActivityAttempt.number)
    )
    return {(found.module_id, found.page_slug): shown(found) for found in attempts}


def attempts_of(
    session: Session, where: PageKey, user_ids: Collection[int]
) -> list[ActivityAttempt]:
    """Return these people's attempts at a page, each person's oldest first."""
    return list(
        session.scalars(
            select(ActivityAttempt)
            .options(selectinload(ActivityAttempt.answers))
            .where(
                ActivityAttempt.user_id.in_(user_ids),
                ActivityAttempt.course_slug == where.course_slug,
                ActivityAttempt.module_id == where.module_id,
                ActivityAttempt.page_slug == where.page_slug,
            )
            .order_by(ActivityAttempt.number, ActivityAttempt.id)
        )
    )


def _forget_between(session: Session, attempts: Sequence[ActivityAttempt]) -> None:
    """Delete all attempts but the first, the best and the latest."""
    kept = (attempts[0], max(attempts, key=_goodness), attempts[-1])
    for attempt in attempts:
        if attempt not in kept:
            session.delete(attempt)


def _goodness(attempt: ActivityAttempt) -> tuple[float, int]:
    return attempt.points / attempt.max_points, attempt.number


def shown(attempt: ActivityAttempt) -> AttemptShown:
    """Return an attempt as plain values."""
    return AttemptShown(
        number=attempt.number,
        points=attempt.points,
        max_points=attempt.max_points,
        answered_at=attempt.answered_at,
        given={answer.item_key: tuple(answer.given) for answer in attempt.answers},
        shares={answer.item_key: answer.share for answer in attempt.answers},
    )
