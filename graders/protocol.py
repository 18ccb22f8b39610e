"""What crosses the border between whoever wants a grade and the engine: plain, frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from graders.comparison import Comparison

MIB = 1024 * 1024


class Outcome(StrEnum):
    """How a run ended. The points say how good it was; this says what happened."""

    GRADED = "graded"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    KERNEL_DIED = "kernel-died"
    UNREADABLE = "unreadable"
    SYSTEM_ERROR = "system-error"  # our fault, never the learner's


class TestOutcome(StrEnum):
    """What became of one test cell, or of the exercise that it belongs to."""

    __test__ = False

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_RUN = "not-run"  # the run ended before, so no points
    MANUAL = "manual"  # a person marks it


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run may use. The unit is the end of each name."""

    wall_s: float = 120
    """Whole run, from the first cell to the last verdict."""

    cell_wall_s: float = 30
    """One cell; the kernel is interrupted, then killed."""

    cpu_s: int = 60
    """Processor time of each process of the room."""

    memory_bytes: int = 1024 * MIB
    """All processes of the room together where control groups hold it."""

    processes: int = 64
    """Processes and threads of the room together."""

    disk_bytes: int = 256 * MIB
    """What the room's own file systems may hold."""

    output_bytes: int = 1 * MIB
    """Outputs of one cell that are kept; the rest is cut, and said to be."""


@dataclass(frozen=True, kw_only=True)
class GradeRequest:
    """One submission to grade against one version of an assignment.

    :param assignment: the author's source notebook (JSON), with solutions and hidden tests.
    :param submission: the learner's notebook as it was handed in, trusted in nothing.
    :param files: read-only data files on the host, by their path from the notebook's working
        folder in the room (`graders.notebooks.files.room_path`).
    :param environment: name of a kernel environment, such as `base` or `data`.
    :param seed: fixes hash and random seeds; None draws fresh ones. The first run with a seed
        waits some seconds for a warm process of that seed; the two used last are kept.
    """

    assignment: bytes
    submission: bytes
    files: Mapping[str, Path] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    environment: str = "data"
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """One test cell's verdict.

    :param id: the cell's `grade_id`.
    :param is_hidden: nothing of this test's source may be shown to the learner.
    :param is_forgeable: the verdict was made inside the learner's own process.
    :param source: the visible part of the test, empty when it is hidden.
    :param message: what was expected and what came, for the learner; empty when it passed
        or is hidden.
    :param traceback: shortened to the learner's own lines; empty when there is none.
    :param comparison: the values of the failed assertion; None when it passed, is hidden or
        compared none.
    """

    __test__ = False

    id: str
    points: float
    max_points: float
    outcome: TestOutcome
    is_hidden: bool = False
    is_forgeable: bool = False
    source: str = ""
    message: str = ""
    traceback: str = ""
    comparison: Comparison | None = None


@dataclass(frozen=True, kw_only=True)
class CellError:
    """The error on which a learner's cell ended, as their own process says: display only.

    :param cell: the cell's `grade_id`.
    :param traceback: shortened to the learner's own lines.
    """

    cell: str
    name: str
    message: str
    traceback: str


@dataclass(frozen=True, kw_only=True)
class ExerciseResult:
    """The solution cell or cells of one exercise, with the tests that follow them.

    :param id: `grade_id` of the exercise's first solution cell (of its first test cell when
        it has no solution cell).
    :param title: the nearest heading above, or the id.
    :param errors: of the answers that ended on an error.
    :param answer: the beginning of what the learner wrote in the solution cells.
    """

    id: str
    title: str
    points: float
    max_points: float
    outcome: TestOutcome
    tests: tuple[TestResult, ...] = ()
    errors: tuple[CellError, ...] = ()
    answer: str = ""

    @property
    def is_forgeable(self) -> bool:
        """Whether any of the points was given inside the learner's own process."""
        return any(test.is_forgeable for test in self.tests)

    @property
    def messages(self) -> tuple[str, ...]:
        """What the failed visible tests tell the learner, in their order."""
        return tuple(test.message for test in self.tests if test.message)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that a run says.

    :param message: why the run has no or not all points, for a person; empty when graded.
    :param notebook: the assembled notebook with its outputs, without hidden tests (JSON).
    :param durations_ms: wall time by phase: `assemble`, `room`, `run`, `check`.
    :param cpu_ms: processor time of both rooms, the learner's and the checker's, from their
        building to their end; the worker's and the warm process's share is not in it. None
        where it cannot be measured.
    """

    outcome: Outcome
    points: float
    max_points: float
    exercises: tuple[ExerciseResult, ...] = ()
    message: str = ""
    notebook: bytes = b""
    durations_ms: Mapping[str, float] = field(default_factory=dict)
    cpu_ms: float | None = None
    peak_memory_bytes: int | None = None
    engine_version: str = ""
    environment_digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what `garrigue grade --json` prints, without the notebook."""
        return {
            "outcome": self.outcome.value,
            "message": self.message,
            "points": self.points,
            "max_points": self.max_points,
            "exercises": [
                {
                    "id": exercise.id,
                    "title": exercise.title,
                    "points": exercise.points,
                    "max_points": exercise.max_points,
                    "outcome": exercise.outcome.value,
                    "forgeable": exercise.is_forgeable,
                    "messages": list(exercise.messages),
                    "tests": [asdict(test) for test in exercise.tests],
                    "errors": [asdict(error) for error in exercise.errors],
                }
                for exercise in self.exercises
            ],
            "durations_ms": dict(self.durations_ms),
            "cpu_ms": self.cpu_ms,
            "peak_memory_bytes": self.peak_memory_bytes,
            "engine_version": self.engine_version,
            "environment_digest": self.environment_digest,
        }
