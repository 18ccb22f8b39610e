"""The gradebook as a table to take away, read learner by learner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.course import Course
from lms.domain.sheets import Sheet, Value
from lms.models import Promotion
from lms.services import gradebook
from lms.services.gradebook import Book, Row

#: Learners whose scores are in memory at the same time.
TOGETHER = 100


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the columns are called, in the reader's language."""

    language: str
    name: str
    email: str
    total: str


def sheet_of(
    session: Session,
    promotion: Promotion,
    course: Course | None,
    words: Words,
    *,
    reader_id: int,
    now: datetime,
) -> Sheet:
    """Return the gradebook of a promotion; its rows are read as they are written.

    A column has one scale, which its title names: a score out of other points is converted.
    """
    book = gradebook.open_book(session, promotion, course, reader_id=reader_id)
    titles = (
        f"{column.title} (/{_plain(column.max_points, words)})" for column in book.columns
    )
    return Sheet(
        name=promotion.name,
        language=words.language,
        header=(words.name, words.email, *titles, words.total),
        rows=_rows(session, book, now),
    )


def _rows(session: Session, book: Book, now: datetime) -> Iterator[tuple[Value, ...]]:
    present = gradebook.learners(session, book.promotion, now=now)
    for start in range(0, len(present), TOGETHER):
        for row in gradebook.rows(session, book, present[start : start + TOGETHER], now=now):
            yield _line(book, row)


def _line(book: Book, row: Row) -> tuple[Value, ...]:
    points = (
        None if cell.share is None else round(cell.share * column.max_points, 4)
        for column, cell in zip(book.columns, row.cells, strict=True)
    )
    total = None if row.total is None else round(row.total, 2)
    return (row.name, row.email, *points, total)


def _plain(number: float, words: Words) -> str:
    written = f"{number:g}"
    return written.replace(".", ",") if words.language == "fr" else written
