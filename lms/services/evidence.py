"""Evidence that a run proposes: the exercises that it passed, by competence and level."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.domain.referentials import Edition
from lms.models import AssignmentVersion, Evidence, GradingRun
from lms.services import referentials


def propose(
    session: Session,
    run: GradingRun,
    version: AssignmentVersion,
    *,
    learner_id: int,
    now: datetime,
) -> list[Evidence]:
    """Add what each passed exercise says of a competence; a person decides the level.

    It names the version of the referential that the learner's promotion follows now.
    """
    editions = referentials.editions_of(session, run.submission.promotion_id)
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
            **_named(editions.get(exercise["competence"])),
            level=exercise["level"],
            proposed_at=now,
        )
        for exercise in version.exercises
        if exercise["id"] in passed and exercise.get("competence") and exercise.get("level")
    ]
    session.add_all(proposed)
    return proposed


def _named(edition: Edition | None) -> dict[str, str]:
    return asdict(edition) if edition else {}
