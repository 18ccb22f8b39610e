"""What the matrix of a promotion shows: parts to choose from, and the columns of each."""

from __future__ import annotations

from dataclasses import dataclass

from lms.domain.referentials import Block, Competence, CompetenceKey, Referential

#: The choice of everything.
ALL = "tout"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A block, a whole referential or all of them, as a filter names it.

    :param referential: None for all of them.
    :param block: None for a whole referential.
    """

    referential: Referential | None = None
    block: Block | None = None

    @property
    def value(self) -> str:
        """Its name in addresses."""
        if self.referential is None:
            return ALL
        return f"{self.referential.id}:{self.block.id}" if self.block else self.referential.id


@dataclass(frozen=True, kw_only=True)
class Column:
    """One competence of the matrix."""

    key: CompetenceKey
    competence: Competence
    referential: Referential
    block: Block


def parts_of(referentials: tuple[Referential, ...]) -> tuple[Part, ...]:
    """Return what can be chosen: each block, each referential that has several, then all."""
    parts: list[Part] = []
    for referential in referentials:
        parts.extend(Part(referential=referential, block=block) for block in referential.blocks)
        if len(referential.blocks) > 1:
            parts.append(Part(referential=referential))
    if len(parts) > 1:
        parts.append(Part())
    return tuple(parts)


def chosen(parts: tuple[Part, ...], value: str) -> Part:
    """Return the part of that name; the first one when there is none."""
    return next((part for part in parts if part.value == value), parts[0] if parts else Part())


def columns_of(referentials: tuple[Referential, ...], part: Part) -> tuple[Column, ...]:
    """Return the competences of a part, in order."""
    return tuple(
        Column(
            key=referential.key(competence.code),
            competence=competence,
            referential=referential,
            block=block,
        )
        for referential in referentials
        if part.referential in (None, referential)
        for block in referential.blocks
        if part.block in (None, block)
        for competence in block.competences
    )


def part_with(referentials: tuple[Referential, ...], key: CompetenceKey) -> Part:
    """Return the block that has a competence; the first part when none has."""
    blocks = (
        Part(referential=referential, block=block)
        for referential in referentials
        if referential.edition == key.edition
        for block in referential.blocks
        if key.code in {competence.code for competence in block.competences}
    )
    return next(blocks, chosen(parts_of(referentials), ""))
