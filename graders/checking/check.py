"""Proves assignments by running them: right answers pass, wrong ones do not."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any

from graders.assignments import AssignmentFile
from graders.checking.findings import CheckReport, Finding, Severity, placed
from graders.checking.judge import judge_trials
from graders.checking.lint import weaknesses
from graders.checking.sidecars import SUFFIXES, Sidecars, UnusableSidecar, read_sidecars
from graders.checking.trials import Kind, Trial, make_trials
from graders.engine import Engine, engine_version
from graders.notebooks.errors import UnusableAssignment
from graders.notebooks.text import cell_lines
from graders.prepared import PreparedAssignment, prepare
from graders.store import Store, digest

#: Called with the assignment's name, its trials that are done, and all of them.
OnProgress = Callable[[str, int, int], None]

#: Of one test in the record of the reference's run.
TEST_KEYS = ("id", "points", "max_points", "outcome", "is_hidden", "message")


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """How thorough a check is.

    :param mutants: wrong answers made for each answer's cell, at most.
    :param jobs: trials run side by side; the engine needs as many slots.
    """

    mutants: int = 60
    jobs: int = 1


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What checks share: the engine, the settings, what was found before, whom to tell."""

    engine: Engine
    settings: CheckSettings
    store: Store
    on_progress: OnProgress | None = None


@dataclass(kw_only=True)
class _Run:
    """The trials of one assignment, under way.

    :param ended_s: when each trial ended, by the monotonic clock.
    """

    report: CheckReport
    key: str
    prepared: PreparedAssignment
    sidecars: Sidecars
    trials: Sequence[Trial]
    futures: Sequence[Future[tuple[dict[str, Any], float, float]]]


def check_assignment(
    assignment: AssignmentFile,
    engine: Engine,
    settings: CheckSettings,
    store: Store,
    on_progress: OnProgress | None = None,
) -> CheckReport:
    """Return what is wrong or weak about one assignment."""
    bench = Bench(engine=engine, settings=settings, store=store, on_progress=on_progress)
    return next(check_assignments([assignment], bench))


def check_assignments(
    assignments: Iterable[AssignmentFile], bench: Bench
) -> Iterator[CheckReport]:
    """Yield what is wrong or weak about each assignment, in order.

    The trials of the next one begin before those of the one before have ended, so that no
    core waits for the slowest of them. Files that were checked before are not run again.
    """
    begun: deque[_Run | CheckReport] = deque()
    with ThreadPoolExecutor(bench.settings.jobs) as pool:
        try:
            for assignment in assignments:
                begun.append(_begin(assignment, bench, pool))
                if len(begun) > 1:
                    yield _finish(begun.popleft(), bench)
            while begun:
                yield _finish(begun.popleft(), bench)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(
    assignment: AssignmentFile, bench: Bench, pool: ThreadPoolExecutor
) -> _Run | CheckReport:
    """Start an assignment's trials; return the report at once where none are needed."""
    empty = CheckReport(name=assignment.name, notebook=assignment.notebook, findings=())
    try:
        source = assignment.notebook.read_bytes()
        prepared = prepare(source, assignment.notebook)
        sidecars = read_sidecars(assignment.notebook, prepared.exercises)
        key = _key(assignment, bench)
    except UnusableAssignment as refusal:
        return _in_place(replace(empty, findings=tuple(_format_findings(refusal))))
    except (UnusableSidecar, OSError) as error:
        return replace(empty, findings=(_error("format", str(error)),))
    known = bench.store.get(key)
    if known is not None:
        return replace(CheckReport.from_record(known), name=empty.name, notebook=empty.notebook)
    trials = make_trials(assignment, prepared, sidecars, at_most=bench.settings.mutants)
    return _Run(
        report=empty,
        key=key,
        prepared=prepared,
        sidecars=sidecars,
        trials=trials,
        futures=[pool.submit(_run_one, trial, bench.engine, bench.store) for trial in trials],
    )


