"""Rubrics of an organisation: making, changing by versions, copying, putting away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from lms.domain.access import HIDDEN
from lms.domain.rubrics import Grid, criteria_to_json, grid_from_json
from lms.errors import Conflict, NotFound
from lms.models import (
    ManualMark,
    ManualMarkPart,
    Rubric,
    RubricUse,
    RubricVersion,
    Submission,
)
from lms.services import audit


@dataclass(frozen=True, kw_only=True)
class RubricShown:
    """One rubric as lists show it.

    :param uses: exercises of all promotions that are marked with it now.
    :param marks: how many exercises were marked with it, whatever the version.
    """

    id: int
    title: str
    grid: Grid
    number: int
    uses: int
    marks: int
    is_archived: bool


def of_organisation(session: Session, organisation_id: int) -> list[RubricShown]:
    """Return the rubrics of an organisation by title, the archived ones last."""
    found = session.scalars(
        select(Rubric)
        .options(selectinload(Rubric.versions))
        .where(Rubric.organisation_id == organisation_id)
        .order_by(Rubric.archived_at.is_not(None), Rubric.title, Rubric.id)
    ).all()
    uses = _uses(session)
    marks = _marks(session)
    return [_shown(rubric, uses, marks) for rubric in found]


def choices_of(session: Session, organisation_id: int) -> list[RubricVersion]:
    """Return the latest version of each rubric that is offered, by title."""
    found = session.scalars(
        select(Rubric)
        .options(selectinload(Rubric.versions))
        .where(Rubric.organisation_id == organisation_id, Rubric.archived_at.is_(None))
        .order_by(Rubric.title, Rubric.id)
    )
    return [rubric.versions[-1] for rubric in found]


def rubric_by_id(session: Session, organisation_id: int, rubric_id: int) -> Rubric:
    """Return one rubric of the organisation.

    :raises NotFound: if the organisation has none of that id.
    """
    found = session.get(Rubric, rubric_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(HIDDEN)
    return found


def grid_of(version: RubricVersion) -> Grid:
    """Return what a version says."""
    return grid_from_json(version.rubric.kind, version.criteria)


def make(
    session: Session,
    organisation_id: int,
    title: str,
    grid: Grid,
    *,
    actor_id: int,
    now: datetime,
) -> Rubric:
    """Keep a new rubric as its first version."""
    rubric = Rubric(
        organisation_id=organisation_id,
        title=title.strip(),
        kind=grid.kind.value,
        made_by_id=actor_id,
        made_at=now,
    )
    _add_version(rubric, grid, actor_id=actor_id, now=now)
    session.add(rubric)
    session.flush()
    _note(session, "rubric.made", rubric, actor_id, now, version=1)
    return rubric


def change(
    session: Session,
    rubric: Rubric,
    title: str,
    grid: Grid,
    *,
    base: int,
    actor_id: int,
    now: datetime,
) -> bool:
    """Keep what a rubric says now, as a new version if it says something new.

    Exercises that nobody has marked with it yet go over to the new version; the others keep
    the one with which marking began.

    :param base: number of the version that was being changed.
    :returns: whether there is a new version.
    :raises Conflict: if somebody else made a version in between.
    """
    latest = rubric.versions[-1]
    if latest.number != base:
        raise Conflict(
            "Quelqu’un a enregistré la version %(number)s de cette grille pendant que "
            "vous écriviez. Ce que vous avez écrit est ci-dessous : ouvrez l’autre version "
            "dans un nouvel onglet, puis enregistrez à nouveau pour garder la vôtre.",
            number=latest.number,
        )
    before, rubric.title = rubric.title, title.strip()
    is_new = grid_of(latest) != grid
    if is_new:
        added = _add_version(rubric, grid, actor_id=actor_id, now=now)
        session.flush()
        _follow(session, rubric, added)
    _note(
        session,
        "rubric.changed",
        rubric,
        actor_id,
        now,
        title_before=before,
        title_after=rubric.title,
        version_before=base,
        version_after=rubric.versions[-1].number,
    )
    session.flush()
    return is_new


def duplicate(
    session: Session, rubric: Rubric, *, title: str, actor_id: int, now: datetime
) -> Rubric:
    """Copy the latest version of a rubric as a new one."""
    grid = grid_of(rubric.versions[-1])
    return make(session, rubric.organisation_id, title, grid, actor_id=actor_id, now=now)


def archive(
    session: Session, rubric: Rubric, *, is_archived: bool, actor_id: int, now: datetime
) -> None:
    """Put a rubric away, or take it back: marks and exercises that have it keep it."""
    rubric.archived_at = now if is_archived else None
    _note(
        session, "rubric.archived" if is_archived else "rubric.restored", rubric, actor_id, now
    )
    session.flush()


def _shown(rubric: Rubric, uses: Mapping[int, int], marks: Mapping[int, int]) -> RubricShown:
    latest, ids = rubric.versions[-1], [version.id for version in rubric.versions]
    return RubricShown(
        id=rubric.id,
        title=rubric.title,
        grid=grid_of(latest),
        number=latest.number,
        uses=sum(uses.get(key, 0) for key in ids),
        marks=sum(marks.get(key, 0) for key in ids),
        is_archived=rubric.archived_at is not None,
    )


def _uses(session: Session) -> Mapping[int, int]:
    rows = session.execute(
        select(RubricUse.version_id, func.count()).group_by(RubricUse.version_id)
    )
    return {row[0]: row[1] for row in rows}


def _marks(session: Session) -> Mapping[int, int]:
    column = ManualMarkPart.rubric_version_id
    rows = session.execute(
        select(column, func.count()).where(column.is_not(None)).group_by(column)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _add_version(rubric: Rubric, grid: Grid, *, actor_id: int, now: datetime) -> RubricVersion:
    added = RubricVersion(
        number=1 + len(rubric.versions),
        criteria=criteria_to_json(grid.criteria),
        made_by_id=actor_id,
        made_at=now,
    )
    rubric.versions.append(added)
    return added


def _follow(session: Session, rubric: Rubric, added: RubricVersion) -> None:
    """Move the exercises that nobody has begun to mark to the new version."""
    own = select(RubricVersion.id).where(RubricVersion.rubric_id == rubric.id)
    is_marked = (
        select(ManualMarkPart.id)
        .join(ManualMark, ManualMark.id == ManualMarkPart.mark_id)
        .join(Submission, Submission.id == ManualMark.submission_id)
        .where(
            Submission.promotion_id == RubricUse.promotion_id,
            Submission.course_slug == RubricUse.course_slug,
            Submission.assignment_id == RubricUse.assignment_id,
            ManualMarkPart.exercise_id == RubricUse.exercise_id,
        )
        .exists()
    )
    session.execute(
        update(RubricUse)
        .where(RubricUse.version_id.in_(own), ~is_marked)
        .values(version_id=added.id)
        .execution_options(synchronize_session=False)
    )


def _note(
    session: Session,
    event: str,
    rubric: Rubric,
    actor_id: int,
    now: datetime,
    **details: Any,
) -> None:
    audit.record(session, event, f"rubric:{rubric.id}", actor_id=actor_id, now=now, **details)
