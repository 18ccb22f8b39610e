"""Test cells before the checker: what it is told of the notebook, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from graders.kernel import Kernel
from graders.notebooks.assemble import Assembly, Origin
from graders.notebooks.cells import Cell
from graders.notebooks.regions import visible_part
from graders.prepared import PreparedAssignment
from graders.protocol import GradeRequest, TestOutcome
from graders.sandbox.nursery import Nursery
from graders.scoring import Verdict
from graders.verdict.session import CheckerSession, VerdictOutcome


class CheckFailed(Exception):
    """The checker could not judge a test: our fault or the author's, never the learner's."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A test cell's verdict.

    :param is_slow: it used up the time that it had.
    """

    verdict: Verdict
    is_slow: bool


def is_in_kernel(cell: Cell) -> bool:
    """Say whether the author wants the test to run in the learner's own process."""
    return cell.author.get("in_kernel") is True


def open_session(
    nursery: Nursery,
    request: GradeRequest,
    assignment: PreparedAssignment,
    assembly: Assembly,
) -> CheckerSession | None:
    """Return a checker that knows the notebook, to be entered; None when it is not needed."""
    tests = [cell for cell in assignment.source.cells if cell.role and cell.role.is_test]
    if assignment.settings.is_in_kernel or all(map(is_in_kernel, tests)):
        return None
    author: list[str] = []
    learner: list[str] = []
    for step in assembly.steps:
        if step.cell.kind != "code" or (step.cell.role and step.cell.role.is_test):
            continue
        (author if step.origin is Origin.AUTHOR else learner).append(step.cell.source)
    return CheckerSession(
        nursery,
        limits=request.limits,
        author_cells=author,
        learner_sources=learner,
        declared_names=assignment.declared_names,
        solution_cells=assignment.solutions,
        has_solution=assignment.has_solution,
        files=request.files,
    )


def check(session: CheckerSession, kernel: Kernel, cell: Cell, wall_s: float) -> Checked:
    """Have one test cell judged against the values that the kernel has now.

    :raises CheckFailed: if there is no telling.
    """
    assert cell.role is not None
    max_points = cell.role.points
    said = session.check(
        kernel,
        cell.source,
        grade_id=cell.grade_id,
        max_points=max_points,
        points_per_assert=cell.author.get("points_per_assert") is True,
        is_hidden=not visible_part(cell.source).strip(),
        wall_s=wall_s,
    )
    if said.outcome is VerdictOutcome.SYSTEM_ERROR:
        raise CheckFailed(f"{cell.grade_id}: {said.message}")
    return Checked(
        verdict=Verdict(
            outcome=TestOutcome(said.outcome.value),
            share=said.points / max_points if max_points else 0.0,
            message=said.message,
            traceback=said.traceback,
            comparison=said.comparison,
        ),
        is_slow=said.duration_ms >= wall_s * 1000,
    )
