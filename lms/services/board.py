"""The board of a promotion: each learner's state, points, attempts and last activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.board import Board, Cell, CellState, Column, Row
from lms.domain.course import Course
from lms.domain.jobs import JobState
from lms.models import (
    AlertAside,
    GradingRun,
    Job,
    Promotion,
    Score,
    Submission,
    User,
    WorkTrace,
)
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


def revision(session: Session, promotion: Promotion) -> Mapping[str, str]:
    """Return what changes when the board may have changed: cheap enough to ask often."""
    course_slug = promotion.programme.course_slug
    is_here = Submission.promotion_id == promotion.id
    jobs = select(func.count(Job.id)).join(Job.submission).where(is_here)
    asked = {
        "submission": select(func.max(Submission.id)).where(is_here),
        "run": select(func.max(GradingRun.id)).join(GradingRun.submission).where(is_here),
        "running": jobs.where(Job.state == JobState.RUNNING),
        "held": jobs.where(Job.state == JobState.QUARANTINED),
        "score": select(func.max(Score.derived_at)).where(Score.promotion_id == promotion.id),
        "work": select(func.max(WorkTrace.id)).where(WorkTrace.course_slug == course_slug),
        "aside": select(func.max(AlertAside.set_at)).where(
            AlertAside.promotion_id == promotion.id
        ),
    }
    found = session.execute(
        select(*(query.scalar_subquery() for query in asked.values()))
    ).one()
    return {name: str(value) for name, value in zip(asked, found, strict=True)}
