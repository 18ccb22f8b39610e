"""A rubric while somebody writes it: what was typed, rows added, what it becomes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lms.domain.rubrics import COMPETENCE_LEVELS, Criterion, Grid, Level, RubricKind
from lms.domain.words import mark

MAX_CRITERIA = 20
MAX_LEVELS = 8
MAX_TITLE_CHARACTERS = 120
MAX_TEXT_CHARACTERS = 1000
MAX_VALUE = 1000


@dataclass(frozen=True, kw_only=True)
class TypedLevel:
    """One level as it was typed."""

    title: str = ""
    text: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class TypedCriterion:
    """One criterion as it was typed."""

    title: str = ""
    text: str = ""
    competence: str = ""
    levels: tuple[TypedLevel, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TypedRubric:
    """A rubric as it was typed; whatever it holds, it can be shown again."""

    title: str = ""
    kind: RubricKind = RubricKind.POINTS
    criteria: tuple[TypedCriterion, ...] = ()

    def after(self, order: str) -> TypedRubric:
        """Return the rubric once a button of the editor was pressed.

        :param order: `add`, `drop-2`, `up-2`, `add-2` (a level) or `drop-2-0`; anything else
            changes nothing.
        """
        verb, *numbers = order.split("-")
        if not all(number.isdecimal() for number in numbers):
            return self
        places = [int(number) for number in numbers]
        criteria = list(self.criteria)
        if verb == "add" and not places and len(criteria) < MAX_CRITERIA:
            criteria.append(blank_criterion(self.kind))
        elif places and places[0] < len(criteria):
            criteria = _changed(criteria, verb, places)
        return replace(self, criteria=tuple(criteria))


def blank_rubric(kind: RubricKind) -> TypedRubric:
    """Return a rubric to begin with: one criterion, levels to fill."""
    return TypedRubric(kind=kind, criteria=(blank_criterion(kind),))


def blank_criterion(kind: RubricKind) -> TypedCriterion:
    """Return a criterion to fill, with the levels that are usual for the kind."""
    if kind is RubricKind.LEVELS:
        levels = [
            TypedLevel(title=name, value=str(value))
            for value, name in enumerate(COMPETENCE_LEVELS)
        ]
    else:
        levels = [TypedLevel(value="0"), TypedLevel(value="1"), TypedLevel(value="2")]
    return TypedCriterion(levels=tuple(levels))


def typed(title: str, grid: Grid) -> TypedRubric:
    """Return a rubric as somebody would have typed it."""
    return TypedRubric(
        title=title,
        kind=grid.kind,
        criteria=tuple(
            TypedCriterion(
                title=criterion.title,
                text=criterion.text,
                competence=criterion.competence,
                levels=tuple(
                    TypedLevel(
                        title=level.title,
                        text=level.text,
                        value=f"{level.value:g}".replace(".", ","),
                    )
                    for level in criterion.levels
                ),
            )
            for criterion in grid.criteria
        ),
    )


def problems(rubric: TypedRubric) -> Mapping[str, str]:
    """Return what has to be mended before the rubric can be kept, by the field's place.

    Places are `title`, `0-title`, `0-levels`, `0-1-title`, `0-1-value`; `criteria` is the
    whole.
    """
    found = {}
    if not rubric.title.strip():
        found["title"] = mark("Donnez un titre à la grille.")
    if not rubric.criteria:
        found["criteria"] = mark("Ajoutez au moins un critère.")
    for place, criterion in enumerate(rubric.criteria):
        found |= _problems_of(place, criterion, rubric.kind)
    return found


def grid_of(rubric: TypedRubric) -> Grid:
    """Return what a rubric without `problems` says."""
    return Grid(
        kind=rubric.kind,
        criteria=tuple(
            Criterion(
                title=criterion.title.strip(),
                text=criterion.text.strip(),
                competence=criterion.competence.strip().upper(),
                levels=tuple(
                    Level(
                        title=level.title.strip(),
                        text=level.text.strip(),
                        value=_number(level.value) or 0.0,
                    )
                    for level in criterion.levels
                ),
            )
            for criterion in rubric.criteria
        ),
    )


def _changed(
    criteria: list[TypedCriterion], verb: str, places: list[int]
) -> list[TypedCriterion]:
    place, criterion = places[0], criteria[places[0]]
    levels = list(criterion.levels)
    match verb, places[1:]:
        case "drop", []:
            criteria.pop(place)
        case "up", [] if place:
            criteria[place - 1 : place + 1] = [criterion, criteria[place - 1]]
        case "add", [] if len(levels) < MAX_LEVELS:
            criteria[place] = replace(criterion, levels=(*levels, TypedLevel()))
        case "drop", [level] if level < len(levels):
            levels.pop(level)
            criteria[place] = replace(criterion, levels=tuple(levels))
    return criteria


def _problems_of(place: int, criterion: TypedCriterion, kind: RubricKind) -> dict[str, str]:
    found = {}
    if not criterion.title.strip():
        found[f"{place}-title"] = mark("Donnez un titre à ce critère.")
    if len(criterion.levels) < 2:
        found[f"{place}-levels"] = mark("Il faut au moins deux niveaux pour choisir.")
    for number, level in enumerate(criterion.levels):
        if not level.title.strip():
            found[f"{place}-{number}-title"] = mark("Donnez un nom à ce niveau.")
        if _number(level.value) is None:
            found[f"{place}-{number}-value"] = mark("Écrivez un nombre de points, comme 1,5.")
    values = [_number(level.value) or 0.0 for level in criterion.levels]
    if kind is RubricKind.POINTS and len(values) >= 2 and not any(values):
        found.setdefault(f"{place}-levels", mark("Au moins un niveau doit donner des points."))
    return found


def _number(text: str) -> float | None:
    """Return the points that were typed; None when they are none.

    >>> _number(" 1,5 "), _number("deux"), _number("-1"), _number("inf")
    (1.5, None, None, None)
    """
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= MAX_VALUE else None
