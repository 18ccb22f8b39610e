"""The board of a promotion: learners by assignments, and what a trainer asks to see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from lms.domain.people import sort_key
from lms.domain.standing import Standing
from lms.domain.words import mark


class CellState(StrEnum):
    """Where one learner is with one assignment."""

    PASSED = "passed"
    TO_REDO = "to-redo"
    WAITING = "waiting"  # handed in, not graded yet
    HELD = "held"  # set aside after faults of ours
    BLIND = "blind"  # handed in; the rest is hidden while it is marked without names
    DRAFT = "draft"  # begun, nothing handed in
    NONE = "none"


STATE_LABELS = {
    CellState.PASSED: mark("Validé"),
    CellState.TO_REDO: mark("À reprendre"),
    CellState.WAITING: mark("En attente"),
    CellState.HELD: mark("Incident de notre côté"),
    CellState.BLIND: mark("Anonyme"),
    CellState.DRAFT: mark("En cours"),
    CellState.NONE: mark("Rien déposé"),
}

OF_STANDING = {
    Standing.PASSED: CellState.PASSED,
    Standing.TO_REDO: CellState.TO_REDO,
    Standing.QUEUED: CellState.WAITING,
    Standing.RUNNING: CellState.WAITING,
    Standing.HELD: CellState.HELD,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One learner's work for one assignment.

    :param state: of the latest attempt.
    :param points: of the attempt that counts; None before the first result.
    :param last_at: the latest trace of work: draft, hand-in, hint or question.
    :param submission_id: the latest attempt; None when nothing was handed in.
    """

    state: CellState = CellState.NONE
    points: float | None = None
    max_points: float = 0.0
    attempts: int = 0
    last_at: datetime | None = None
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One assignment, and how many of the learners shown have passed it."""

    assignment_id: str
    title: str
    module_id: str
    max_points: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One learner, with a cell for each column.

    :param passed: assignments of the whole course without anything left to redo.
    :param to_redo: assignments of the whole course whose latest attempt left something.
    :param groups: names of the groups that the person is in.
    :param alerts: titles of the rules that apply and were not set aside.
    """

    learner_id: int
    name: str
    cells: tuple[Cell, ...]
    passed: int
    to_redo: int
    last_activity_at: datetime | None
    groups: frozenset[str] = frozenset()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Board:
    """All learners by all assignments of the course, in order.

    :param modules: titles of the modules, by their id.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """The title of each module that has columns, with their number."""
        counted: dict[str, int] = {}
        for column in self.columns:
            counted[column.module_id] = counted.get(column.module_id, 0) + 1
        return tuple((self.modules[key], number) for key, number in counted.items())

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of all groups, in order."""
        return tuple(sorted({name for row in self.rows for name in row.groups}, key=sort_key))

    @property
    def stuck(self) -> int:
        """To how many learners a rule applies."""
        return sum(bool(row.alerts) for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a trainer wants to see; empty means all.

    :param name: a part of the name, without regard to accents and case.
    """

    module: str = ""
    state: CellState | None = None
    group: str = ""
    is_stuck: bool = False
    name: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing was chosen."""
        return self == Choice()


def chosen(board: Board, choice: Choice) -> Board:
    """Return the part of the board that is asked for.

    With a state, the learners and the assignments that have none in that state are left out.
    """
    board = _of_module(board, choice.module)
    rows = [row for row in board.rows if _is_wanted(row, choice)]
    if choice.state is None:
        return replace(board, rows=tuple(rows))
    rows = [row for row in rows if any(cell.state is choice.state for cell in row.cells)]
    kept = [
        position
        for position in range(len(board.columns))
        if any(row.cells[position].state is choice.state for row in rows)
    ]
    return _with_columns(replace(board, rows=tuple(rows)), kept)


def _of_module(board: Board, module_id: str) -> Board:
    if not module_id:
        return board
    kept = [n for n, column in enumerate(board.columns) if column.module_id == module_id]
    return _with_columns(board, kept)


def _with_columns(board: Board, kept: Iterable[int]) -> Board:
    positions = tuple(kept)
    return replace(
        board,
        columns=tuple(board.columns[position] for position in positions),
        rows=tuple(
            replace(row, cells=tuple(row.cells[position] for position in positions))
            for row in board.rows
        ),
    )


def _is_wanted(row: Row, choice: Choice) -> bool:
    return (
        (not choice.is_stuck or bool(row.alerts))
        and (not choice.group or choice.group in row.groups)
        and sort_key(choice.name.strip()) in sort_key(row.name)
    )
