"""What is shown of a submission, and of an assignment's history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.comparison import Comparison, Side
from graders.protocol import CellError, Outcome
from lms.domain.access import Role
from lms.domain.changes import Progress
from lms.domain.differences import Remark
from lms.domain.jobs import JobState
from lms.domain.standing import Standing
from lms.errors import Invalid, NotFound
from lms.models import GradingRun, HintView, Job, PromotionDate
from lms.services import comments, feedback, grading, hints
from lms.services.attempts import desk as desk_of
from lms.services.hints import Hints
from lms.services.progress import is_passed_run
from tests.factories import NOON, make_membership
from tests.handing_in import WRONG, Desk, answered, finished, open_desk

UNKNOWN = "name 'valleur' is not defined"


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

    def test_is_passed_when_the_run_was_stopped_after_all_points(self, desk: Desk) -> None:
        submission = desk.submission()
        grading.record(desk.session, desk.claimed(), finished(4.0, outcome=Outcome.TIMED_OUT))
        reached = feedback.progress(desk.session, submission.id, now=NOON)
        in_sql = desk.session.scalar(select(is_passed_run()).select_from(GradingRun))

        assert (reached.standing, in_sql) == (Standing.PASSED, True)

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
        shown = feedback.show(desk.session, submission, now=NOON, is_nameless=False)

        assert shown.run is not None
        exercise = shown.run.exercises[0]
        assert exercise.hints == Hints(shown=(), left=1)
        assert [(test.name, test.is_hidden) for test in exercise.tests] == [
            ("double-test", False),
            ("double-cache", True),
        ]

    def test_gives_no_hints_for_what_is_passed(self, desk: Desk) -> None:
        submission = desk.submission()
        grading.record(desk.session, desk.claimed(), finished(4.0))
        shown = feedback.show(desk.session, submission, now=NOON, is_nameless=False)

        assert shown.run is not None
        assert shown.run.is_whole
        assert shown.run.exercises[0].hints == Hints()

    def test_compares_with_the_attempt_before(self, desk: Desk) -> None:
        desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0, answer="return x * x"))
        second = desk.submission()
        grading.record(desk.session, desk.claimed(), finished(4.0, answer="return 2 * x"))
        shown = feedback.show(desk.session, second, now=NOON, is_nameless=False)

        assert shown.run is not None
        change = shown.run.exercises[0].change
        assert shown.before == 1
        assert change is not None
        assert (change.progress, change.gain) == (Progress.REACHED, 2.0)
        assert [line.text for line in change.lines] == ["return x * x", "return 2 * x"]

    def test_tells_values_and_explains_errors(self, desk: Desk) -> None:
        submission = desk.submission(answered(WRONG))
        told = Comparison(relation="same", expected=side("4", "int"), got=side("'4'", "str"))
        error = CellError(cell="double", name="NameError", message=UNKNOWN, traceback="")
        grading.record(
            desk.session,
            desk.claimed(),
            finished(0.0, answer="valeur = 1", comparison=told, errors=(error,)),
        )
        shown = feedback.show(
            desk.session, submission, now=NOON, is_nameless=False, language="en"
        )

        assert shown.run is not None
        exercise = shown.run.exercises[0]
        visible, hidden = exercise.tests
        assert visible.compared is not None
        assert (visible.compared.values, visible.compared.remark) == (told, Remark.TYPE)
        assert visible.message == ""
        assert (hidden.compared, hidden.message, hidden.source) == (None, "", "")
        found = exercise.errors[0].explanation
        assert found is not None
        assert (found.id, found.language) == ("nom-proche", "en")


class TestHints:
    def test_come_one_by_one_and_are_remembered(self, desk: Desk) -> None:
        def ask() -> Hints:
            return hints.reveal(
                desk.session, desk.version, "double", learner_id=desk.member.user_id, now=NOON
            )

        assert [ask(), ask()] == [Hints(shown=("Essayez avec un nombre négatif.",))] * 2
        (seen,) = desk.session.scalars(select(HintView)).all()
        assert (seen.exercise_id, seen.position, seen.seen_at) == ("double", 1, NOON)

    def test_are_refused_for_an_exercise_that_is_not_there(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            hints.reveal(
                desk.session, desk.version, "triple", learner_id=desk.member.user_id, now=NOON
            )


class TestComments:
    def test_stand_beside_their_exercise_or_the_whole(self, desk: Desk) -> None:
        submission = desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(2.0))
        author = make_membership(desk.session, role=Role.TRAINER).user
        for exercise_id in ("double", ""):
            comments.write(
                desk.session,
                submission,
                f"  Bien vu {exercise_id}\r\n",
                author_id=author.id,
                exercise_id=exercise_id,
                now=NOON,
            )
        shown = feedback.show(desk.session, submission, now=NOON, is_nameless=False)

        assert shown.run is not None
        assert [each.text for each in shown.comments] == ["Bien vu"]
        assert [each.text for each in shown.run.exercises[0].comments] == ["Bien vu double"]

    @pytest.mark.parametrize("text", ["  \n ", "x" * 5001])
    def test_are_refused_when_empty_or_too_long(self, desk: Desk, text: str) -> None:
        with pytest.raises(Invalid):
            comments.write(desk.session, desk.submission(), text, author_id=1, now=NOON)

    def test_are_taken_back_by_their_author_alone(self, desk: Desk) -> None:
        submission = desk.submission()
        author, other = (make_membership(desk.session).user_id for _ in range(2))
        made = comments.write(desk.session, submission, "Oui", author_id=author, now=NOON)
        with pytest.raises(NotFound):
            comments.withdraw(desk.session, submission, made.id, author_id=other, now=NOON)
        comments.withdraw(desk.session, submission, made.id, author_id=author, now=NOON)

        assert not comments.comments_on(desk.session, submission.id)


def side(text: str, kind: str) -> Side:
    return Side(kind="value", type=kind, text=text)


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
