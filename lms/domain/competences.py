"""How far a learner is in each competence: what runs speak for, and what people decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from lms.domain.referentials import (
    Block,
    Competence,
    CompetenceKey,
    Origin,
    Origins,
    Referential,
)

#: What the levels 1 to 3 are called, in the words of every referential of the school.
LEVELS = ("imiter", "adapter", "transposer")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One exercise that was passed and speaks for a level.

    :param title: of the assignment that the exercise belongs to.
    :param exercise: its own title; empty in the oldest runs.
    :param submission_id: the hand-in in which it was passed.
    :param is_forgeable: its tests ran in the learner's kernel: no proof by themselves.
    :param origin: the older competence that it was named for, if any.
    """

    level: int
    title: str
    submission_id: int
    at: datetime
    exercise: str = ""
    points: float | None = None
    max_points: float | None = None
    is_forgeable: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a person saw, in their words."""

    id: int
    text: str
    on: date
    by: str
    by_id: int
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A decision that was taken back: by whom, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The level that a person decided.

    :param on: the day from which it holds, as that person says.
    :param at: when it was written down.
    :param withdrawal: None while it stands.
    :param origin: the older competence for which it was decided, if any.
    """

    level: int
    by: str
    at: datetime
    reason: str
    on: date
    id: int = 0
    by_id: int = 0
    withdrawal: Withdrawal | None = None
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """All that is written down of one learner, under the names of its time.

    :param proofs: by competence, the latest first.
    :param decisions: by competence, in the order in which they were written down.
    :param observations: by competence, the latest first.
    """

    proofs: Mapping[CompetenceKey, tuple[Proof, ...]] = field(default_factory=dict)
    decisions: Mapping[CompetenceKey, tuple[Decision, ...]] = field(default_factory=dict)
    observations: Mapping[CompetenceKey, tuple[Observation, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one learner is in one competence.

    :param proofs: the latest first.
    :param decision: the one that holds; None until somebody decides.
    :param history: the decisions that do not hold any more, the latest first.
    """

    competence: Competence
    proofs: tuple[Proof, ...] = ()
    observations: tuple[Observation, ...] = ()
    decision: Decision | None = None
    history: tuple[Decision, ...] = ()

    @property
    def proposed(self) -> int:
        """The highest level that a passed exercise speaks for; 0 for none.

        A proposal only: whoever decides looks at more than that.
        """
        return max((proof.level for proof in self.proofs), default=0)

    @property
    def is_begun(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.evidence) or self.decision is not None

    @property
    def evidence(self) -> int:
        """How many proofs and observations there are."""
        return len(self.proofs) + len(self.observations)


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
    referentials: tuple[Referential, ...], dossier: Dossier, origins: Origins
) -> tuple[Chapter, ...]:
    """Return the referentials with what speaks for each competence, taken over or not."""

    def standing(key: CompetenceKey, competence: Competence) -> Standing:
        decision = effective(key, dossier, origins)
        return Standing(
            competence=competence,
            proofs=tuple(_proofs(key, dossier, origins)),
            observations=tuple(_observations(key, dossier, origins)),
            decision=decision,
            history=tuple(
                each for each in reversed(dossier.decisions.get(key, ())) if each != decision
            ),
        )

    return tuple(
        Chapter(
            referential=referential,
            blocks=tuple(
                (
                    block,
                    tuple(
                        standing(referential.key(found.code), found)
                        for found in block.competences
                    ),
                )
                for block in referential.blocks
            ),
        )
        for referential in referentials
    )


def effective(
    key: CompetenceKey,
    dossier: Dossier,
    origins: Origins,
    passed: frozenset[CompetenceKey] = frozenset(),
) -> Decision | None:
    """Return the decision that holds for a competence.

    The last one that was not withdrawn. Without any, that of the older competences which
    lead to it: only when all of them are decided, and then the lowest of their levels.

    :param passed: competences on the way here, so that a circle ends.
    """
    standing = [each for each in dossier.decisions.get(key, ()) if each.withdrawal is None]
    if standing:
        return standing[-1]
    older = [
        (origin, effective(origin.key, dossier, origins, passed | {key}))
        for origin in origins.get(key, ())
        if origin.key not in passed | {key}
    ]
    taken = [
        replace(decision, origin=decision.origin or origin)
        for origin, decision in older
        if decision is not None
    ]
    if not taken or len(taken) < len(older):
        return None
    return min(taken, key=lambda each: (each.level, -each.at.timestamp()))


def _proofs(key: CompetenceKey, dossier: Dossier, origins: Origins) -> Iterator[Proof]:
    yield from dossier.proofs.get(key, ())
    for origin in _all_origins(key, origins, frozenset({key})):
        for proof in dossier.proofs.get(origin.key, ()):
            yield replace(proof, origin=origin)


def _observations(
    key: CompetenceKey, dossier: Dossier, origins: Origins
) -> Iterator[Observation]:
    yield from dossier.observations.get(key, ())
    for origin in _all_origins(key, origins, frozenset({key})):
        for observation in dossier.observations.get(origin.key, ()):
            yield replace(observation, origin=origin)


def _all_origins(
    key: CompetenceKey, origins: Origins, passed: frozenset[CompetenceKey]
) -> Iterator[Origin]:
    """Yield the older competences that lead to one, and those that lead to them."""
    for origin in origins.get(key, ()):
        if origin.key not in passed:
            yield origin
            yield from _all_origins(origin.key, origins, passed | {origin.key})
