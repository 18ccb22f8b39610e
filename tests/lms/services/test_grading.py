"""Recording a run: once, whole, with its score and evidence; a fault of ours is no result."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from graders.protocol import Outcome
from lms.domain.course import RunLimits
from lms.domain.jobs import JobState
from lms.domain.marks import BEST, LAST, MEAN, ScoreRule
from lms.domain.scores import StepKey, stored_steps
from lms.models import AuditEvent, Evidence, ExerciseResult, GradingRun, Job, Score
from lms.services import grading
from lms.services.grading import FaultIsNoScore
from lms.services.jobs import StaleLease
from tests.factories import NOON
from tests.handing_in import RIGHT, WRONG, Desk, answered, finished, open_desk

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A learner in front of the assignment."""
    return open_desk(session, tmp_path)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_task_names_all_that_grading_takes(desk: Desk) -> None:
    submission = desk.submission()
    task = grading.task_of(desk.session, desk.claimed())

    assert task.notebook_hash == submission.notebook_hash
    assert task.source_hash == desk.version.notebook_hash
    assert task.limits == RunLimits(wall_s=30, cpu_s=20, memory_mib=512)


class TestRecord:
    def test_writes_run_results_score_evidence_and_event_together(self, desk: Desk) -> None:
        desk.submission()
        run = grading.record(desk.session, desk.claimed(), finished(4.0))

        score = desk.session.scalars(select(Score)).one()
        evidence = desk.session.scalars(select(Evidence)).one()
        event = desk.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "submission.graded")
        ).one()
        assert (score.points, score.max_points, score.run_id) == (4.0, 4.0, run.id)
        assert (evidence.exercise_id, evidence.competence, evidence.level) == (
            "double",
            "S1",
            2,
        )
        assert (event.actor_id, event.details["points"]) == (None, 4.0)
        assert desk.session.scalars(select(Job)).one().state == JobState.DONE

    def test_proposes_no_evidence_for_what_is_left_to_redo(self, desk: Desk) -> None:
        desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0))

        assert count(desk.session, Evidence) == 0

    def test_stores_nothing_of_a_hidden_test_but_how_it_ended(self, desk: Desk) -> None:
        desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0))

        visible, hidden = desk.session.scalars(select(ExerciseResult)).one().tests
        assert visible["source"] == "assert double(2) == 4"
        assert (hidden["source"], hidden["message"]) == ("", "")
        assert hidden["outcome"] == "failed"

    def test_changes_nothing_the_second_time(self, desk: Desk) -> None:
        desk.submission()
        held = desk.claimed()
        grading.record(desk.session, held, finished(4.0))
        with pytest.raises(StaleLease):
            grading.record(desk.session, held, finished(0.0))

        assert count(desk.session, GradingRun) == 1
        assert desk.session.scalars(select(Score)).one().points == 4.0

    def test_keeps_the_first_run_when_the_work_was_done_twice(self, desk: Desk) -> None:
        desk.submission()
        late = desk.claimed("w1")
        second = desk.claimed("w2", now=LATER)
        grading.record(desk.session, second, finished(4.0, at=LATER))
        with pytest.raises(StaleLease):
            grading.record(desk.session, late, finished(1.0, at=LATER))

        assert desk.session.scalars(select(GradingRun)).one().points == 4.0

    def test_refuses_a_fault_of_ours(self, desk: Desk) -> None:
        desk.submission()
        with pytest.raises(FaultIsNoScore, match="jamais une note"):
            grading.record(
                desk.session, desk.claimed(), finished(0.0, outcome=Outcome.SYSTEM_ERROR)
            )

        assert count(desk.session, Score) == 0


class TestScore:
    @pytest.mark.parametrize(
        ("rule", "points", "attempt"),
        [(BEST, 3.0, 1), (LAST, 2.0, 2), (MEAN, 2.5, 2)],
        ids=lambda value: getattr(value, "name", str(value)),
    )
    def test_follows_the_rule_of_the_course(
        self, desk: Desk, rule: ScoreRule, points: float, attempt: int
    ) -> None:
        desk = desk.with_rules(score=rule)
        for code, reached in ((RIGHT, 3.0), (WRONG, 2.0)):
            desk.submission(answered(code))
            run = finished(reached, assignment=desk.assignment)
            grading.record(desk.session, desk.claimed(), run)

        score = desk.session.scalars(select(Score)).one()
        step = stored_steps(score.steps)[0]
        assert (score.points, step.key) == (points, StepKey.RULE)
        assert (step.values["rule"], step.values["attempt"], step.values["of"]) == (
            rule.name,
            attempt,
            2,
        )
