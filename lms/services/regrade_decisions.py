"""What a person decides about a regrade: to apply it, to drop it, or to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from lms.domain.course import Assignment
from lms.domain.jobs import JobState
from lms.domain.marks import percent
from lms.domain.regrades import RegradeState
from lms.domain.words import mark
from lms.errors import Conflict
from lms.models import Evidence, GradingRun, Job, Regrade
from lms.services import evidence, marking_evidence, scores
from lms.services.regrades import note, progress
from lms.services.scores import Cause


def apply(
    session: Session,
    regrade: Regrade,
    assignment: Assignment | None,
    *,
    actor_id: int,
    now: datetime,
) -> frozenset[int]:
    """Let the new runs be the results, and derive the scores from them.

    Marks that people gave stay: they replace the new automatic points as they did the old.

    :param assignment: as the course has it now.
    :return: the learners whose score became another one.
    :raises Conflict: if it was decided already, or still runs.
    """
    _take_turn(
        session, regrade, RegradeState.OPEN, mark("Cette recorrection est déjà décidée.")
    )
    if not progress(session, regrade.id).is_finished:
        raise Conflict("Des rendus sont encore en cours de correction : attendez la fin.")
    learner_ids: set[int] = set()
    for run, before in _pairs(session, regrade):
        if before is None or (regrade.never_lower and _share(run) < _share(before)):
            continue
        _replace(session, before, run)
        learner_id = run.submission.learner_id
        evidence.propose(session, run, regrade.version, learner_id=learner_id, now=now)
        marking_evidence.follow(session, run.submission_id, now=now)
        learner_ids.add(learner_id)
    return _decide(
        session, regrade, RegradeState.APPLIED, assignment, learner_ids, actor_id, now
    )


def drop(session: Session, regrade: Regrade, *, actor_id: int, now: datetime) -> None:
    """Leave everything as it is; what has not run yet will not.

    :raises Conflict: if it was decided already.
    """
    _take_turn(
        session, regrade, RegradeState.OPEN, mark("Cette recorrection est déjà décidée.")
    )
    session.execute(delete(Job).where(Job.regrade_id == regrade.id, Job.state != JobState.DONE))
    _decide(session, regrade, RegradeState.DROPPED, None, set(), actor_id, now)


def undo(
    session: Session,
    regrade: Regrade,
    assignment: Assignment | None,
    *,
    actor_id: int,
    now: datetime,
) -> frozenset[int]:
    """Let the runs of before be the results again.

    :return: the learners whose score became another one.
    :raises Conflict: if it is not applied, or another one was applied after it.
    """
    _take_turn(
        session, regrade, RegradeState.APPLIED, mark("Cette recorrection n’est pas appliquée.")
    )
    runs = session.scalars(
        select(GradingRun).where(
            GradingRun.regrade_id == regrade.id, GradingRun.replaced_run_id.is_not(None)
        )
    ).all()
    if not all(run.is_counting for run in runs):
        raise Conflict(
            "Une autre recorrection a été appliquée après celle-ci : annulez-la d’abord."
        )
    learner_ids = {run.submission.learner_id for run in runs}
    for run in runs:
        run.is_counting = False
    session.flush()
    for run in runs:
        before = session.get(GradingRun, run.replaced_run_id)
        assert before is not None  # runs are never deleted
        before.is_counting = True
        run.replaced_run_id = None
    session.execute(delete(Evidence).where(Evidence.run_id.in_([run.id for run in runs])))
    for run in runs:
        marking_evidence.follow(session, run.submission_id, now=now)
    return _decide(
        session, regrade, RegradeState.UNDONE, assignment, learner_ids, actor_id, now
    )


def _pairs(
    session: Session, regrade: Regrade
) -> Sequence[tuple[GradingRun, GradingRun | None]]:
    """Return each run of a regrade with the one that is the result until it is applied."""
    before = aliased(GradingRun)
    rows = session.execute(
        select(GradingRun, before)
        .outerjoin(
            before,
            (before.submission_id == GradingRun.submission_id) & before.is_counting,
        )
        .options(joinedload(GradingRun.submission))
        .where(GradingRun.regrade_id == regrade.id)
        .order_by(GradingRun.id)
    ).all()
    return [(run, found) for run, found in rows]


def _replace(session: Session, before: GradingRun, run: GradingRun) -> None:
    before.is_counting = False
    session.flush()  # one run counts at any moment
    run.is_counting = True
    run.replaced_run_id = before.id


def _share(run: GradingRun) -> float:
    return percent(run.points, run.max_points)


def _take_turn(session: Session, regrade: Regrade, state: RegradeState, otherwise: str) -> None:
    """Wait until nobody else decides: a write that changes nothing locks the regrade."""
    taken = session.scalar(
        update(Regrade)
        .where(Regrade.id == regrade.id, Regrade.state == state.value)
        .values(state=Regrade.state)
        .returning(Regrade.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise Conflict(otherwise)


def _decide(
    session: Session,
    regrade: Regrade,
    state: RegradeState,
    assignment: Assignment | None,
    learner_ids: set[int],
    actor_id: int,
    now: datetime,
) -> frozenset[int]:
    before = regrade.state
    regrade.state = state.value
    regrade.decided_by_id, regrade.decided_at = actor_id, now
    cause = Cause.of(regrade, assignment, "regrade", now=now, actor_id=actor_id)
    changed = scores.rederive(session, cause, learner_ids)
    note(
        session,
        regrade,
        f"regrade.{state.value}",
        actor_id,
        now,
        before=before,
        scores=len(changed),
    )
    return changed
