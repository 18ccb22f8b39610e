"""What a person's mark proposes as evidence: the levels of competence of its rubrics."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.domain.manual_marks import COUNTING, MarkState
from lms.domain.rubrics import RubricKind
from lms.models import Evidence, GradingRun, ManualMark
from lms.services import feedback, referentials
from lms.services.rubrics import grid_of

#: An exercise and a competence.
_Key = tuple[str, str]


def follow(session: Session, mark: ManualMark, *, now: datetime) -> None:
    """Bring the evidence of a work in line with a mark of it, final or taken back.

    A criterion that names a competence speaks for the level that was chosen; « pas encore »
    speaks for none. Where the run itself proposes evidence for the same exercise and
    competence, that stays. A person decides the level, here as elsewhere.
    """
    run = feedback.run_of(session, mark.submission_id)
    if run is None or mark.slot not in COUNTING:
        return
    own = _automatic(run, mark)
    levels = {key: level for key, level in _levels(mark).items() if key not in own}
    for found in session.scalars(select(Evidence).where(Evidence.run_id == run.id)):
        if (found.exercise_id, found.competence) in levels:
            session.delete(found)
    session.flush()
    editions = referentials.editions_of(session, mark.submission.promotion_id)
    for (exercise_id, code), level in levels.items():
        edition = editions.get(code)
        if mark.state == MarkState.FINAL and level >= 1:
            session.add(
                Evidence(
                    learner_id=mark.submission.learner_id,
                    run_id=run.id,
                    exercise_id=exercise_id,
                    competence=code,
                    level=level,
                    proposed_at=now,
                    **(asdict(edition) if edition else {}),
                )
            )
    session.flush()


def _levels(mark: ManualMark) -> dict[_Key, int]:
    """Return the highest level that the mark speaks for, by exercise and competence."""
    found: dict[_Key, int] = {}
    for part in mark.parts:
        if part.rubric_version is None:
            continue
        grid = grid_of(part.rubric_version)
        if grid.kind is not RubricKind.LEVELS:
            continue
        for place, level in grid.usable(part.choices).items():
            criterion = grid.criteria[place]
            key = (part.exercise_id, criterion.competence)
            if criterion.competence:
                found[key] = max(found.get(key, 0), int(criterion.levels[level].value))
    return found


def _automatic(run: GradingRun, mark: ManualMark) -> frozenset[_Key]:
    """Return what the run proposes by itself."""
    passed = {
        result.exercise_id
        for result in run.exercises
        if result.outcome == TestOutcome.PASSED and result.max_points > 0
    }
    return frozenset(
        (exercise["id"], exercise["competence"])
        for exercise in mark.submission.version.exercises
        if exercise["id"] in passed and exercise.get("competence") and exercise.get("level")
    )
