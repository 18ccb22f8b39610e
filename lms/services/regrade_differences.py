"""What a regrade changes, by learner and by exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from lms.domain.people import sort_key
from lms.models import ExerciseResult, GradingRun, Regrade, Submission
from lms.services.blind import Veil

#: Lines on the page; all of them are counted.
SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class ExerciseChange:
    """One exercise whose points are others; None where only the other run has it."""

    title: str
    before: float | None
    after: float | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One submission that ran again.

    :param learner_name: empty while it is hidden from the reader.
    :param is_kept: the old result stays, since the new one is lower and that was ruled out.
    """

    submission_id: int
    learner_id: int
    learner_name: str
    attempt: int
    before: float
    max_before: float
    after: float
    max_after: float
    exercises: tuple[ExerciseChange, ...]
    is_kept: bool

    @property
    def gain(self) -> float:
        """By how much the share of the points grows, -1 to 1."""
        return _share(self.after, self.max_after) - _share(self.before, self.max_before)


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What a regrade changes.

    :param changed: submissions with other points, at most `SHOWN`, by name.
    """

    changed: tuple[Difference, ...]
    raised: int
    lowered: int
    equal: int
    environments: tuple[str, ...]


def differences(session: Session, regrade: Regrade, veil: Veil) -> Differences:
    """Compare each run of a regrade with the one whose place it takes, or would take.

    :param veil: what has no name for the reader.
    """
    before = aliased(GradingRun)
    # Of a regrade that is applied, the run before is the one that it replaced.
    is_before = or_(
        before.id == GradingRun.replaced_run_id,
        GradingRun.replaced_run_id.is_(None) & before.is_counting,
    )
    rows = session.execute(
        select(GradingRun, before)
        .join(before, (before.submission_id == GradingRun.submission_id) & is_before)
        .options(
            joinedload(GradingRun.submission).joinedload(Submission.learner),
            selectinload(GradingRun.exercises),
            selectinload(before.exercises),
        )
        .where(GradingRun.regrade_id == regrade.id)
    ).all()
    found = [_difference(regrade, veil, run, old) for run, old in rows]
    changed = [one for one in found if one.exercises or one.gain]
    in_order = sorted(changed, key=lambda one: (sort_key(one.learner_name), one.attempt))
    return Differences(
        changed=tuple(in_order[:SHOWN]),
        raised=sum(one.gain > 0 for one in found),
        lowered=sum(one.gain < 0 for one in found),
        equal=sum(one.gain == 0 for one in found),
        environments=tuple(sorted({run.environment_digest[:12] for run, _old in rows})),
    )


def _difference(regrade: Regrade, veil: Veil, run: GradingRun, old: GradingRun) -> Difference:
    is_lower = _share(run.points, run.max_points) < _share(old.points, old.max_points)
    return Difference(
        submission_id=run.submission_id,
        learner_id=run.submission.learner_id,
        learner_name=veil.name(run.submission),
        attempt=run.submission.attempt,
        before=old.points,
        max_before=old.max_points,
        after=run.points,
        max_after=run.max_points,
        exercises=tuple(_exercises(_by_id(old.exercises), _by_id(run.exercises))),
        is_kept=regrade.never_lower and is_lower,
    )


def _by_id(results: Iterable[ExerciseResult]) -> dict[str, ExerciseResult]:
    return {result.exercise_id: result for result in results}


def _exercises(
    before: Mapping[str, ExerciseResult], after: Mapping[str, ExerciseResult]
) -> Iterable[ExerciseChange]:
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        was, becomes = (old.points if old else None), (new.points if new else None)
        if was != becomes:
            named = new or old
            assert named is not None  # the key comes from one of them
            yield ExerciseChange(title=named.title, before=was, after=becomes)


def _share(points: float, max_points: float) -> float:
    return points / max_points if max_points else 0.0