def _finish(run: _Run | CheckReport, bench: Bench) -> CheckReport:
    if isinstance(run, CheckReport):
        return run
    for done, _future in enumerate(as_completed(run.futures), 1):
        if bench.on_progress is not None:
            bench.on_progress(run.report.name, done, len(run.trials))
    ended = [future.result() for future in run.futures]
    results = [(trial, found) for trial, (found, _, _) in zip(run.trials, ended, strict=True)]
    took_s = max(end for _, _, end in ended) - min(start for _, start, _ in ended)
    report = replace(_report(run, results), took_s=took_s)
    if all(found["outcome"] != "system-error" for _, found in results):
        bench.store.put(run.key, report.to_record())
    return report


def _key(assignment: AssignmentFile, bench: Bench) -> str:
    """Return what changes when anything does that the report depends on."""
    beside = (assignment.notebook.with_suffix(suffix) for suffix in SUFFIXES)
    engine = bench.engine
    return digest(
        "check", engine_version(), engine.digest_of(assignment.source), assignment.source,
        repr(assignment.limits), repr(bench.settings.mutants), assignment.notebook.suffix,
        *(path.read_bytes() if path.is_file() else b"" for path in beside),
        *_contents(assignment.files.items()),
    )  # fmt: skip


def _contents(files: Iterable[tuple[str, Any]]) -> list[bytes]:
    return [part for name, path in sorted(files) for part in (name.encode(), path.read_bytes())]


def _error(kind: str, message: str) -> Finding:
    return Finding(severity=Severity.ERROR, kind=kind, message=message)


def _format_findings(refusal: UnusableAssignment) -> Iterator[Finding]:
    for problem in refusal.problems:
        yield replace(
            _error("format", problem.reason), cell=problem.cell, grade_id=problem.grade_id
        )


def _run_one(trial: Trial, engine: Engine, store: Store) -> tuple[dict[str, Any], float, float]:
    """Return what came of a trial, with the moments of its start and its end."""
    start_s = time.monotonic()
    request = trial.request
    key = digest(
        "trial", engine_version(), engine.digest_of(request.assignment), repr(request.limits),
        repr(request.seed), request.assignment, request.submission,
        *_contents(request.files.items()),
    )  # fmt: skip
    found = store.get(key)
    if found is None:
        found = engine.grade(request).to_json()
        if found["outcome"] != "system-error":
            store.put(key, found)
    return found, start_s, time.monotonic()


def _report(run: _Run, results: Sequence[tuple[Trial, dict[str, Any]]]) -> CheckReport:
    judged = judge_trials(run.prepared, run.sidecars, results)
    reference = next(found for trial, found in results if trial.kind is Kind.REFERENCE)
    return _in_place(
        replace(
            run.report,
            findings=(*judged.findings, *_weak_tests(run.prepared)),
            exercises=len(run.prepared.exercises),
            max_points=run.prepared.max_points,
            tried=judged.tried,
            caught=judged.caught,
            accepted=judged.accepted,
            answers=tuple(judged.answers),
            reference=_reference(reference),
        )
    )


def _in_place(report: CheckReport) -> CheckReport:
    try:
        lines = cell_lines(report.notebook.read_bytes(), report.notebook)
    except Exception:  # a text that cannot be read has said its own line
        lines = ()
    return placed(report, lines)


def _reference(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the record keeps of the reference's run: results, no sources."""
    return {
        **{key: found[key] for key in ("outcome", "points", "max_points", "message")},
        **{key: found.get(key) for key in ("durations_ms", "cpu_ms", "peak_memory_bytes")},
        "exercises": [
            {
                **{key: said[key] for key in ("id", "title", "points", "max_points")},
                "tests": [{key: test[key] for key in TEST_KEYS} for test in said["tests"]],
            }
            for said in found["exercises"]
        ],
    }


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
