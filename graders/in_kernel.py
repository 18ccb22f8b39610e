"""Judges a test cell by what the learner's own kernel says of it: forgeable, as nbgrader's."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graders.kernel import CellResult
from graders.notebooks.cells import Cell
from graders.notebooks.regions import HIDDEN_TESTS, cut
from graders.protocol import TestOutcome
from graders.report import error_message, failed_line, shorten_traceback
from graders.scoring import PASSED, Verdict, partial

UNTOLD = "L’un des tests de cette cellule, visible ou caché, n’est pas réussi."


def judge(cell: Cell, result: CellResult, *, wall_s: float, counts: Sequence[int]) -> Verdict:
    """Return the verdict that the kernel's own words allow.

    :param wall_s: what the cell was given, for the message.
    :param counts: execution counts of test cells, whose lines are not the learner's.
    """
    if result.outcome == "ok":
        return replace(_passed(cell, result.outputs), is_forgeable=True)
    if cut(cell.source, HIDDEN_TESTS).is_cut:
        # The kernel does not say which line failed, so nothing of it may be shown.
        return Verdict(outcome=TestOutcome.FAILED, is_forgeable=True, message=UNTOLD)
    return Verdict(
        outcome=TestOutcome.FAILED,
        is_forgeable=True,
        message=_why(result, wall_s),
        traceback=shorten_traceback(result.traceback, hidden_counts=counts),
    )


def _passed(cell: Cell, outputs: Sequence[Mapping[str, Any]]) -> Verdict:
    assert cell.role is not None
    value = _value(outputs)
    if value is None or cell.role.points <= 0:
        return PASSED
    return partial(value / cell.role.points)


def _value(outputs: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the number that the cell's last line gives as partial credit, if it does."""
    for output in outputs:
        if output.get("output_type") == "execute_result":
            with contextlib.suppress(TypeError, ValueError, KeyError, AttributeError):
                return float(str(output["data"]["text/plain"]))
    return None


def _why(result: CellResult, wall_s: float) -> str:
    match result.outcome:
        case "timed-out":
            return f"Le test a été arrêté après {wall_s:.0f} s."
        case "out-of-memory":
            return "Le test a demandé plus de mémoire que permis."
        case "died":
            return "Le noyau s’est arrêté pendant le test."
    line = failed_line(result.traceback)
    return error_message(result.error_name, result.error_value, line)
