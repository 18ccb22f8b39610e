"""What people's marks propose as evidence: the levels of competence of their rubrics."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.domain.manual_marks import MarkState, Slot
from lms.domain.rubrics import RubricKind
from lms.models import Evidence, GradingRun, ManualMark
from lms.services import feedback, referentials
from lms.services.rubrics import grid_of

#: Whose final mark speaks for competences, the strongest first: peers' marks do not.
DECIDING = (Slot.RECONCILED.value, Slot.ONLY.value)

#: An exercise and a competence.
_Key = tuple[str, str]


def follow(session: Session, submission_id: int, *, now: datetime) -> None:
    """Bring the evidence of a work's result in line with the mark that people gave it.

    A criterion that names a competence speaks for the level that was chosen; « pas encore »
    speaks for none, nor does what was said of an exercise that the tests of the result no
    longer have. Where the run itself proposes evidence for the same exercise and
    competence, that stays. A person decides the level, here as elsewhere.
    """
    run = feedback.run_of(session, submission_id)
    if run is None:
        return
    own, wanted = _automatic(run), _levels(session, run)
    for found in session.scalars(select(Evidence).where(Evidence.run_id == run.id)):
        key = (found.exercise_id, found.competence)
        if key in own or wanted.get(key) == found.level:
            wanted.pop(key, None)
        else:
            session.delete(found)
    session.flush()
    editions = referentials.editions_of(session, run.submission.promotion_id)
    for (exercise_id, code), level in wanted.items():
        edition = editions.get(code)
        session.add(
            Evidence(
                learner_id=run.submission.learner_id,
                run_id=run.id,
                exercise_id=exercise_id,
                competence=code,
                level=level,
                proposed_at=now,
                **(asdict(edition) if edition else {}),
            )
        )
    session.flush()


def _levels(session: Session, run: GradingRun) -> dict[_Key, int]:
    """Return the highest level that the mark speaks for, by exercise and competence."""
    mark = _deciding(session, run.submission_id)
    asked = {result.exercise_id for result in run.exercises}
    found: dict[_Key, int] = {}
    for part in mark.parts if mark else ():
        if part.rubric_version is None or part.exercise_id not in asked:
            continue
        grid = grid_of(part.rubric_version)
        if grid.kind is not RubricKind.LEVELS:
            continue
        for place, level in grid.usable(part.choices).items():
            criterion = grid.criteria[place]
            key = (part.exercise_id, criterion.competence)
            if criterion.competence:
                found[key] = max(found.get(key, 0), int(criterion.levels[level].value))
    return {key: level for key, level in found.items() if level >= 1}


def _deciding(session: Session, submission_id: int) -> ManualMark | None:
    marks = {
        found.slot: found
        for found in session.scalars(
            select(ManualMark).where(
                ManualMark.submission_id == submission_id,
                ManualMark.state == MarkState.FINAL.value,
            )
        )
    }
    return next((marks[slot] for slot in DECIDING if slot in marks), None)


def _automatic(run: GradingRun) -> frozenset[_Key]:
    """Return what the run proposes by itself."""
    passed = {
        result.exercise_id
        for result in run.exercises
        if result.outcome == TestOutcome.PASSED and result.max_points > 0
    }
    return frozenset(
        (exercise["id"], exercise["competence"])
        for exercise in run.version.exercises
        if exercise["id"] in passed and exercise.get("competence") and exercise.get("level")
    )
