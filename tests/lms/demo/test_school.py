"""The demonstration school: really graded, whole, and made only once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.database import open_engine, session_factory
from lms.demo import plan
from lms.demo.plan import Answer
from lms.domain.standing import Standing
from lms.models import (
    ActivityAttempt,
    Adjustment,
    Evidence,
    GradingRun,
    LevelDecision,
    ManualMark,
    PageVisit,
    Submission,
    User,
)
from lms.services import feedback
from lms.services.passwords import is_right

pytestmark = pytest.mark.room


def demo(instance: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GARRIGUE_INSTANCE": str(instance)}
    environment.pop("GARRIGUE_COURSES", None)
    return subprocess.run(
        [sys.executable, "-m", "lms.cli", "demo", "--seed-only", *words],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
    )


def of(session: Session, learner: plan.Learner) -> list[Submission]:
    user = session.scalars(select(User).where(User.email == learner.email)).one()
    assert is_right(user, plan.PASSWORD)
    return list(
        session.scalars(
            select(Submission).where(Submission.learner_id == user.id).order_by(Submission.id)
        )
    )


def has_read(session: Session, learner: plan.Learner) -> bool:
    """Whether the learner opened lessons, the first of them before the first work."""
    user = session.scalars(select(User).where(User.email == learner.email)).one()
    seen = session.scalars(select(PageVisit.seen_at).where(PageVisit.user_id == user.id)).all()
    handed_in = [submission.handed_in_at for submission in of(session, learner)]
    assert not seen or min(seen) < min(handed_in)
    return bool(seen)


def test_every_state_is_there_and_was_really_run(tmp_path: Path) -> None:
    instance = tmp_path / "demo"
    made = demo(instance)
    assert made.returncode == 0, made.stderr

    engine = open_engine(f"sqlite:///{instance / 'garrigue.db'}")
    with session_factory(engine)() as session:
        for learner in plan.LEARNERS:
            submissions = of(session, learner)
            planned = [*learner.works, *learner.waiting]
            assert len(submissions) == len(planned)
            for submission, work in zip(submissions, planned, strict=True):
                reached = feedback.progress(session, submission.id, now=submission.handed_in_at)
                expected = Standing.PASSED if work.answer is Answer.RIGHT else Standing.TO_REDO
                assert reached.standing is (
                    Standing.QUEUED if work in learner.waiting else expected
                ), (learner.name, work)
            assert has_read(session, learner) == bool(planned), learner.name
        answered = set(session.scalars(select(ActivityAttempt.user_id)))
        assert len(answered) == len(plan.LEARNERS) - 1
        assert {row.competence for row in session.scalars(select(LevelDecision))} == {
            "S1",
            "T4",
        }
        marks = session.scalars(select(ManualMark)).all()
        assert [mark.state for mark in marks] == ["final"]
        assert "panne" in session.scalars(select(Adjustment)).one().reason
        assert "" not in set(session.scalars(select(Evidence.referential)))
        runs = session.scalars(select(GradingRun)).all()
        assert {run.outcome for run in runs} == {"graded", "timed-out"}
        assert all(run.feedback_hash and run.durations_ms["run"] > 0 for run in runs)
    engine.dispose()

    again = demo(instance)
    assert (again.returncode, again.stdout) == (0, "")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "these.txt").write_text("à garder")
    refused = demo(tmp_path, "--reset")

    assert refused.returncode == 1
    assert "contient autre chose qu’une démonstration" in refused.stderr
    assert (tmp_path / "these.txt").read_text() == "à garder"
