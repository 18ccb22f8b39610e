"""Grades submissions: keeps warm kernels, and turns a request into a report."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from graders.autotests import Autotests
from graders.checker import open_session
from graders.kernel import Kernel
from graders.notebooks.assemble import Assembly, assemble
from graders.notebooks.autotest import has_autotests
from graders.notebooks.errors import NotebookRefused, UnusableAssignment
from graders.notebooks.read import read_notebook
from graders.prepared import PreparedAssignment, prepare
from graders.protocol import GradeRequest, Outcome, Report
from graders.report import annotated_notebook, with_answers
from graders.run import Phases, Run
from graders.sandbox.environment import Environment, find_environment
from graders.sandbox.nursery import Nursery
from graders.scoring import score, total_max_points, total_points
from graders.store import digest
from graders.verdict.session import CheckerSession

log = logging.getLogger(__name__)

OnPhase = Callable[[str], None]

DEFAULT_ENVIRONMENT = "data"
SYSTEM_ERROR = (
    "Une erreur de notre côté a empêché la correction. Ce n’est pas votre faute\u00a0: le "
    "rendu sera corrigé à nouveau."
)


class Engine:
    """Holds one nursery for each environment, and grades in the rooms that they make.

    :param slots: how many submissions are graded side by side.
    :param is_warm: fork kernels from a warm process; a cold start behaves alike.
    """

    def __init__(self, *, slots: int = 1, is_warm: bool = True) -> None:
        self._slots = slots
        self._is_warm = is_warm
        self._open = ExitStack()
        self._nurseries: dict[str, tuple[Environment, Nursery]] = {}
        self._lock = Lock()
        self._autotests = Autotests()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes."""
        self._open.close()
        self._nurseries.clear()

    def warm_up(self, environment: str) -> None:
        """Start the environment's warm process now rather than at the first submission."""
        self._nursery(environment)

    def digest_of(self, assignment: bytes) -> str:
        """Return the digest of the environment that the assignment runs in."""
        name = _prepare_cached(assignment).settings.environment
        return find_environment(name or DEFAULT_ENVIRONMENT).digest

    def grade(self, request: GradeRequest, on_phase: OnPhase | None = None) -> Report:
        """Grade one submission; whatever goes wrong on our side is `system-error`.

        :param on_phase: called with the name of each phase when it is first entered.
        """
        phases = Phases(on_phase)
        assignment: PreparedAssignment | None = None
        try:
            assignment = _prepare_cached(request.assignment)
            assignment = self._with_autotests(assignment, request)
            with phases("assemble"):
                assembly = assemble(assignment.frame, read_notebook(request.submission))
            return self._run(request, assignment, assembly, phases)
        except UnusableAssignment as refusal:
            return _without_points(Outcome.SYSTEM_ERROR, str(refusal), phases, assignment)
        except NotebookRefused as refusal:
            return _without_points(Outcome.UNREADABLE, str(refusal), phases, assignment)
        except Exception:  # whatever it is, it is ours: never a zero
            log.exception("grading failed")
            return _without_points(Outcome.SYSTEM_ERROR, SYSTEM_ERROR, phases, assignment)

    def refuse(self, assignment: bytes, why: str) -> Report:
        """Return the report on a submission that could not even be read."""
        prepared = _prepare_cached(assignment)
        return _without_points(Outcome.UNREADABLE, why, Phases(), prepared)

    def _with_autotests(
        self, assignment: PreparedAssignment, request: GradeRequest
    ) -> PreparedAssignment:
        if not has_autotests(assignment.source):
            return assignment
        _, nursery = self._nursery(assignment.settings.environment or request.environment)
        return self._autotests.made(assignment, nursery, request.files, request.limits)

    def _run(
        self,
        request: GradeRequest,
        assignment: PreparedAssignment,
        assembly: Assembly,
        phases: Phases,
    ) -> Report:
        settings = assignment.settings
        environment, nursery = self._nursery(settings.environment or request.environment)
        with ExitStack() as room:
            with phases("room"):
                session = open_session(nursery, request, assignment, assembly)
                kernel = _open_both(
                    room,
                    nursery,
                    session,
                    replace(
                        request, seed=settings.seed if request.seed is None else request.seed
                    ),
                )
            run = Run(kernel=kernel, session=session, limits=request.limits, phases=phases)
            run.go(assembly)
        usage = kernel.usage()
        scored = score(assignment.exercises, run.verdicts)
        results = with_answers(scored, assignment.exercises, assembly, run.errors)
        return Report(
            outcome=run.outcome,
            points=total_points(results),
            max_points=total_max_points(results),
            exercises=results,
            message=run.message,
            notebook=annotated_notebook(assignment.source, assembly, run.outputs),
            durations_ms=phases.durations_ms,
            cpu_ms=_total(usage.cpu_ms, 0.0 if session is None else session.cpu_ms),
            peak_memory_bytes=usage.peak_memory_bytes,
            engine_version=engine_version(),
            environment_digest=environment.digest,
        )

    def _nursery(self, name: str) -> tuple[Environment, Nursery]:
        with self._lock:
            if name not in self._nurseries:
                environment = find_environment(name)
                nursery = self._open.enter_context(
                    Nursery(environment, slots=self._slots, is_warm=self._is_warm)
                )
                self._nurseries[name] = environment, nursery
            return self._nurseries[name]


def _open_both(
    room: ExitStack, nursery: Nursery, session: CheckerSession | None, request: GradeRequest
) -> Kernel:
    """Enter the checker's room and the kernel's, which are built at the same time."""
    with ThreadPoolExecutor(1) as side:
        checker = None if session is None else side.submit(room.enter_context, session)
        kernel = room.enter_context(
            nursery.kernel(
                limits=request.limits,
                files=request.files,
                seed=request.seed,
                channel=None if session is None else session.learner_channel,
            )
        )
    if checker is not None:
        checker.result()
    return kernel


def grade(request: GradeRequest, on_phase: OnPhase | None = None) -> Report:
    """Grade one submission with an engine of its own; for many, keep an `Engine`."""
    with Engine(is_warm=False) as engine:
        return engine.grade(request, on_phase)


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Return the version that a report names: it changes when any of our files does."""
    folder = Path(__file__).parent
    sources = [path.read_bytes() for path in sorted(folder.rglob("*.py"))]
    return f"{metadata.version('garrigue')}+{digest(*sources)[:8]}"


# The same few assignments come again and again.
_prepare_cached = lru_cache(maxsize=64)(prepare)


def _total(kernel_ms: float | None, checker_ms: float | None) -> float | None:
    return None if kernel_ms is None or checker_ms is None else kernel_ms + checker_ms


def _without_points(
    outcome: Outcome,
    message: str,
    phases: Phases,
    assignment: PreparedAssignment | None,
) -> Report:
    results = score(assignment.exercises, {}) if assignment is not None else ()
    return Report(
        outcome=outcome,
        points=0.0,
        max_points=total_max_points(results),
        exercises=results,
        message=message,
        durations_ms=phases.durations_ms,
        engine_version=engine_version(),
    )
