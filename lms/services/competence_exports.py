"""The matrix of a promotion as a table to take away, read learner by learner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.competences import LEVELS, Standing
from lms.domain.matrix import Column
from lms.domain.sheets import Sheet, Value
from lms.models import Promotion
from lms.services.competences import Row, present_learners, rows_of
from lms.services.referentials import Bound

#: Learners whose evidence is in memory at the same time.
TOGETHER = 100


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the columns are called, in the reader's language."""

    language: str
    name: str
    decided: str
    proposed: str
    evidence: str


def sheet_of(
    session: Session,
    promotion: Promotion,
    found: Bound,
    columns: Sequence[Column],
    words: Words,
    *,
    reader_id: int,
    now: datetime,
) -> Sheet:
    """Return the matrix of a promotion; its rows are read as they are written.

    Each competence has three columns: the level decided, the one proposed, and how much
    speaks for them.
    """
    told = (words.decided, words.proposed, words.evidence)
    titles = (f"{_title(column)} – {each}" for column in columns for each in told)
    return Sheet(
        name=promotion.name,
        language=words.language,
        header=(words.name, *titles),
        rows=_rows(session, promotion, found, columns, reader_id, now),
    )


def _title(column: Column) -> str:
    return f"{column.referential.id} {column.key.code} {column.competence.title}"


def _rows(
    session: Session,
    promotion: Promotion,
    found: Bound,
    columns: Sequence[Column],
    reader_id: int,
    now: datetime,
) -> Iterator[tuple[Value, ...]]:
    keys = [column.key for column in columns]
    present = present_learners(session, promotion, now=now)
    for start in range(0, len(present), TOGETHER):
        group = present[start : start + TOGETHER]
        for row in rows_of(session, promotion, found, keys, group, reader_id=reader_id):
            yield _line(row)


def _line(row: Row) -> tuple[Value, ...]:
    cells = (value for standing in row.standings for value in _cells(standing))
    return (row.name, *cells)


def _cells(standing: Standing) -> tuple[Value, Value, Value]:
    decided = standing.decision.level if standing.decision else 0
    return (_level(decided), _level(standing.proposed), float(standing.evidence))


def _level(level: int) -> Value:
    return LEVELS[level - 1] if level else None
