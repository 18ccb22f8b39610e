"""What people decided about a work, as its learner reads it: the final mark that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.domain.manual_marks import COUNTING, MarkState, Slot
from lms.domain.rubrics import Grid
from lms.models import ManualMark, ManualMarkPart
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
    :param parts: by exercise.
    """

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
            return _marked(found, found.final_at)
    return None


def _marked(found: ManualMark, at: datetime) -> Marked:
    return Marked(
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
