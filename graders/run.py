"""One run: an assembled notebook's cells, one by one, each test judged where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graders import in_kernel
from graders.checker import check, is_in_kernel
from graders.kernel import CellResult, Kernel
from graders.notebooks.assemble import Assembly, Origin, Step
from graders.notebooks.cells import Cell, is_skipped
from graders.notebooks.regions import HIDDEN_TESTS, cut
from graders.protocol import CellError, Limits, Outcome, TestOutcome
from graders.report import cell_error
from graders.sandbox.errors import KernelDied
from graders.scoring import Verdict
from graders.verdict.session import CheckerSession

Outputs = tuple[tuple[Mapping[str, Any], ...], int | None]

_ENDS = {
    "timed-out": Outcome.TIMED_OUT,
    "out-of-memory": Outcome.OUT_OF_MEMORY,
    "died": Outcome.KERNEL_DIED,
}
_UNANSWERED = Verdict(
    outcome=TestOutcome.FAILED, message="Vous n’avez pas répondu à cette question."
)


class Phases:
    """Wall time by phase; tells a listener when each is first entered."""

    def __init__(self, on_phase: Callable[[str], None] | None = None) -> None:
        self.durations_ms: dict[str, float] = {}
        self._on_phase = on_phase

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count the time of the block for the phase."""
        if name not in self.durations_ms:
            self.durations_ms[name] = 0.0
            if self._on_phase is not None:
                self._on_phase(name)
        begun = time.monotonic()
        try:
            yield
        finally:
            self.durations_ms[name] += (time.monotonic() - begun) * 1000


@dataclass(kw_only=True)
class Run:
    """The state of one run, from the first cell to the last verdict.

    :param session: the checker, in its own room; None when every test runs in the kernel.
    """

    kernel: Kernel
    session: CheckerSession | None
    limits: Limits
    phases: Phases
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    errors: dict[str, CellError] = field(default_factory=dict)
    outputs: dict[int, Outputs] = field(default_factory=dict)
    outcome: Outcome = Outcome.GRADED
    message: str = ""
    test_counts: list[int] = field(default_factory=list)
    _quiet_from: int = 0

    def go(self, assembly: Assembly) -> None:
        """Run the cells in order, until the end or until the kernel is gone."""
        ends_at = time.monotonic() + self.limits.wall_s
        self._quiet_from = _end_of_shown_outputs(assembly)
        for number, step in enumerate(assembly.steps):
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                self._end(Outcome.TIMED_OUT, _whole_run(self.limits.wall_s))
                return
            try:
                goes_on = self._step(number, step, min(left_s, self.limits.cell_wall_s))
            except KernelDied:  # between our look at it and our order
                self._end(Outcome.KERNEL_DIED, _why("died", f"La cellule {number + 1}", 0))
                return
            if not goes_on:
                return

    def _step(self, number: int, step: Step, wall_s: float) -> bool:
        """Run one cell; say whether the next can run too."""
        role = step.cell.role
        if role is not None and role.is_manual and step.is_untouched:
            self.verdicts[step.cell.grade_id] = _UNANSWERED
        if step.cell.kind != "code" or not step.cell.source.strip():
            return True
        if role is not None and role.is_test:
            return self._test(number, step.cell, wall_s)
        if step.origin is Origin.AUTHOR and is_skipped(step.cell):
            return True
        with self.phases("run"):
            result = self._execute(step.cell.source, wall_s)
        if self.session is not None:
            self.session.learner_ran(step.cell.source)
        if number < self._quiet_from:
            self.outputs[number] = (tuple(result.outputs), result.execution_count)
        if step.origin is Origin.ANSWER and result.error_name:
            self.errors[step.cell.grade_id] = cell_error(
                step.cell.grade_id, result.error_name, result.error_value, result.traceback
            )
        return self._goes_on(result, f"La cellule {number + 1}", wall_s)

    def _test(self, number: int, cell: Cell, wall_s: float) -> bool:
        if self.session is None or is_in_kernel(cell):
            return self._test_in_kernel(number, cell, wall_s)
        with self.phases("check"):
            verdict = check(self.session, self.kernel, cell, wall_s)
        self.verdicts[cell.grade_id] = verdict.verdict
        if verdict.is_slow:
            self._end(Outcome.TIMED_OUT, _why("timed-out", _named(cell), wall_s))
        if self.kernel.is_well():
            return True
        has_killed = self.kernel.usage().oom_kills > 0
        outcome = Outcome.OUT_OF_MEMORY if has_killed else Outcome.KERNEL_DIED
        self._end(outcome, _why(outcome.value, _named(cell), wall_s))
        return False

    def _test_in_kernel(self, number: int, cell: Cell, wall_s: float) -> bool:
        with self.phases("check"):
            result = self._execute(cell.source, wall_s)
        if result.execution_count is not None:
            self.test_counts.append(result.execution_count)
        self.verdicts[cell.grade_id] = in_kernel.judge(
            cell, result, wall_s=wall_s, counts=self.test_counts
        )
        if not cut(cell.source, HIDDEN_TESTS).is_cut:
            self.outputs[number] = (tuple(result.outputs), result.execution_count)
        return self._goes_on(result, _named(cell), wall_s)

    def _execute(self, source: str, wall_s: float) -> CellResult:
        return self.kernel.execute(
            source, wall_s=wall_s, max_output_bytes=self.limits.output_bytes
        )

    def _goes_on(self, result: CellResult, what: str, wall_s: float) -> bool:
        if result.outcome not in _ENDS:
            return True
        self._end(_ENDS[result.outcome], _why(result.outcome, what, wall_s))
        return self.kernel.is_alive  # an interrupted cell need not end the run

    def _end(self, outcome: Outcome, message: str) -> None:
        if self.outcome is Outcome.GRADED:  # the first mishap is the one to tell
            self.outcome, self.message = outcome, message


def _named(cell: Cell) -> str:
    return f"La cellule de tests «\u00a0{cell.grade_id}\u00a0»"


def _end_of_shown_outputs(assembly: Assembly) -> int:
    """Return the place of the first hidden test that only cells of the learner's own follow.

    What these would show may be what the hidden test had asked.
    """
    end = len(assembly.steps)
    for number, step in reversed(list(enumerate(assembly.steps))):
        is_test = step.cell.role is not None and step.cell.role.is_test
        if is_test and cut(step.cell.source, HIDDEN_TESTS).is_cut:
            end = number
        elif step.cell.kind == "code" and not is_test and step.origin is not Origin.EXTRA:
            return end
    return end


def _whole_run(wall_s: float) -> str:
    return (
        f"Le carnet a dépassé {wall_s:.0f} s en tout\u00a0: les cellules suivantes "
        "n’ont pas été exécutées."
    )


def _why(outcome: str, what: str, wall_s: float) -> str:
    match outcome:
        case "timed-out":
            return (
                f"{what} a dépassé {wall_s:.0f} s et a été arrêtée. Cherchez une boucle qui ne "
                "se termine pas."
            )
        case "out-of-memory":
            return f"{what} a demandé plus de mémoire que permis\u00a0: le noyau a été arrêté."
    return f"{what} a arrêté le noyau\u00a0: les cellules suivantes n’ont pas été exécutées."
