"""What the peers' rubrics give together, where a trainer wants their mean to count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from statistics import fmean
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.manual_marks import MarkState, Slot
from lms.domain.peers import READERS
from lms.models import ManualMark, ManualMarkPart, PeerReview, RubricVersion, Submission
from lms.services import audit
from lms.services.marking_plans import Plan, place_of, uses_of
from lms.services.marking_reading import markables
from lms.services.rubrics import grid_of


def kept_choices(
    session: Session,
    review: PeerReview,
    plan: Plan,
    choices: Mapping[str, Mapping[int, int]],
) -> dict[str, Any]:
    """Return a peer's choices as the review keeps them, each with its version of the rubric."""
    if not plan.has_peer_rubric:
        return {}
    uses = uses_of(session, place_of(review.submission))
    made = {
        exercise_id: {
            "version": version.id,
            "choices": {
                str(place): level
                for place, level in grid_of(version)
                .usable(choices.get(exercise_id, {}))
                .items()
            },
        }
        for exercise_id, version in uses.items()
    }
    return {key: said for key, said in made.items() if said["choices"]}


def chosen_by(review: PeerReview, exercise_id: str, version: RubricVersion) -> dict[int, int]:
    """Return what a peer chose for an exercise; nothing when the rubric is another one now."""
    said = review.choices.get(exercise_id, {})
    is_same = said.get("version") == version.id
    return grid_of(version).usable(said["choices"]) if is_same else {}


def average(session: Session, submission: Submission, plan: Plan, *, now: datetime) -> None:
    """Keep the mean of what the peers' rubrics give as a mark of its own, or take it back.

    Only sent reviews that are not hidden count, and only whole rubrics; there is a mean from
    two of them on.
    """
    parts = _means(session, submission) if plan.peers_give_points else []
    kept = session.scalar(
        select(ManualMark).where(
            ManualMark.submission_id == submission.id, ManualMark.slot == Slot.PEERS.value
        )
    )
    before = _summary(kept.parts) if kept else ""
    if before == _summary(parts):
        return
    kept = kept or ManualMark(
        submission=submission, slot=Slot.PEERS.value, revision=0, begun_at=now
    )
    session.add(kept)
    kept.parts.clear()
    kept.state, kept.changed_at, kept.final_at = MarkState.FINAL.value, now, now
    session.flush()
    kept.parts.extend(parts)
    kept.revision += 1
    session.flush()
    audit.record(
        session,
        "mark.averaged",
        f"submission:{submission.id}",
        actor_id=None,
        now=now,
        mark=kept.id,
        points_before=before,
        points_after=_summary(parts),
    )


def _means(session: Session, submission: Submission) -> list[ManualMarkPart]:
    reviews = session.scalars(
        select(PeerReview).where(
            PeerReview.submission_id == submission.id,
            PeerReview.sent_at.is_not(None),
            PeerReview.hidden_at.is_(None),
        )
    ).all()
    able = markables(session, submission)
    parts = []
    for exercise_id, version in uses_of(session, place_of(submission)).items():
        if exercise_id not in able:
            continue
        grid, max_points = grid_of(version), able[exercise_id].max_points
        given = [
            grid.points(chosen_by(review, exercise_id, version), max_points)
            for review in reviews
        ]
        points = [each for each in given if each is not None]
        if len(points) >= READERS:
            parts.append(
                ManualMarkPart(
                    exercise_id=exercise_id,
                    rubric_version_id=version.id,
                    choices={},
                    points=round(fmean(points), 2),
                    max_points=max_points,
                    cells={},
                )
            )
    return parts


def _summary(parts: list[ManualMarkPart]) -> str:
    return "; ".join(f"{part.exercise_id} {part.points:g}" for part in parts)
