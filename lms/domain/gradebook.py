"""How the scores of one learner become a total: weights, categories, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lms.domain.words import mark

MAX_WEIGHT = 1000.0
MAX_CATEGORIES = 20
NAME_LENGTH = 60

#: What a column that was never on the platform is called in the tables.
OUTSIDE = "outside:"


class Missing(StrEnum):
    """What an assignment counts for which a learner has no score."""

    IGNORED = "ignored"
    ZERO = "zero"  # once the learner's due date has passed


MISSING_LABELS = {
    Missing.IGNORED: mark("Ne compte pas"),
    Missing.ZERO: mark("Compte pour 0 dès que la date limite de la personne est passée"),
}


@dataclass(frozen=True, kw_only=True)
class Category:
    """Some assignments that are weighed together."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ItemWeight:
    """How one column counts: within its category, or among those that have none."""

    category: str = ""
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How one promotion weighs its scores; by default all alike."""

    categories: tuple[Category, ...] = ()
    items: Mapping[str, ItemWeight] = field(default_factory=dict)
    missing: Missing = Missing.IGNORED

    def of(self, assignment_id: str) -> ItemWeight:
        """Return the weight of one column; 1 without category when nothing was set."""
        return self.items.get(assignment_id, ItemWeight())


def total(shares: Mapping[str, float], weights: Weights) -> float | None:
    """Return the share of everything that counts, 0 to 1; None when nothing counts yet.

    Each category is the mean of its columns by their weights; the total is the mean of the
    categories by theirs. Columns without category form one of weight 1. What has no share,
    or the weight 0, is left out, and the others carry the whole.

    :param shares: share of its points, 0 to 1, by column.

    >>> two = Weights(categories=(Category(name="Projets", weight=3.0),),
    ...               items={"chef-d-oeuvre": ItemWeight(category="Projets")})
    >>> total({"carnet": 0.5, "chef-d-oeuvre": 1.0}, two)
    0.875
    >>> total({}, two) is None
    True
    """
    groups: dict[str, list[tuple[float, float]]] = {}
    known = {category.name: category.weight for category in weights.categories}
    for assignment_id, share in shares.items():
        item = weights.of(assignment_id)
        name = item.category if item.category in known else ""
        groups.setdefault(name, []).append((share, item.weight))
    means = [
        (mean, known.get(name, 1.0))
        for name, pairs in groups.items()
        if (mean := _mean(pairs)) is not None
    ]
    return _mean(means)


def _mean(pairs: Sequence[tuple[float, float]]) -> float | None:
    whole = sum(weight for _share, weight in pairs)
    if not whole:
        return None
    return sum(share * weight for share, weight in pairs) / whole
