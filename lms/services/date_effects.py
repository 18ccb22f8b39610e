"""What moving dates would change for the work that is there, told before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.models import Submission
from lms.services.calendar import Move
from lms.services.planning import Planning
from lms.services.terms import all_terms


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One assignment whose date moves.

    :param late: submissions that would become late.
    :param in_time: submissions that would not be late any more.
    :param adjusted: learners whose own date stays, since it was set for them.
    """

    title: str
    late: int
    in_time: int
    adjusted: int


def effects(session: Session, planning: Planning, found: Sequence[Move]) -> tuple[Effect, ...]:
    """Return what these moves would change, by assignment, where they change anything."""
    by_symbol: Mapping[str | None, Move] = {move.symbol: move for move in found}
    rows = session.execute(
        select(Submission.assignment_id, Submission.learner_id, Submission.handed_in_at).where(
            Submission.promotion_id == planning.promotion.id
        )
    ).all()
    learner_ids = {learner_id for _assignment, learner_id, _at in rows}
    terms = all_terms(session, planning.promotion, planning.course, learner_ids)
    told = []
    for assignment in planning.course.assignments:
        move = by_symbol.get(assignment.due)
        if move is None:
            continue
        late = in_time = 0
        adjusted = set()
        for assignment_id, learner_id, handed_in_at in rows:
            if assignment_id != assignment.id:
                continue
            if terms[learner_id, assignment.id].due_at != move.before:
                adjusted.add(learner_id)
                continue
            was_late = move.before is not None and handed_in_at > move.before
            is_late = move.after is not None and handed_in_at > move.after
            late += is_late and not was_late
            in_time += was_late and not is_late
        if late or in_time or adjusted:
            told.append(
                Effect(
                    title=assignment.title, late=late, in_time=in_time, adjusted=len(adjusted)
                )
            )
    return tuple(told)
