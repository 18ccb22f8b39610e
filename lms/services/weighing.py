"""How a promotion weighs its scores: what trainers type, kept with who changed it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.domain.gradebook import (
    MAX_CATEGORIES,
    MAX_WEIGHT,
    NAME_LENGTH,
    Category,
    ItemWeight,
    Missing,
    Weights,
)
from lms.domain.words import mark
from lms.errors import Invalid, Several
from lms.models import Gradebook, Promotion
from lms.services import audit

OF_CATEGORY = mark(
    "Le coefficient de la catégorie « %(name)s » est un nombre entre 0 et %(most)s, tel que "
    "« 2 » ou « 0,5 » ; « %(typed)s » a été lu."
)
OF_COLUMN = mark(
    "Le coefficient de « %(name)s » est un nombre entre 0 et %(most)s, tel que « 2 » ou "
    "« 0,5 » ; « %(typed)s » a été lu."
)


@dataclass(frozen=True, kw_only=True)
class TypedWeights:
    """What a trainer typed, as it was typed.

    :param categories: name and weight of each line.
    :param items: category and weight by column.
    :param titles: what people call the columns.
    """

    categories: Sequence[tuple[str, str]]
    items: Mapping[str, tuple[str, str]]
    missing: str
    titles: Mapping[str, str] = field(default_factory=dict)


def read_weights(session: Session, promotion: Promotion) -> Weights:
    """Return how a promotion weighs its scores."""
    row = session.get(Gradebook, promotion.id)
    if row is None:
        return Weights()
    return Weights(
        categories=tuple(Category(**each) for each in row.categories),
        items={key: ItemWeight(**each) for key, each in row.items.items()},
        missing=Missing(row.missing),
    )


def save_weights(
    session: Session,
    promotion: Promotion,
    typed: TypedWeights,
    *,
    actor_id: int,
    now: datetime,
) -> Weights:
    """Keep how a promotion weighs its scores, and note how it did before.

    :raises Several: with all that cannot be used.
    """
    wanted = _understood(typed)
    before = read_weights(session, promotion)
    if wanted == before:
        return wanted
    row = session.get(Gradebook, promotion.id) or Gradebook(promotion_id=promotion.id)
    row.categories = [vars(category) for category in wanted.categories]
    row.items = {key: vars(item) for key, item in wanted.items.items()}
    row.missing = wanted.missing.value
    row.changed_at = now
    session.add(row)
    audit.record(
        session,
        "score.weights-changed",
        f"promotion:{promotion.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=promotion.id,
        before=_told(before),
        after=_told(wanted),
    )
    return wanted


def read_number(text: str) -> float | None:
    """Return a number as people write it, with a comma or a point; None when it is none.

    >>> read_number(" 12,5 "), read_number("1e3"), read_number("-1"), read_number("nan")
    (12.5, None, -1.0, None)
    """
    plain = text.strip().replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".")
    if not plain.removeprefix("-").replace(".", "", 1).isdecimal():
        return None
    found = float(plain)
    return found if math.isfinite(found) else None


def _understood(typed: TypedWeights) -> Weights:
    problems: list[Invalid] = []
    categories: list[Category] = []
    for name, weight in typed.categories:
        name = " ".join(name.split())
        if name:
            name = name[:NAME_LENGTH]
            value = _weight(weight, OF_CATEGORY, name, problems)
            categories.append(Category(name=name, weight=value))
    names = [category.name for category in categories]
    if len(set(names)) < len(names):
        problems.append(
            Invalid("Deux catégories portent le même nom : donnez-leur des noms différents.")
        )
    if len(names) > MAX_CATEGORIES:
        problems.append(
            Invalid("Il y a plus de %(most)s catégories : réunissez-en.", most=MAX_CATEGORIES)
        )
    items = {
        key: ItemWeight(
            category=category if category in names else "",
            weight=_weight(weight, OF_COLUMN, typed.titles.get(key, key), problems),
        )
        for key, (category, weight) in typed.items.items()
    }
    if problems:
        raise Several(problems)
    missing = Missing.ZERO if typed.missing == Missing.ZERO else Missing.IGNORED
    plain = {key: item for key, item in items.items() if item != ItemWeight()}
    return Weights(categories=tuple(categories), items=plain, missing=missing)


def _weight(text: str, sentence: str, name: str, problems: list[Invalid]) -> float:
    found = read_number(text or "1")
    if found is None or not 0 <= found <= MAX_WEIGHT:
        typed = text[:20]
        problems.append(Invalid(sentence, name=name, most=f"{MAX_WEIGHT:g}", typed=typed))
        return 1.0
    return found


def _told(weights: Weights) -> str:
    told: dict[str, Any] = {
        "categories": [vars(category) for category in weights.categories],
        "items": {key: vars(item) for key, item in weights.items.items()},
        "missing": weights.missing.value,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)
