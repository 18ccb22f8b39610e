"""What people decided about a work, as its learner reads it: the final mark that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.manual_marks import COUNTING, MarkState, Slot
from lms.domain.rubrics import Grid
from lms.models import ExerciseResult, ManualMark, ManualMarkPart
from lms.services import feedback
from lms.services.marking import marks_of
from lms.services.rubrics import grid_of


@dataclass(frozen=True, kw_only=True)
class MarkedPart:
    """What was decided about one exercise.

    :param grid: the rubric, as it was then; None without one.
    """

    part: ManualMarkPart
    grid: Grid | None


@dataclass(frozen=True, kw_only=True)
class Marked:
    """The final mark that counts.

    :param marker: name of whoever gave it; empty for the peers' mean.
    :param points: of the whole work: automatic where the mark gives none.
    :param parts: by exercise.
    """

    points: float
    max_points: float
    comment: str
    marker: str
    at: datetime
    is_from_peers: bool
    parts: Mapping[str, MarkedPart]


def marked(session: Session, submission_id: int) -> Marked | None:
    """Return the final mark that counts for a work; None before there is one."""
    marks = marks_of(session, submission_id)
    for slot in COUNTING:
        found = marks.get(slot)
        if found is not None and found.state == MarkState.FINAL and found.final_at:
            run = feedback.run_of(session, submission_id)
            return _marked(found, found.final_at, run.exercises if run else [])
    return None


def _marked(found: ManualMark, at: datetime, results: Sequence[ExerciseResult]) -> Marked:
    given = {part.exercise_id: part for part in found.parts if part.points is not None}
    return Marked(
        points=sum(
            (given[each.exercise_id].points or 0.0)
            if each.exercise_id in given
            else each.points
            for each in results
        ),
        max_points=sum(each.max_points for each in results),
        comment=found.comment,
        marker=found.marker.name if found.marker else "",
        at=at,
        is_from_peers=found.slot == Slot.PEERS,
        parts={
            part.exercise_id: MarkedPart(
                part=part, grid=grid_of(part.rubric_version) if part.rubric_version else None
            )
            for part in found.parts
        },
    )
