"""How an assignment goes wrong in a promotion: by exercise, the same errors together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.domain.standing import SETTLED
from lms.domain.wrong_outcomes import Group, Result, grouped
from lms.models import (
    AssignmentVersion,
    ExerciseResult,
    GradingRun,
    Promotion,
    Submission,
    User,
)
from lms.services.blind import Veil


@dataclass(frozen=True, kw_only=True)
class ExerciseOutcomes:
    """One exercise in a promotion.

    :param tried: how many people have a result for it.
    :param stumbled: how many had something to redo at least once.
    :param unsettled: how many have not passed it yet.
    :param groups: the wrong outcomes, the commonest first.
    """

    id: str
    title: str
    position: int
    tried: int
    stumbled: int
    unsettled: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """An assignment in a promotion.

    :param exercises: the one that most people stumbled over first.
    :param tests: the text of each test that the reader may see, by its `grade_id`.
    :param names: whose each submission is; empty while it is hidden from the reader.
    """

    exercises: tuple[ExerciseOutcomes, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


def outcomes_of(
    session: Session,
    blobs: BlobStore,
    promotion: Promotion,
    assignment_id: str,
    *,
    veil: Veil,
    has_hidden: bool,
) -> Outcomes:
    """Return how the exercises of an assignment went, in the latest run of each submission.

    :param veil: what has no name for the reader.
    :param has_hidden: whether the reader may see what hidden tests ask.
    """
    rows, names = _rows(session, promotion, assignment_id, veil)
    by_exercise: dict[str, list[tuple[ExerciseResult, Result]]] = {}
    for row, result in rows:
        by_exercise.setdefault(row.exercise_id, []).append((row, result))
    found = [_exercise(key, held) for key, held in by_exercise.items()]
    found.sort(key=lambda one: (-one.stumbled, -one.unsettled, one.position))
    tests = _shown_tests(result for _row, result in rows)
    if has_hidden and rows:
        newest = max(row.run_id for row, _result in rows)
        tests = {**tests, **_all_tests(session, blobs, newest)}
    return Outcomes(exercises=tuple(found), tests=tests, names=names)


def _rows(
    session: Session, promotion: Promotion, assignment_id: str, veil: Veil
) -> tuple[Sequence[tuple[ExerciseResult, Result]], Mapping[int, str]]:
    """Return the results of the latest run of each submission, and whose each one is."""
    newest = (
        select(func.max(GradingRun.id))
        .join(GradingRun.submission)
        .where(
            Submission.promotion_id == promotion.id,
            Submission.course_slug == promotion.programme.course_slug,
            Submission.assignment_id == assignment_id,
            GradingRun.is_counting,
        )
        .group_by(GradingRun.submission_id)
    )
    found = session.execute(
        select(ExerciseResult, GradingRun.outcome, User.id, User.name, Submission.id)
        .join(GradingRun, ExerciseResult.run_id == GradingRun.id)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .join(User, Submission.learner_id == User.id)
        .where(GradingRun.id.in_(newest))
        .order_by(Submission.id, ExerciseResult.position)
    )
    rows: list[tuple[ExerciseResult, Result]] = []
    names: dict[int, str] = {}
    for row, run_outcome, learner_id, name, submission_id in found:
        is_hidden = veil.hides(learner_id, promotion.programme.course_slug, assignment_id)
        names[submission_id] = "" if is_hidden else name
        result = Result(
            learner_id=learner_id,
            submission_id=submission_id,
            run_outcome=run_outcome,
            outcome=row.outcome,
            tests=row.tests,
            errors=row.errors or (),
        )
        rows.append((row, result))
    return rows, names


def _exercise(key: str, held: Sequence[tuple[ExerciseResult, Result]]) -> ExerciseOutcomes:
    results = [result for _row, result in held]
    tried = {result.learner_id for result in results}
    settled = {result.learner_id for result in results if result.outcome in SETTLED}
    return ExerciseOutcomes(
        id=key,
        title=held[-1][0].title,
        position=held[-1][0].position,
        tried=len(tried),
        stumbled=len({one.learner_id for one in results if one.outcome not in SETTLED}),
        unsettled=len(tried - settled),
        groups=grouped(results),
    )


def _shown_tests(results: Iterable[Result]) -> dict[str, str]:
    """Return the tests that learners see too, as the runs kept them."""
    return {
        test["id"]: test["source"]
        for result in results
        for test in result.tests
        if test.get("source")
    }


def _all_tests(session: Session, blobs: BlobStore, run_id: int) -> dict[str, str]:
    """Return the author's test cells, hidden ones too, at the version that a run used."""
    source_hash = session.scalar(
        select(AssignmentVersion.notebook_hash)
        .join(GradingRun, GradingRun.version_id == AssignmentVersion.id)
        .where(GradingRun.id == run_id)
    )
    assert source_hash is not None  # a run keeps its version
    return {
        cell.grade_id: cell.source
        for cell in read_notebook(blobs.get(source_hash)).cells
        if cell.grade_id
    }
