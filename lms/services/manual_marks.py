"""The points that people gave: of each work, those of the final mark that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.manual_marks import COUNTING, MarkState, Slot
from lms.models import ManualMark, ManualMarkPart


@dataclass(frozen=True, kw_only=True)
class ManualPoints:
    """What a person's final mark gives for one exercise; it replaces the automatic points.

    :param max_points: the exercise's, as they were when the mark was given.
    """

    points: float
    max_points: float
    mark_id: int


def final_points(
    session: Session, submission_ids: Collection[int]
) -> Mapping[int, Mapping[str, ManualPoints]]:
    """Return the points that people gave, by exercise, by submission.

    Drafts give none, nor do the two marks of a double marking before they are reconciled.
    An exercise for which the mark gives no points is left out: its automatic points stand.
    A submission without such points is left out too. One query.
    """
    rows = session.execute(
        select(
            ManualMark.submission_id,
            ManualMark.slot,
            ManualMark.id,
            ManualMarkPart.exercise_id,
            ManualMarkPart.points,
            ManualMarkPart.max_points,
        )
        .join(ManualMarkPart, ManualMarkPart.mark_id == ManualMark.id)
        .where(
            ManualMark.submission_id.in_(list(submission_ids)),
            ManualMark.state == MarkState.FINAL.value,
            ManualMark.slot.in_([slot.value for slot in COUNTING]),
            ManualMarkPart.points.is_not(None),
        )
    ).all()
    found: dict[int, dict[str, ManualPoints]] = {}
    # The weakest first, so that the strongest has the last word.
    for row in sorted(rows, key=lambda row: COUNTING.index(Slot(row.slot)), reverse=True):
        found.setdefault(row.submission_id, {})[row.exercise_id] = ManualPoints(
            points=row.points, max_points=row.max_points, mark_id=row.id
        )
    return found
