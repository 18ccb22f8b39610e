"""Proves an assignment by running it: right answers pass, wrong ones do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any

from graders.assignments import AssignmentFile
from graders.checking.findings import CheckReport, Finding, Severity
from graders.checking.judge import judge_trials
from graders.checking.lint import weaknesses
from graders.checking.sidecars import Sidecars, UnusableSidecar, read_sidecars
from graders.checking.trials import Trial, make_trials
from graders.engine import Engine, engine_version
from graders.notebooks.errors import UnusableAssignment
from graders.prepared import PreparedAssignment, prepare
from graders.store import Store, digest

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """How thorough a check is.

    :param mutants: wrong answers made for each answer's cell, at most.
    :param jobs: trials run side by side; the engine needs as many slots.
    """

    mutants: int = 60
    jobs: int = 1


def check_assignment(
    assignment: AssignmentFile,
    engine: Engine,
    settings: CheckSettings,
    store: Store,
    on_progress: OnProgress | None = None,
) -> CheckReport:
    """Return what is wrong or weak about the assignment.

    :param on_progress: called with the trials done and all of them, as they end.
    """
    empty = CheckReport(name=assignment.name, notebook=assignment.notebook, findings=())
    try:
        prepared = prepare(assignment.notebook.read_bytes(), assignment.notebook)
        sidecars = read_sidecars(assignment.notebook, prepared.exercises)
    except UnusableAssignment as refusal:
        return replace(empty, findings=tuple(_format_findings(refusal)))
    except (UnusableSidecar, OSError) as error:
        return replace(empty, findings=(_error("format", str(error)),))
    trials = make_trials(assignment, prepared, sidecars, at_most=settings.mutants)
    results = _run(trials, engine, settings.jobs, store, on_progress)
    return _report(empty, prepared, sidecars, results)


def _error(kind: str, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, kind=kind, message=message)


def _format_findings(refusal: UnusableAssignment) -> Iterator[Finding]:
    for problem in refusal.problems:
        yield replace(
            _error("format", problem.reason), cell=problem.cell, grade_id=problem.grade_id
        )


def _run(
    trials: Sequence[Trial],
    engine: Engine,
    jobs: int,
    store: Store,
    on_progress: OnProgress | None,
) -> list[tuple[Trial, dict[str, Any]]]:
    results: dict[int, dict[str, Any]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(_run_one, trial, engine, store): number
            for number, trial in enumerate(trials)
        }
        try:
            for done in as_completed(waiting):
                results[waiting[done]] = done.result()
                if on_progress is not None:
                    on_progress(len(results), len(trials))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [(trial, results[number]) for number, trial in enumerate(trials)]


def _run_one(trial: Trial, engine: Engine, store: Store) -> dict[str, Any]:
    request = trial.request
    files = [
        part
        for name, path in sorted(request.files.items())
        for part in (name.encode(), path.read_bytes())
    ]
    key = digest(
        "trial", engine_version(), engine.digest_of(request.assignment), repr(request.limits),
        repr(request.seed), request.assignment, request.submission, *files,
    )  # fmt: skip
    known = store.get(key)
    if known is not None:
        return known
    report = engine.grade(request).to_json()
    if report["outcome"] != "system-error":
        store.put(key, report)
    return report


def _report(
    empty: CheckReport,
    prepared: PreparedAssignment,
    sidecars: Sidecars,
    results: Sequence[tuple[Trial, dict[str, Any]]],
) -> CheckReport:
    judged = judge_trials(prepared, sidecars, results)
    return replace(
        empty,
        findings=(*judged.findings, *_weak_tests(prepared)),
        exercises=len(prepared.exercises),
        max_points=prepared.max_points,
        tried=judged.tried,
        caught=judged.caught,
        accepted=judged.accepted,
    )


def _weak_tests(prepared: PreparedAssignment) -> Iterable[Finding]:
    for number, cell in enumerate(prepared.source.cells, 1):
        if cell.role is None or not cell.role.is_test:
            continue
        for line, reason in weaknesses(cell.source):
            yield Finding(
                severity=Severity.WARNING,
                kind="weak-test",
                message=f"ligne {line}, {reason}",
                cell=number,
                grade_id=cell.grade_id,
            )
