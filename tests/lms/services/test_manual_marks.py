"""Which points of people count."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.domain.manual_marks import MarkState, Slot
from lms.models import ManualMark, ManualMarkPart, Submission
from lms.services.manual_marks import ManualPoints, final_points
from tests.factories import NOON, make_submission


def make_mark(
    session: Session,
    submission: Submission,
    points: dict[str, float | None],
    slot: Slot = Slot.ONLY,
    **given: Any,
) -> ManualMark:
    """A final mark that gives these points out of 4 by exercise."""
    mark = ManualMark(
        submission=submission,
        slot=slot.value,
        state=given.pop("state", MarkState.FINAL).value,
        begun_at=NOON,
        changed_at=NOON,
        parts=[
            ManualMarkPart(exercise_id=key, points=value, max_points=4.0)
            for key, value in points.items()
        ],
        **given,
    )
    session.add(mark)
    session.flush()
    return mark


class TestFinalPoints:
    def test_are_those_of_final_marks_where_they_give_some(self, session: Session) -> None:
        marked, drafted = make_submission(session), make_submission(session)
        mark = make_mark(session, marked, {"double": 3.5, "essai": None})
        make_mark(session, drafted, {"double": 1.0}, state=MarkState.DRAFT)

        assert final_points(session, [marked.id, drafted.id]) == {
            marked.id: {"double": ManualPoints(points=3.5, max_points=4.0, mark_id=mark.id)}
        }

    def test_of_double_marking_count_once_reconciled(self, session: Session) -> None:
        submission = make_submission(session)
        make_mark(session, submission, {"double": 1.0}, Slot.FIRST)
        make_mark(session, submission, {"double": 3.0}, Slot.SECOND)
        before = final_points(session, [submission.id])
        make_mark(session, submission, {"double": 2.0}, Slot.RECONCILED)

        assert before == {}
        assert final_points(session, [submission.id])[submission.id]["double"].points == 2.0

    @pytest.mark.parametrize("order", [(Slot.PEERS, Slot.ONLY), (Slot.ONLY, Slot.PEERS)])
    def test_of_a_trainer_go_before_those_of_peers(
        self, session: Session, order: tuple[Slot, ...]
    ) -> None:
        submission = make_submission(session)
        for slot in order:
            make_mark(session, submission, {"double": 4.0 if slot is Slot.ONLY else 2.0}, slot)

        assert final_points(session, [submission.id])[submission.id]["double"].points == 4.0
