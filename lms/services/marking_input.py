"""What a marker chose and typed, and what becomes of it: the parts of a mark."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.domain.manual_marks import Slot
from lms.domain.rubrics import RubricKind
from lms.domain.words import mark
from lms.errors import Invalid
from lms.models import ManualMark, ManualMarkPart, RubricVersion
from lms.services.rubrics import grid_of

MAX_CHARACTERS = 5000


@dataclass(frozen=True, kw_only=True)
class Markable:
    """One exercise as it may be marked.

    :param is_manual: no test gives its points: a person has to.
    :param version: of the rubric with which it is marked; None for none.
    """

    id: str
    title: str
    max_points: float
    is_manual: bool
    version: RubricVersion | None = None

    @property
    def takes_points(self) -> bool:
        """Whether points are typed: somebody has to give them, and no rubric does."""
        gives = self.version is not None and self.version.rubric.kind == RubricKind.POINTS
        return self.is_manual and self.max_points > 0 and not gives


@dataclass(frozen=True, kw_only=True)
class TypedPart:
    """What was chosen and typed about one exercise.

    :param choices: position of the level by position of the criterion.
    :param cells: text on a cell, by the cell's key.
    """

    choices: Mapping[int, int] = field(default_factory=dict)
    points: str = ""
    comment: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TypedMark:
    """What was chosen and typed about a work.

    :param parts: by exercise.
    :param revision: of the mark that was being read; 0 when there was none.
    :param is_final: the learner may read it.
    """

    parts: Mapping[str, TypedPart] = field(default_factory=dict)
    comment: str = ""
    reason: str = ""
    revision: int = 0
    is_final: bool = False


class Incomplete(Invalid):
    """The mark cannot be kept as it is, or not for good; `missing` says why, by exercise."""

    def __init__(self, missing: Mapping[str, Invalid]) -> None:
        super().__init__(
            mark("Rien n’est encore enregistré : complétez ce qui est marqué ci-dessous.")
        )
        self.missing = missing


def read_points(text: str, max_points: float) -> float | None:
    """Return the points that were typed; None when they are not usable.

    >>> read_points("2,5", 4), read_points("5", 4), read_points("", 4)
    (2.5, None, None)
    """
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return points if math.isfinite(points) and 0 <= points <= max_points else None


def parts_of(
    exercises: Mapping[str, Markable], typed: TypedMark, before: ManualMark | None
) -> list[ManualMarkPart]:
    """Return the parts of a mark as they were typed; those that say nothing are left out.

    A part that was begun keeps the version of the rubric with which it began.
    """
    begun = {part.exercise_id: part for part in (before.parts if before else ())}
    made = []
    for key, exercise in exercises.items():
        said = typed.parts.get(key, TypedPart())
        part = _part(exercise, said, begun.get(key))
        if part.choices or part.points is not None or part.comment or part.cells:
            made.append(part)
    return made


def _part(exercise: Markable, said: TypedPart, before: ManualMarkPart | None) -> ManualMarkPart:
    version = exercise.version
    if before is not None and before.rubric_version is not None:
        version = before.rubric_version  # a mark keeps the rubric with which it began
    grid = grid_of(version) if version else None
    choices = grid.usable(said.choices) if grid else {}
    points = grid.points(choices, exercise.max_points) if grid else None
    if exercise.takes_points:
        points = read_points(said.points, exercise.max_points)
    cells = {key: text for key, told in said.cells.items() if (text := plain(told))}
    return ManualMarkPart(
        exercise_id=exercise.id,
        rubric_version=version,
        rubric_version_id=version.id if version else None,
        choices={str(place): level for place, level in choices.items()},
        points=points,
        max_points=exercise.max_points,
        comment=plain(said.comment),
        cells=cells,
    )


def plain(text: str) -> str:
    """Return a comment without the space around it, cut where it is too long."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())[:MAX_CHARACTERS]


def refuse_unreadable(exercises: Mapping[str, Markable], typed: TypedMark) -> None:
    """Return when all points that were typed are points: a draft would lose the others.

    :raises Incomplete: if some are none, or too many.
    """
    missing = {
        key: _points_wanted(exercise)
        for key, exercise in exercises.items()
        if exercise.takes_points
        and (text := typed.parts.get(key, TypedPart()).points.strip())
        and read_points(text, exercise.max_points) is None
    }
    if missing:
        raise Incomplete(missing)


def refuse_incomplete(
    slot: Slot, exercises: Mapping[str, Markable], parts: list[ManualMarkPart], typed: TypedMark
) -> None:
    """Return when the mark may be final.

    :raises Incomplete: if a criterion, points or the reason of a reconciliation are missing.
    """
    made = {part.exercise_id: part for part in parts}
    missing: dict[str, Invalid] = {}
    for key, exercise in exercises.items():
        part = made.get(key)
        version = part.rubric_version if part and part.rubric_version else exercise.version
        if version is not None:
            grid = grid_of(version)
            left = grid.missing(grid.usable(part.choices) if part else {})
            if left:
                missing[key] = Invalid(
                    "Choisissez un niveau pour : %(left)s.", left=", ".join(left)
                )
        if exercise.takes_points and (part is None or part.points is None):
            missing[key] = _points_wanted(exercise)
    if slot is Slot.RECONCILED and not typed.reason.strip():
        missing[""] = Invalid("Dites pourquoi vous retenez cette note.")
    if missing:
        raise Incomplete(missing)


def _points_wanted(exercise: Markable) -> Invalid:
    return Invalid("Donnez des points, de 0 à %(most)s.", most=f"{exercise.max_points:g}")
