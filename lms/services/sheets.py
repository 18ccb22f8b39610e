"""The sheet of a learner's competences: who, where, and each level with its evidence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.domain.competences import Chapter
from lms.models import Promotion, User
from lms.services import audit, competences


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a sheet says of one learner in one promotion.

    :param ends_on: last day of the promotion.
    """

    learner_id: int
    learner: str
    school: str
    campus: str
    programme: str
    promotion: str
    starts_on: date
    ends_on: date
    chapters: tuple[Chapter, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that the sheet says, in hexadecimal: equal for equal content."""
        said = json.dumps(asdict(self), default=_said, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def decided(self) -> int:
        """How many levels are decided."""
        return sum(chapter.decided for chapter in self.chapters)


def sheet_of(
    session: Session,
    learner: User,
    promotion: Promotion,
    *,
    reader_id: int,
    withheld: frozenset[str] = frozenset(),
) -> Sheet:
    """Return a learner's sheet as it stands now.

    :param withheld: assignments of which the reader may not know yet what they gave.
    """
    programme = promotion.programme
    return Sheet(
        learner_id=learner.id,
        learner=learner.name,
        school=programme.organisation.name,
        campus=promotion.campus.name,
        programme=programme.name,
        promotion=promotion.name,
        starts_on=promotion.starts_on,
        ends_on=promotion.ends_on,
        chapters=competences.chapters(
            session, learner.id, promotion, None, reader_id=reader_id, withheld=withheld
        ),
    )


def issue(
    session: Session, sheet: Sheet, promotion: Promotion, *, actor_id: int, now: datetime
) -> None:
    """Write down that a sheet was given out, with what tells its content apart."""
    audit.record(
        session,
        "sheet.issued",
        f"user:{sheet.learner_id}",
        actor_id=actor_id,
        now=now,
        promotion_id=promotion.id,
        person_id=sheet.learner_id,
        fingerprint=sheet.fingerprint,
    )


def _said(value: Any) -> str:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place on a sheet")
