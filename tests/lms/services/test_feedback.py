"""What is shown of a submission, and of an assignment's history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.protocol import Outcome
from lms.domain.access import Role
from lms.domain.jobs import JobState
from lms.domain.standing import Standing
from lms.models import Job, PromotionDate
from lms.services import feedback, grading
from lms.services.attempts import desk as desk_of
from tests.factories import NOON
from tests.handing_in import WRONG, Desk, answered, finished, open_desk


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A learner in front of the assignment."""
    return open_desk(session, tmp_path)


class TestProgress:
    def test_goes_from_the_queue_to_a_result(self, desk: Desk) -> None:
        submission = desk.submission()

        def standing() -> Standing:
            desk.session.expire_all()
            return feedback.progress(desk.session, submission.id, now=NOON).standing

        seen = [standing()]
        held = desk.claimed()
        seen.append(standing())
        grading.record(desk.session, held, finished(4.0))
        seen.append(standing())

        assert seen == [Standing.QUEUED, Standing.RUNNING, Standing.PASSED]

    def test_says_that_a_fault_of_ours_holds_it(self, desk: Desk) -> None:
        submission = desk.submission()
        desk.session.scalars(select(Job)).one().state = JobState.QUARANTINED
        desk.session.flush()

        assert (
            feedback.progress(desk.session, submission.id, now=NOON).standing is Standing.HELD
        )

    @pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.GRADED])
    def test_is_to_redo_when_something_is_missing(self, desk: Desk, outcome: Outcome) -> None:
        submission = desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0, outcome=outcome))

        assert (
            feedback.progress(desk.session, submission.id, now=NOON).standing
            is Standing.TO_REDO
        )


class TestShow:
    def test_shows_tests_and_hints_of_what_is_left(self, desk: Desk) -> None:
        submission = desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0))
        shown = feedback.show(desk.session, submission, now=NOON)

        assert shown.run is not None
        exercise = shown.run.exercises[0]
        assert exercise.hints == ("Essayez avec un nombre négatif.",)
        assert [(test.name, test.is_hidden) for test in exercise.tests] == [
            ("double-test", False),
            ("double-cache", True),
        ]

    def test_gives_no_hints_for_what_is_passed(self, desk: Desk) -> None:
        submission = desk.submission()
        grading.record(desk.session, desk.claimed(), finished(4.0))
        shown = feedback.show(desk.session, submission, now=NOON)

        assert shown.run is not None
        assert shown.run.is_whole
        assert shown.run.exercises[0].hints == ()


class TestDesk:
    def test_tells_due_date_score_and_history(self, desk: Desk) -> None:
        due = desk.with_rules(due="semaine-1", attempts=3)
        desk.session.add(
            PromotionDate(promotion_id=desk.member.promotion_id, symbol="semaine-1", at=NOON)
        )
        due.submission(answered(WRONG), now=NOON - timedelta(hours=1))
        due.submission(now=NOON + timedelta(hours=1))
        grading.record(desk.session, desk.claimed(), finished(2.0))

        found = desk_of(desk.session, desk.member.user_id, due.course, due.assignment, now=NOON)

        assert (found.due_at, found.attempts_left, found.points) == (NOON, 1, 2.0)
        assert [(line.number, line.is_late, line.standing) for line in found.history] == [
            (2, True, Standing.QUEUED),
            (1, False, Standing.TO_REDO),
        ]

    def test_says_why_nothing_can_be_handed_in(self, desk: Desk) -> None:
        once = desk.with_rules(attempts=1)
        once.submission()

        found = desk_of(
            desk.session, desk.member.user_id, once.course, once.assignment, now=NOON
        )
        assert "ne se dépose qu’une fois" in found.closed

    def test_has_no_form_for_a_trainer(self, session: Session, tmp_path: Path) -> None:
        trainer = open_desk(session, tmp_path, role=Role.TRAINER)
        found = desk_of(
            session, trainer.member.user_id, trainer.course, trainer.assignment, now=NOON
        )

        assert not found.is_learner
