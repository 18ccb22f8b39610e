"""Evidence that a run proposes: the exercises that it passed, by competence and level."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.models import AssignmentVersion, Evidence, GradingRun


def propose(
    session: Session,
    run: GradingRun,
    version: AssignmentVersion,
    *,
    learner_id: int,
    now: datetime,
) -> list[Evidence]:
    """Add what each passed exercise says of a competence; a person decides the level."""
    passed = {
        result.exercise_id
        for result in run.exercises
        if result.outcome == TestOutcome.PASSED and result.max_points > 0
    }
    proposed = [
        Evidence(
            learner_id=learner_id,
            run_id=run.id,
            exercise_id=exercise["id"],
            competence=exercise["competence"],
            level=exercise["level"],
            proposed_at=now,
        )
        for exercise in version.exercises
        if exercise["id"] in passed and exercise.get("competence") and exercise.get("level")
    ]
    session.add_all(proposed)
    return proposed
