"""The runs that prove an assignment: what is handed in, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from graders.assignments import AssignmentFile
from graders.checking.mutate import Mutant, mutants
from graders.checking.sidecars import Sidecars, WrongAnswer
from graders.checking.variants import only, with_answers
from graders.notebooks.cells import write_notebook
from graders.notebooks.exercises import Exercise
from graders.notebooks.release import release
from graders.prepared import PreparedAssignment
from graders.protocol import GradeRequest

SEEDS = (1, 20_181_105)
WRONG_CELL_S = 5
WRONG_WALL_S = 30


class Kind(StrEnum):
    """What a trial hands in."""

    REFERENCE = "reference"
    RELEASED = "released"
    WRONG = "wrong"
    MUTANT = "mutant"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One submission to run.

    :param exercise: the one that it is about; None for all of them.
    """

    kind: Kind
    request: GradeRequest
    exercise: Exercise | None = None
    mutant: Mutant | None = None
    wrong: WrongAnswer | None = None
    cell: str = ""


def make_trials(
    assignment: AssignmentFile,
    prepared: PreparedAssignment,
    sidecars: Sidecars,
    *,
    at_most: int,
) -> list[Trial]:
    """Return the trials: the reference under two seeds, the released form, wrong answers."""
    source = prepared.source
    reference = assignment.request(write_notebook(source))
    return [
        *(Trial(kind=Kind.REFERENCE, request=replace(reference, seed=seed)) for seed in SEEDS),
        Trial(
            kind=Kind.RELEASED,
            request=assignment.request(write_notebook(release(source))),
        ),
        *_wrong_trials(assignment, prepared, sidecars),
        *_mutant_trials(assignment, prepared, at_most),
    ]


def _wrong_trials(
    assignment: AssignmentFile, prepared: PreparedAssignment, sidecars: Sidecars
) -> Iterator[Trial]:
    exercises = {exercise.id: exercise for exercise in prepared.exercises}
    for wrong in sidecars.wrong:
        exercise = exercises[wrong.exercise]
        yield Trial(
            kind=Kind.WRONG,
            request=_reduced(assignment, prepared, exercise, wrong.cell, wrong.source),
            exercise=exercise,
            wrong=wrong,
            cell=wrong.cell,
        )


def _mutant_trials(
    assignment: AssignmentFile, prepared: PreparedAssignment, at_most: int
) -> Iterator[Trial]:
    for exercise in prepared.exercises:
        if not any(cell.role and cell.role.is_test for cell in exercise.graded):
            continue
        for cell in exercise.answers:
            if cell.kind != "code":
                continue
            for mutant in mutants(cell.source, at_most=at_most):
                yield Trial(
                    kind=Kind.MUTANT,
                    request=_reduced(
                        assignment, prepared, exercise, cell.grade_id, mutant.source
                    ),
                    exercise=exercise,
                    mutant=mutant,
                    cell=cell.grade_id,
                )


def _reduced(
    assignment: AssignmentFile,
    prepared: PreparedAssignment,
    exercise: Exercise,
    cell: str,
    answer: str,
) -> GradeRequest:
    source = only(prepared.source, exercise)
    request = assignment.request(with_answers(source, {cell: answer}))
    limits = replace(
        request.limits,
        wall_s=min(request.limits.wall_s, WRONG_WALL_S),
        cell_wall_s=min(request.limits.cell_wall_s, WRONG_CELL_S),
    )
    return replace(request, assignment=write_notebook(source, is_compact=True), limits=limits)
