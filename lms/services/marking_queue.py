"""Works of a promotion that wait for a person to read them, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from graders.protocol import TestOutcome
from lms.domain.blind import numbers
from lms.domain.manual_marks import Held, MarkState, QueueState, Slot, state_for
from lms.models import (
    ExerciseResult,
    GradingRun,
    ManualMark,
    Promotion,
    RubricUse,
    Submission,
)
from lms.services import blind
from lms.services.blind import Veil
from lms.services.marking_plans import Plan, plans_in

#: Submission, then slot.
_Held = Mapping[int, Mapping[Slot, Held]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One work in the queue.

    :param number: what addresses call it.
    :param name: of the learner; empty while it is hidden from markers.
    """

    submission_id: int
    number: int
    assignment_id: str
    title: str
    name: str
    attempt: int
    handed_in_at: datetime
    state: QueueState


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which works a list shows.

    :param assignment_id: empty for all assignments.
    :param state: None for all states that wait for a person.
    :param has_all: read works as well.
    """

    assignment_id: str = ""
    state: QueueState | None = None
    has_all: bool = False

    def take(self, found: Waiting) -> bool:
        """Whether the list shows this work."""
        if self.assignment_id and found.assignment_id != self.assignment_id:
            return False
        if self.state is not None:
            return found.state is self.state
        return self.has_all or found.state.waits


def queue(
    session: Session, promotion: Promotion, *, reader_id: int, key: str
) -> tuple[Waiting, ...]:
    """Return the works that people read or have read, oldest first, for one reader.

    A work is here when its exercises ask for a person, or a rubric was chosen for one of
    them, or somebody marked it. Of each learner, the latest attempt at an assignment waits;
    an earlier one is here if it was marked.

    :param key: a secret, for the numbers.
    """
    plans, works = plans_in(session, promotion), _works(session, promotion)
    veil = blind.veil(session, reader_id=reader_id, courses=[promotion.programme.course_slug])
    held = _held(session, promotion)
    wanted = _wanted(session, promotion)
    latest = {(work.learner_id, work.assignment_id): work.id for work in works}
    names = _numbers(works, key)
    found = []
    for work in works:
        is_latest = latest[work.learner_id, work.assignment_id] == work.id
        asks = work.id in wanted.works or work.assignment_id in wanted.assignments
        has_run = work.id in wanted.graded
        if not has_run or not (work.id in held or (is_latest and asks)):
            continue
        plan = plans.get(work.assignment_id, Plan())
        state = state_for(plan.is_double, held.get(work.id, {}), reader_id)
        found.append(_waiting(work, names[work.id], veil, state))
    return tuple(sorted(found, key=lambda each: (each.handed_in_at, each.submission_id)))


def find(found: Iterable[Waiting], assignment_id: str, number: int) -> Waiting | None:
    """Return the work of that number, or None."""
    return next(
        (
            each
            for each in found
            if each.assignment_id == assignment_id and each.number == number
        ),
        None,
    )


def neighbours(
    found: Iterable[Waiting], here: Waiting
) -> tuple[Waiting | None, Waiting | None]:
    """Return the works before and after one, whether it is still in the list or not."""
    place = (here.handed_in_at, here.submission_id)
    before = [each for each in found if (each.handed_in_at, each.submission_id) < place]
    after = [each for each in found if (each.handed_in_at, each.submission_id) > place]
    return (before[-1] if before else None, after[0] if after else None)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What asks for a person: works with manual exercises, assignments with a rubric."""

    graded: frozenset[int]
    works: frozenset[int]
    assignments: frozenset[str]


def _works(session: Session, promotion: Promotion) -> list[Submission]:
    return list(
        session.scalars(
            select(Submission)
            .options(joinedload(Submission.learner), joinedload(Submission.version))
            .where(
                Submission.promotion_id == promotion.id,
                Submission.course_slug == promotion.programme.course_slug,
            )
            .order_by(Submission.attempt, Submission.id)
        )
    )


def _held(session: Session, promotion: Promotion) -> _Held:
    rows = session.execute(
        select(
            ManualMark.submission_id, ManualMark.slot, ManualMark.marker_id, ManualMark.state
        )
        .join(Submission, Submission.id == ManualMark.submission_id)
        .where(Submission.promotion_id == promotion.id, ManualMark.slot != Slot.PEERS.value)
    )
    found: dict[int, dict[Slot, Held]] = defaultdict(dict)
    for submission_id, slot, marker_id, state in rows:
        found[submission_id][Slot(slot)] = Held(
            marker_id=marker_id, is_final=state == MarkState.FINAL
        )
    return found


def _wanted(session: Session, promotion: Promotion) -> _Wanted:
    runs = (
        select(GradingRun.submission_id)
        .join(Submission, Submission.id == GradingRun.submission_id)
        .where(Submission.promotion_id == promotion.id)
    )
    manual = runs.join(ExerciseResult, ExerciseResult.run_id == GradingRun.id).where(
        ExerciseResult.outcome == TestOutcome.MANUAL.value
    )
    uses = select(RubricUse.assignment_id).where(RubricUse.promotion_id == promotion.id)
    return _Wanted(
        graded=frozenset(session.scalars(runs)),
        works=frozenset(session.scalars(manual)),
        assignments=frozenset(session.scalars(uses)),
    )


def _numbers(works: Iterable[Submission], key: str) -> Mapping[int, int]:
    by_assignment: dict[str, list[Submission]] = defaultdict(list)
    for work in works:
        by_assignment[work.assignment_id].append(work)
    return {
        id_: number
        for found in by_assignment.values()
        for id_, number in numbers([work.id for work in found], key=key).items()
    }


def _waiting(work: Submission, number: int, veil: Veil, state: QueueState) -> Waiting:
    return Waiting(
        submission_id=work.id,
        number=number,
        assignment_id=work.assignment_id,
        title=work.version.title,
        name=veil.name(work),
        attempt=work.attempt,
        handed_in_at=work.handed_in_at,
        state=state,
    )
