"""Referentials: the competences that a training aims at, and how far a learner is in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: What the levels 1 to 3 are called, in the words of every referential of the school.
LEVELS = ("imiter", "adapter", "transposer")


@dataclass(frozen=True, kw_only=True)
class Competence:
    """One competence, such as `S1`.

    :param code: unique among the referentials of a course.
    :param criteria: what shows that somebody has it.
    """

    code: str
    title: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Block:
    """Competences that are certified together."""

    id: str
    title: str
    competences: tuple[Competence, ...]


@dataclass(frozen=True, kw_only=True)
class Referential:
    """One version of a list of competences.

    :param source: address of the text that counts; empty for the school's own.
    :param note: what its readers have to know.
    :param is_observed: people alone see these competences: no run speaks for them.
    """

    id: str
    title: str
    version: str
    source: str = ""
    note: str = ""
    is_observed: bool = False
    blocks: tuple[Block, ...] = ()

    @property
    def competences(self) -> tuple[Competence, ...]:
        """All competences, in order."""
        return tuple(found for block in self.blocks for found in block.competences)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One exercise that was passed and speaks for a level.

    :param title: of the assignment that the exercise belongs to.
    :param submission_id: the hand-in in which it was passed.
    """

    level: int
    title: str
    submission_id: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The level that a person decided, and when."""

    level: int
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one learner is in one competence.

    :param proofs: the latest first.
    :param decision: the latest; None until somebody decides.
    """

    competence: Competence
    proofs: tuple[Proof, ...] = ()
    decision: Decision | None = None

    @property
    def proposed(self) -> int:
        """The highest level that a passed exercise speaks for; 0 for none.

        A proposal only: whoever decides looks at more than that.
        """
        return max((proof.level for proof in self.proofs), default=0)

    @property
    def is_begun(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.proofs) or self.decision is not None


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One referential as it stands for one learner: blocks with their competences."""

    referential: Referential
    blocks: tuple[tuple[Block, tuple[Standing, ...]], ...] = field(default=())

    @property
    def standings(self) -> Iterator[Standing]:
        """All competences of the referential."""
        return (standing for _, standings in self.blocks for standing in standings)

    @property
    def begun(self) -> int:
        """How many competences have evidence or a decision."""
        return sum(standing.is_begun for standing in self.standings)

    @property
    def decided(self) -> int:
        """How many competences have a level that a person decided."""
        return sum(standing.decision is not None for standing in self.standings)


def chapters_of(
    referentials: tuple[Referential, ...],
    proofs: Mapping[str, tuple[Proof, ...]],
    decisions: Mapping[str, Decision],
) -> tuple[Chapter, ...]:
    """Return the referentials with what speaks for each competence.

    :param proofs: by competence, the latest first.
    :param decisions: the latest, by competence.
    """

    def standing(found: Competence) -> Standing:
        return Standing(
            competence=found,
            proofs=proofs.get(found.code, ()),
            decision=decisions.get(found.code),
        )

    return tuple(
        Chapter(
            referential=referential,
            blocks=tuple(
                (block, tuple(standing(found) for found in block.competences))
                for block in referential.blocks
            ),
        )
        for referential in referentials
    )


def with_unnamed(
    referentials: tuple[Referential, ...], codes: frozenset[str], *, title: str
) -> tuple[Referential, ...]:
    """Return the referentials, then one of the codes that none of them names.

    :param codes: competences that the course aims at.
    :param title: of that last one.
    """
    known = {found.code for referential in referentials for found in referential.competences}
    unnamed = sorted(codes - known)
    if not unnamed:
        return referentials
    block = Block(
        id="",
        title="",
        competences=tuple(Competence(code=code, title=code) for code in unnamed),
    )
    return (*referentials, Referential(id="", title=title, version="", blocks=(block,)))
