"""What decides the scores of some learners for one assignment, read in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.domain.course import Assignment
from lms.domain.scores import AttemptInputs, GivenPoints, ManualInput, ScoreInputs
from lms.domain.terms import Terms
from lms.models import (
    GradingRun,
    OutsideImport,
    OutsideMark,
    Promotion,
    ScoreOverride,
    Submission,
)
from lms.services import manual_marks, terms
from lms.services.manual_marks import ManualPoints


@dataclass(frozen=True, kw_only=True)
class LearnerInputs:
    """What decides one learner's score, and the promotion in which the work was done."""

    promotion_id: int
    inputs: ScoreInputs


def inputs_of(
    session: Session,
    course_slug: str,
    assignment_id: str,
    learner_ids: Collection[int],
    assignment: Assignment | None,
) -> Mapping[int, LearnerInputs]:
    """Return the inputs of each learner who has any.

    :param assignment: as the course has it now; None when it is not part of it: then nothing
        is late.
    """
    found: dict[int, LearnerInputs] = {}
    attempts = _attempts(session, course_slug, assignment_id, learner_ids, assignment)
    outside = _outside(session, course_slug, assignment_id, learner_ids)
    overrides = _overrides(session, course_slug, assignment_id, learner_ids)
    for learner_id in learner_ids:
        graded = attempts.get(learner_id, [])
        given, override = outside.get(learner_id), overrides.get(learner_id)
        promotion_ids = [
            *(submission.promotion_id for submission, _attempt in graded[-1:]),
            *(promotion_id for promotion_id, _given in filter(None, (override, given))),
        ]
        if promotion_ids:
            found[learner_id] = LearnerInputs(
                promotion_id=promotion_ids[0],
                inputs=ScoreInputs(
                    attempts=tuple(attempt for _submission, attempt in graded),
                    outside=given[1] if given else None,
                    override=override[1] if override else None,
                ),
            )
    return found


def _attempts(
    session: Session,
    course_slug: str,
    assignment_id: str,
    learner_ids: Collection[int],
    assignment: Assignment | None,
) -> Mapping[int, list[tuple[Submission, AttemptInputs]]]:
    """Return every graded attempt with the run that is its result, in order."""
    runs = session.scalars(
        select(GradingRun)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .where(
            Submission.learner_id.in_(learner_ids),
            Submission.course_slug == course_slug,
            Submission.assignment_id == assignment_id,
            GradingRun.is_counting,
        )
        .options(
            selectinload(GradingRun.submission).selectinload(Submission.version),
            selectinload(GradingRun.version),
            selectinload(GradingRun.exercises),
        )
        .order_by(Submission.attempt)
    ).all()
    given = manual_marks.final_points(session, [run.submission_id for run in runs])
    agreed = _terms(session, [run.submission for run in runs], assignment)
    found: dict[int, list[tuple[Submission, AttemptInputs]]] = defaultdict(list)
    for run in runs:
        handed_in, own = run.submission, agreed.get(run.submission_id)
        attempt = AttemptInputs(
            number=run.submission.attempt,
            submission_id=run.submission_id,
            run_id=run.id,
            points=run.points,
            max_points=run.max_points,
            manual=_manual(run, given.get(run.submission_id, {})),
            late_s=own.late_s(handed_in.handed_in_at) if own else 0.0,
            late_factor=own.factor(handed_in.handed_in_at) if own else 1.0,
        )
        found[handed_in.learner_id].append((handed_in, attempt))
    return found


def _manual(run: GradingRun, given: Mapping[str, ManualPoints]) -> tuple[ManualInput, ...]:
    results = {result.exercise_id: result for result in run.exercises}
    asked = results.keys() | {each["id"] for each in run.version.exercises}
    titles = {each["id"]: each["title"] for each in run.submission.version.exercises}
    return tuple(
        ManualInput(
            exercise_id=exercise_id,
            title=result.title if result else titles.get(exercise_id, exercise_id),
            mark_id=mark.mark_id,
            points=mark.points,
            max_points=mark.max_points,
            automatic=result.points if result else 0.0,
            automatic_max=result.max_points if result else mark.max_points,
            is_gone=exercise_id not in asked,
        )
        for exercise_id, mark in sorted(given.items())
        for result in (results.get(exercise_id),)
    )


def _terms(
    session: Session, handed_in: Sequence[Submission], assignment: Assignment | None
) -> Mapping[int, Terms]:
    """Return the terms of each submission, by its id."""
    if assignment is None:
        return {}
    groups: dict[Promotion, list[Submission]] = defaultdict(list)
    for submission in handed_in:
        groups[submission.promotion].append(submission)
    found: dict[int, Terms] = {}
    for promotion, group in groups.items():
        learner_ids = {submission.learner_id for submission in group}
        own = terms.terms_for(session, promotion, assignment, learner_ids)
        found |= {submission.id: own[submission.learner_id] for submission in group}
    return found


def _outside(
    session: Session, course_slug: str, assignment_id: str, learner_ids: Collection[int]
) -> Mapping[int, tuple[int, GivenPoints]]:
    """Return the latest mark from outside of each learner, with its promotion."""
    rows = session.execute(
        select(OutsideMark, OutsideImport.promotion_id)
        .join(OutsideImport, OutsideMark.import_id == OutsideImport.id)
        .where(
            OutsideMark.learner_id.in_(learner_ids),
            OutsideMark.course_slug == course_slug,
            OutsideMark.assignment_id == assignment_id,
            OutsideImport.undone_at.is_(None),
        )
        .order_by(OutsideMark.id)
    )
    return {mark.learner_id: (promotion_id, _given(mark)) for mark, promotion_id in rows}


def _overrides(
    session: Session, course_slug: str, assignment_id: str, learner_ids: Collection[int]
) -> Mapping[int, tuple[int, GivenPoints]]:
    rows = session.scalars(
        select(ScoreOverride)
        .where(
            ScoreOverride.learner_id.in_(learner_ids),
            ScoreOverride.course_slug == course_slug,
            ScoreOverride.assignment_id == assignment_id,
            ScoreOverride.ended_at.is_(None),
        )
        .order_by(ScoreOverride.id)
    )
    return {row.learner_id: (row.promotion_id, _given(row)) for row in rows}


def _given(row: OutsideMark | ScoreOverride) -> GivenPoints:
    return GivenPoints(id=row.id, points=row.points, max_points=row.max_points)
