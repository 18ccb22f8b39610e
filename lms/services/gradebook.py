"""The gradebook of a promotion: learners, columns, scores and totals."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.course import Course
from lms.domain.gradebook import OUTSIDE, Missing, Weights, total
from lms.domain.marks import percent
from lms.domain.terms import Terms
from lms.models import Membership, OutsideImport, OutsideMark, Promotion, Score, User
from lms.services import blind, roles, weighing
from lms.services.blind import Veil
from lms.services.terms import all_terms

#: So that a page of sixty columns stays light.
LEARNERS_A_PAGE = 30


@dataclass(frozen=True, kw_only=True)
class Column:
    """One assignment of the course, or something marked elsewhere."""

    assignment_id: str
    title: str
    max_points: float

    @property
    def is_outside(self) -> bool:
        """Whether it was never on the platform."""
        return self.assignment_id.startswith(OUTSIDE)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One learner's score in one column.

    :param points: None while there is none.
    :param counts_zero: there is none, and the promotion's rule counts it for 0.
    :param is_blind: whatever there is stays hidden: the work has no name yet.
    """

    assignment_id: str
    points: float | None = None
    max_points: float
    counts_zero: bool = False
    is_blind: bool = False

    @property
    def share(self) -> float | None:
        """The share of its points, 0 to 1; None when the column does not count yet."""
        if self.points is None:
            return 0.0 if self.counts_zero else None
        return percent(self.points, self.max_points) / 100


@dataclass(frozen=True, kw_only=True)
class Row:
    """One learner, with a cell for each column.

    :param total: in percent; None while nothing counts.
    """

    learner_id: int
    name: str
    email: str
    cells: tuple[Cell, ...]
    total: float | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One page of the gradebook.

    :param page: from 1.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    weights: Weights
    page: int
    pages: int

    @property
    def has_blind(self) -> bool:
        """Whether a score is hidden, since the work has no name yet."""
        return any(cell.is_blind for row in self.rows for cell in row.cells)


@dataclass(frozen=True, kw_only=True)
class Book:
    """What all rows of a promotion's gradebook have in common.

    :param veil: what has no name for the reader.
    """

    promotion: Promotion
    course: Course | None
    columns: tuple[Column, ...]
    weights: Weights
    veil: Veil


def open_book(
    session: Session, promotion: Promotion, course: Course | None, *, reader_id: int
) -> Book:
    """Return the columns and weights of a promotion.

    :param course: None while its files cannot be read: then only marks from outside show.
    """
    return Book(
        promotion=promotion,
        course=course,
        columns=columns(session, promotion, course),
        weights=weighing.read_weights(session, promotion),
        veil=blind.veil(
            session, reader_id=reader_id, courses=[promotion.programme.course_slug]
        ),
    )


def table(
    session: Session,
    promotion: Promotion,
    course: Course | None,
    *,
    reader_id: int,
    page: int = 1,
    now: datetime,
) -> Table:
    """Return one page of the gradebook; the last one when there are not so many."""
    book = open_book(session, promotion, course, reader_id=reader_id)
    present = learners(session, promotion, now=now)
    pages = max(1, math.ceil(len(present) / LEARNERS_A_PAGE))
    page = min(max(page, 1), pages)
    shown = present[(page - 1) * LEARNERS_A_PAGE : page * LEARNERS_A_PAGE]
    return Table(
        columns=book.columns,
        rows=tuple(rows(session, book, shown, now=now)),
        weights=book.weights,
        page=page,
        pages=pages,
    )


def learners(session: Session, promotion: Promotion, *, now: datetime) -> list[User]:
    """Return who learns in the promotion now, by name."""
    present = roles.members(session, promotion, now=now)
    return [member.user for member in present if member.role == Role.LEARNER]


def learner_of(session: Session, promotion: Promotion, learner_id: int) -> User | None:
    """Return somebody who learns in the promotion, or did; None otherwise."""
    return session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id == learner_id,
            Membership.promotion_id == promotion.id,
            Membership.role == Role.LEARNER.value,
        )
    )


def columns(
    session: Session, promotion: Promotion, course: Course | None
) -> tuple[Column, ...]:
    """Return the assignments of the course, then what was marked elsewhere."""
    outside = session.execute(
        select(OutsideMark.assignment_id, OutsideMark.title, OutsideMark.max_points)
        .join(OutsideImport, OutsideMark.import_id == OutsideImport.id)
        .where(
            OutsideImport.promotion_id == promotion.id,
            OutsideImport.undone_at.is_(None),
            OutsideMark.assignment_id.startswith(OUTSIDE),
        )
        .distinct()
        .order_by(OutsideMark.title)
    ).all()
    own = {
        found.id: Column(assignment_id=found.id, title=found.title, max_points=found.max_points)
        for found in (course.assignments if course else ())
    }
    elsewhere = {
        row.assignment_id: Column(
            assignment_id=row.assignment_id, title=row.title, max_points=row.max_points
        )
        for row in outside
    }
    return tuple((own | elsewhere).values())


def rows(session: Session, book: Book, shown: Sequence[User], *, now: datetime) -> list[Row]:
    """Return the rows of some learners, in as many queries whatever their number."""
    ids = [learner.id for learner in shown]
    scores = _scores(session, book, ids)
    terms = _terms(session, book, ids)
    slug = book.promotion.programme.course_slug

    def row(learner: User) -> Row:
        keys = [(column, (learner.id, column.assignment_id)) for column in book.columns]
        cells = tuple(
            Cell(assignment_id=key[1], max_points=column.max_points, is_blind=True)
            if book.veil.hides(key[0], slug, key[1])
            else _cell(column, scores.get(key), terms.get(key), now)
            for column, key in keys
        )
        shares = {cell.assignment_id: cell.share for cell in cells if cell.share is not None}
        reached = total(shares, book.weights)
        return Row(
            learner_id=learner.id,
            name=learner.name,
            email=learner.email,
            cells=cells,
            total=None if reached is None else 100 * reached,
        )

    return [row(learner) for learner in shown]


def _cell(
    column: Column,
    score: tuple[float, float] | None,
    own: Terms | None,
    now: datetime,
) -> Cell:
    if score is not None:
        return Cell(assignment_id=column.assignment_id, points=score[0], max_points=score[1])
    is_past = own is not None and own.due_at is not None and own.due_at < now
    return Cell(
        assignment_id=column.assignment_id, max_points=column.max_points, counts_zero=is_past
    )


def _scores(
    session: Session, book: Book, learner_ids: Collection[int]
) -> Mapping[tuple[int, str], tuple[float, float]]:
    found = session.execute(
        select(Score.learner_id, Score.assignment_id, Score.points, Score.max_points).where(
            Score.learner_id.in_(learner_ids),
            Score.course_slug == book.promotion.programme.course_slug,
        )
    )
    return {
        (learner_id, assignment_id): (points, most)
        for learner_id, assignment_id, points, most in found
    }


def _terms(
    session: Session, book: Book, learner_ids: Collection[int]
) -> Mapping[tuple[int, str], Terms]:
    """Return the learners' dates, where the promotion's rule asks for them."""
    if book.course is None or book.weights.missing is Missing.IGNORED:
        return {}
    return all_terms(session, book.promotion, book.course, learner_ids)
