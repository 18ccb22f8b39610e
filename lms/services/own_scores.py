"""What a learner sees of their own scores: those whose feedback is open to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.catalogue import Library
from lms.domain.course import Course
from lms.domain.scores import Step, stored_steps
from lms.errors import Refusal
from lms.models import OutsideMark, Promotion, Score
from lms.services.withholding import withheld_from


@dataclass(frozen=True, kw_only=True)
class OwnScore:
    """One score as its learner sees it.

    :param language: of the title, as HTML's `lang` has it; empty when not known.
    """

    assignment_id: str
    title: str
    language: str
    points: float
    max_points: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class CourseScores:
    """A learner's scores in one course."""

    slug: str
    title: str
    scores: tuple[OwnScore, ...]


def of_learner(
    session: Session, library: Library, learner_id: int, *, now: datetime
) -> tuple[CourseScores, ...]:
    """Return a learner's scores by course, without those that are not released yet."""
    found = session.scalars(
        select(Score)
        .where(Score.learner_id == learner_id)
        .order_by(Score.course_slug, Score.assignment_id)
    ).all()
    promotions = {
        promotion.id: promotion
        for promotion in session.scalars(
            select(Promotion)
            .options(joinedload(Promotion.programme))
            .where(Promotion.id.in_({score.promotion_id for score in found}))
        )
    }
    titles = _outside_titles(session, learner_id)
    courses = []
    for slug, scores in groupby(found, key=lambda score: score.course_slug):
        course = _course(library, slug)
        own = list(scores)
        released = _released(session, promotions, course, learner_id, own, now)
        courses.append(
            CourseScores(
                slug=slug,
                title=course.title if course else slug,
                scores=tuple(_shown(score, course, titles) for score in released),
            )
        )
    return tuple(courses)


def _shown(score: Score, course: Course | None, titles: dict[str, str]) -> OwnScore:
    assignment = course.assignment(score.assignment_id) if course else None
    known = assignment.title if assignment else titles.get(score.assignment_id)
    return OwnScore(
        assignment_id=score.assignment_id,
        title=known or score.assignment_id,
        language=course.language if course and assignment else "",
        points=score.points,
        max_points=score.max_points,
        steps=stored_steps(score.steps),
    )


def _released(
    session: Session,
    promotions: dict[int, Promotion],
    course: Course | None,
    learner_id: int,
    scores: Sequence[Score],
    now: datetime,
) -> list[Score]:
    closed = {
        promotion_id: withheld_from(
            session, promotions[promotion_id], course, learner_id, now=now
        )
        for promotion_id in {score.promotion_id for score in scores}
    }
    return [score for score in scores if score.assignment_id not in closed[score.promotion_id]]


def _course(library: Library, slug: str) -> Course | None:
    try:
        return library.course(slug)
    except Refusal:
        return None


def _outside_titles(session: Session, learner_id: int) -> dict[str, str]:
    rows = session.execute(
        select(OutsideMark.assignment_id, OutsideMark.title).where(
            OutsideMark.learner_id == learner_id
        )
    )
    return dict(rows.all())
