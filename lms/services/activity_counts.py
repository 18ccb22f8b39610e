"""How the learners of a promotion answered the questions of lessons, for their trainers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.activities import Activity, Item, ThemeResult, by_theme
from lms.domain.course import Course, Module, Page
from lms.models import ActivityAnswer, ActivityAttempt, Promotion, User
from lms.services import roles
from lms.services.activities import PageKey, attempts_of, shown

#: Answers that are not right, shown for each question.
WRONG_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class PageCount:
    """One lesson with questions, and how many learners of a promotion answered them."""

    module: Module
    page: Page
    answered: int
    all_right: int


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """One answer that is not right, and how many learners gave it at first."""

    text: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ItemCount:
    """One question, as the learners of a promotion answered it.

    :param right_first: learners whose first answer was right.
    :param right_now: learners whose latest answer is right.
    """

    item: Item
    answered: int
    right_first: int
    right_now: int
    wrong: tuple[WrongAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class LearnerThemes:
    """One learner's latest result by theme; no theme before the first answer."""

    name: str
    answered_at: datetime | None
    themes: tuple[ThemeResult, ...]


def pages_of(
    session: Session, promotion: Promotion, course: Course, *, now: datetime
) -> tuple[PageCount, ...]:
    """Return the lessons with questions, with how many learners answered them."""
    learners = _learners(session, promotion, now=now)
    rows = session.execute(
        select(
            ActivityAttempt.module_id,
            ActivityAttempt.page_slug,
            ActivityAttempt.user_id,
            ActivityAttempt.points >= ActivityAttempt.max_points,
        ).where(
            ActivityAttempt.course_slug == course.slug,
            ActivityAttempt.user_id.in_([learner.id for learner in learners]),
        )
    ).all()
    answered = {(module, page, user) for module, page, user, _ in rows}
    right = {(module, page, user) for module, page, user, is_right in rows if is_right}
    return tuple(
        PageCount(
            module=module,
            page=page,
            answered=_count(answered, module, page),
            all_right=_count(right, module, page),
        )
        for module, page in course.pages
        if page.questions
    )


def counts_of(
    session: Session,
    promotion: Promotion,
    where: PageKey,
    activity: Activity,
    *,
    now: datetime,
) -> tuple[ItemCount, ...]:
    """Return how the learners of a promotion answered each question, without names."""
    learners = [learner.id for learner in _learners(session, promotion, now=now)]
    first: dict[int, ActivityAttempt] = {}
    last: dict[int, ActivityAttempt] = {}
    for attempt in attempts_of(session, where, learners):
        first.setdefault(attempt.user_id, attempt)
        last[attempt.user_id] = attempt
    return tuple(_item_count(item, first.values(), last.values()) for item in activity.items)


def themes_of(
    session: Session,
    promotion: Promotion,
    where: PageKey,
    activity: Activity,
    *,
    now: datetime,
) -> tuple[LearnerThemes, ...]:
    """Return each learner's latest result by theme, by name: never by points."""
    learners = _learners(session, promotion, now=now)
    latest_of = {
        attempt.user_id: attempt
        for attempt in attempts_of(session, where, [learner.id for learner in learners])
    }
    return tuple(
        _learner_themes(learner.name, latest_of.get(learner.id), activity)
        for learner in learners
    )


def _learner_themes(
    name: str, attempt: ActivityAttempt | None, activity: Activity
) -> LearnerThemes:
    if attempt is None:
        return LearnerThemes(name=name, answered_at=None, themes=())
    latest = shown(attempt)
    return LearnerThemes(
        name=name,
        answered_at=latest.answered_at,
        themes=by_theme(activity.items, latest.given, latest.shares),
    )


def _item_count(
    item: Item, first: Iterable[ActivityAttempt], last: Iterable[ActivityAttempt]
) -> ItemCount:
    tried = [answer for answer in _answers_to(item, first) if answer.given]
    wrong = Counter(_words(item, answer) for answer in tried if answer.share < 1)
    return ItemCount(
        item=item,
        answered=len(tried),
        right_first=sum(answer.share >= 1 for answer in tried),
        right_now=sum(answer.share >= 1 for answer in _answers_to(item, last)),
        wrong=tuple(
            WrongAnswer(text=text, count=count)
            for text, count in wrong.most_common(WRONG_SHOWN)
        ),
    )


def _words(item: Item, answer: ActivityAnswer) -> str:
    """Return what was typed, or the choices that were taken, in the question's order."""
    if not item.choices:
        return " ".join(map(str, answer.given))
    return " + ".join(choice.text for choice in item.choices if choice.key in answer.given)


def _answers_to(item: Item, attempts: Iterable[ActivityAttempt]) -> list[ActivityAnswer]:
    return [
        answer
        for attempt in attempts
        for answer in attempt.answers
        if answer.item_key == item.key
    ]


def _learners(session: Session, promotion: Promotion, *, now: datetime) -> list[User]:
    members = roles.members(session, promotion, now=now)
    return [member.user for member in members if member.role == Role.LEARNER]


def _count(rows: Collection[tuple[str, str, int]], module: Module, page: Page) -> int:
    return sum((module.id, page.slug) == (found[0], found[1]) for found in rows)
