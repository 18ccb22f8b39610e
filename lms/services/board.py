"""The board of a promotion: each learner's state, points, attempts and last activity."""

from __future__ import annotations

from collections.abc import Sequence

from lms.domain.board import Board, Cell, CellState, Column, Row
from lms.domain.course import Course
from lms.models import User
from lms.services.alerts import RaisedAlert
from lms.services.watching import Watched

NOTHING = Cell()


def board_of(
    watched: Watched,
    course: Course,
    alerts: Sequence[RaisedAlert],
) -> Board:
    """Return the whole board.

    :param alerts: those that are not set aside.
    """
    columns = tuple(
        Column(
            assignment_id=found.id,
            title=found.title,
            module_id=found.module_id,
            max_points=found.max_points,
        )
        for found in course.assignments
    )
    titles: dict[int, list[str]] = {}
    for raised in alerts:
        titles.setdefault(raised.alert.learner_id, []).append(raised.rule.title)
    return Board(
        columns=columns,
        rows=tuple(
            _row(
                watched,
                member.user,
                columns,
                titles.get(member.user_id, ()),
                watched.groups.get(member.user_id, frozenset()),
            )
            for member in watched.learners
        ),
        modules={module.id: module.title for module in course.modules},
    )


def _row(
    watched: Watched,
    learner: User,
    columns: Sequence[Column],
    titles: Sequence[str],
    groups: frozenset[str],
) -> Row:
    cells = tuple(
        watched.cells.get((learner.id, column.assignment_id), NOTHING) for column in columns
    )
    facts = watched.facts_of(learner.id)
    return Row(
        learner_id=learner.id,
        name=learner.name,
        cells=cells,
        passed=len(watched.passed.get(learner.id, ())),
        to_redo=sum(cell.state is CellState.TO_REDO for cell in cells),
        last_activity_at=facts.last_activity_at if facts else None,
        groups=groups,
        alerts=tuple(dict.fromkeys(titles)),
    )
