"""Rubrics: criteria with their levels, and what the chosen levels give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lms.domain.words import mark


class RubricKind(StrEnum):
    """What the levels of a rubric are worth."""

    POINTS = "points"
    LEVELS = "levels"  # of competence: imiter, adapter, transposer


KIND_LABELS = {
    RubricKind.POINTS: mark("Des points"),
    RubricKind.LEVELS: mark("Des niveaux de compétence"),
}

#: The levels of every criterion of a rubric of competences, by their value.
COMPETENCE_LEVELS = (
    mark("Pas encore"),
    mark("Imiter"),
    mark("Adapter"),
    mark("Transposer"),
)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of a criterion.

    :param text: what work of this level looks like, for markers and learners alike.
    :param value: points, or the level of competence (0 for none, 1 to 3).
    """

    title: str
    text: str = ""
    value: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing that is looked at.

    :param competence: code of the competence that it speaks for; empty for none.
    :param levels: at least two, in the author's order.
    """

    title: str
    text: str = ""
    competence: str = ""
    levels: tuple[Level, ...] = ()

    @property
    def max_value(self) -> float:
        """The value of its highest level."""
        return max((level.value for level in self.levels), default=0.0)


#: Position of the chosen level, from 0, by position of the criterion.
Choices = Mapping[int, int]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """What one version of a rubric says."""

    kind: RubricKind
    criteria: tuple[Criterion, ...] = field(default=())

    @property
    def max_value(self) -> float:
        """The sum of the highest levels."""
        return sum(criterion.max_value for criterion in self.criteria)

    def value(self, choices: Choices) -> float:
        """Return the sum of the chosen levels; what is not chosen gives nothing."""
        return sum(
            self.criteria[position].levels[level].value for position, level in choices.items()
        )

    def missing(self, choices: Choices) -> tuple[str, ...]:
        """Return the titles of the criteria without a choice."""
        return tuple(
            criterion.title
            for position, criterion in enumerate(self.criteria)
            if position not in choices
        )

    def points(self, choices: Choices, max_points: float) -> float | None:
        """Return what the choices give out of the exercise's points.

        The rubric's total is brought to the exercise's: half of the one is half of the other.
        None when a criterion has no choice, or the rubric gives no points at all.
        """
        is_worth = self.kind is RubricKind.POINTS and self.max_value > 0
        if not is_worth or self.missing(choices):
            return None
        return round(max_points * self.value(choices) / self.max_value, 2)

    def usable(self, choices: Mapping[Any, Any]) -> dict[int, int]:
        """Return of some choices those that this rubric has, whoever made them."""
        return {
            int(position): int(level)
            for position, level in choices.items()
            if str(position).isdecimal()
            and str(level).isdecimal()
            and int(position) < len(self.criteria)
            and int(level) < len(self.criteria[int(position)].levels)
        }


def criteria_to_json(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """Return the criteria as a version keeps them."""
    return [asdict(criterion) for criterion in criteria]


def grid_from_json(kind: str, criteria: Sequence[Mapping[str, Any]]) -> Grid:
    """Return a version as `criteria_to_json` kept it."""
    return Grid(
        kind=RubricKind(kind),
        criteria=tuple(
            Criterion(
                title=said["title"],
                text=said["text"],
                competence=said["competence"],
                levels=tuple(Level(**level) for level in said["levels"]),
            )
            for said in criteria
        ),
    )
