"""What the trials of an assignment prove, and what they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graders.checking.findings import Fate, Finding, Severity, TriedAnswer
from graders.checking.operators import LAZY
from graders.checking.sidecars import Sidecars
from graders.checking.trials import Kind, Trial
from graders.prepared import PreparedAssignment
from graders.protocol import Outcome

Result = tuple[Trial, dict[str, Any]]
_Sources = Mapping[str, str]
RELEASED = "enonce"
"""The name under which an author accepts that an exercise gives points to the stub."""


@dataclass(kw_only=True)
class Judged:
    """Findings, with the wrong answers that were counted on the way.

    :param lazy: by test, the bodies that do nothing and pass it.
    """

    findings: list[Finding] = field(default_factory=list)
    lazy: dict[str, list[str]] = field(default_factory=dict)
    tried: int = 0
    caught: int = 0
    accepted: int = 0
    answers: list[TriedAnswer] = field(default_factory=list)


def judge_trials(
    prepared: PreparedAssignment, sidecars: Sidecars, results: Sequence[Result]
) -> Judged:
    """Return what the results say about the assignment's tests."""
    cells = {cell.grade_id: number for number, cell in enumerate(prepared.source.cells, 1)}
    tests = {cell.grade_id: cell.source for cell in prepared.source.cells}
    judged = Judged()
    references = [report for trial, report in results if trial.kind is Kind.REFERENCE]
    judged.findings += _reference_findings(references, cells)
    for trial, report in results:
        if report["outcome"] == Outcome.SYSTEM_ERROR:
            judged.findings.append(_error("system", report["message"]))
        elif trial.kind is Kind.RELEASED:
            judged.findings += _released_findings(report, sidecars, cells)
        elif trial.kind in (Kind.WRONG, Kind.MUTANT):
            _count_wrong(judged, trial, report, sidecars, cells, tests)
    judged.findings += _lazy_findings(judged, cells)
    return judged


def _error(kind: str, message: str, **place: Any) -> Finding:
    return Finding(severity=Severity.ERROR, kind=kind, message=message, **place)


def _warning(kind: str, message: str, **place: Any) -> Finding:
    return Finding(severity=Severity.WARNING, kind=kind, message=message, **place)


def _autograded(report: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for exercise in report["exercises"]:
        for test in exercise["tests"]:
            if test["outcome"] != "manual":
                yield exercise, test


def _reference_findings(
    references: Sequence[dict[str, Any]], cells: dict[str, int]
) -> Iterator[Finding]:
    seen = [
        {test["id"]: test["points"] for _, test in _autograded(report)} for report in references
    ]
    for exercise, test in _autograded(references[0]):
        name = test["id"]
        place = {"exercise": exercise["id"], "cell": cells[name], "grade_id": name}
        if len({points.get(name) for points in seen}) > 1:
            yield _error("seed", "le résultat de la solution dépend du hasard", **place)
        elif test["points"] < test["max_points"] and not _is_answer_cell(test):
            why = test["message"] or references[0]["message"] or "le test échoue"
            got = f"{test['points']:g} sur {test['max_points']:g}"
            yield _error("reference", f"la solution n’a que {got}\u00a0: {why}", **place)


def _is_answer_cell(test: dict[str, Any]) -> bool:
    # A manual answer that its author left as the stub is no fault of the tests.
    return not test["source"] and not test["is_hidden"]


def _released_findings(
    report: dict[str, Any], sidecars: Sidecars, cells: dict[str, int]
) -> Iterator[Finding]:
    for exercise, test in _autograded(report):
        if test["points"] > 0 and not sidecars.reason(exercise["id"], RELEASED):
            yield _error(
                "released",
                f"l’énoncé sans réponse reçoit {test['points']:g} points",
                exercise=exercise["id"],
                cell=cells[test["id"]],
                grade_id=test["id"],
                mutant=RELEASED,
            )


def _count_wrong(
    judged: Judged,
    trial: Trial,
    report: dict[str, Any],
    sidecars: Sidecars,
    cells: dict[str, int],
    tests: _Sources,
) -> None:
    assert trial.exercise is not None
    (result,) = (e for e in report["exercises"] if e["id"] == trial.exercise.id)
    place = {"exercise": trial.exercise.id, "cell": cells[trial.cell], "grade_id": trial.cell}
    judged.tried += 1
    manual = sum(t["max_points"] for t in result["tests"] if t["outcome"] == "manual")
    reason = sidecars.reason(trial.exercise.id, trial.mutant.id) if trial.mutant else ""
    fate = Fate.ACCEPTED if reason else Fate.PASSED
    if result["points"] < result["max_points"] - manual:
        fate, reason = Fate.CAUGHT, ""
    judged.answers.append(_tried(trial, fate, reason))
    if fate is Fate.CAUGHT:
        judged.caught += 1
        _note_lazy(judged, trial, result, tests)
    elif trial.wrong is not None:
        message = f"la réponse fausse «\u00a0{trial.wrong.name}\u00a0» a tous les points"
        judged.findings.append(_error("wrong-answer", message, **place))
    elif fate is Fate.ACCEPTED:
        judged.accepted += 1
    elif trial.mutant is not None:
        message = f"les tests laissent passer une réponse fausse, {trial.mutant}"
        judged.findings.append(_warning("survivor", message, mutant=trial.mutant.id, **place))


def _tried(trial: Trial, fate: Fate, reason: str) -> TriedAnswer:
    assert trial.exercise is not None
    return TriedAnswer(
        exercise=trial.exercise.id,
        cell=trial.cell,
        name=trial.wrong.name if trial.wrong is not None else str(trial.mutant),
        fate=fate,
        reason=reason,
    )


def _note_lazy(judged: Judged, trial: Trial, result: dict[str, Any], tests: _Sources) -> None:
    """Note the tests of a function that pass when it does nothing at all."""
    if trial.mutant is None or trial.mutant.operator != LAZY:
        return
    name = re.compile(rf"\b{re.escape(trial.mutant.function)}\b")
    for test in result["tests"]:
        if test["outcome"] == "passed" and name.search(tests[test["id"]]):
            judged.lazy.setdefault(test["id"], []).append(trial.mutant.after)


def _lazy_findings(judged: Judged, cells: dict[str, int]) -> Iterator[Finding]:
    for name, bodies in judged.lazy.items():
        said = ", ".join(f"«\u00a0{body}\u00a0»" for body in dict.fromkeys(bodies))
        yield _warning(
            "weak-test",
            f"ce test passe aussi quand la fonction ne fait que {said}",
            cell=cells[name],
            grade_id=name,
        )
