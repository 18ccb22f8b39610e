"""Marks by people: whose turn one is, where it stands, and which of them counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.domain.words import mark


class Slot(StrEnum):
    """Which part a mark has in the marking of one work; a work has at most one in each."""

    ONLY = "only"
    FIRST = "first"  # double marking: the first of two who mark apart
    SECOND = "second"
    RECONCILED = "reconciled"  # what was decided once both were final
    PEERS = "peers"  # the mean of the peers' rubrics, where the trainer wants it to count


class MarkState(StrEnum):
    """Where a mark stands."""

    DRAFT = "draft"
    FINAL = "final"


#: The slots whose final mark counts, the strongest first. Of double marking the reconciled
#: mark alone does; a trainer's mark goes before the peers'.
COUNTING = (Slot.RECONCILED, Slot.ONLY, Slot.PEERS)


class QueueState(StrEnum):
    """What a work waits for, from the point of view of one reader."""

    TO_READ = "to-read"
    BEGUN = "begun"  # a draft to finish
    WITH_OTHERS = "with-others"  # this reader has done their part, another one has not
    TO_RECONCILE = "to-reconcile"
    READ = "read"

    @property
    def waits(self) -> bool:
        """Whether a person has something to do."""
        return self is not QueueState.READ


STATE_LABELS = {
    QueueState.TO_READ: mark("À lire"),
    QueueState.BEGUN: mark("Brouillon à finir"),
    QueueState.WITH_OTHERS: mark("Lu par vous"),
    QueueState.TO_RECONCILE: mark("À concilier"),
    QueueState.READ: mark("Lu"),
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """A mark as far as the order of marking is concerned."""

    marker_id: int | None
    is_final: bool


def slot_for(is_double: bool, held: Mapping[Slot, Held], reader_id: int) -> Slot | None:
    """Return the mark that this reader may write; None when others are at it.

    >>> first = {Slot.FIRST: Held(marker_id=1, is_final=True)}
    >>> slot_for(True, first, 1).value, slot_for(True, first, 2).value
    ('first', 'second')
    """
    if not is_double:
        return Slot.ONLY
    both = [held[slot] for slot in (Slot.FIRST, Slot.SECOND) if slot in held]
    if len(both) == 2 and all(found.is_final for found in both):
        return Slot.RECONCILED
    own = [slot for slot, found in held.items() if found.marker_id == reader_id]
    free = [slot for slot in (Slot.FIRST, Slot.SECOND) if slot not in held]
    return next(iter([*own, *free]), None)


def state_for(is_double: bool, held: Mapping[Slot, Held], reader_id: int) -> QueueState:
    """Return what the work waits for."""
    counting = held.get(Slot.RECONCILED if is_double else Slot.ONLY)
    slot = slot_for(is_double, held, reader_id)
    found = held.get(slot) if slot else None
    if counting and counting.is_final:
        return QueueState.READ
    if slot is Slot.RECONCILED:
        return QueueState.TO_RECONCILE
    if slot is None or (found and found.is_final):
        return QueueState.WITH_OTHERS
    return QueueState.BEGUN if found else QueueState.TO_READ


def shown_slots(is_double: bool, held: Mapping[Slot, Held], reader_id: int) -> frozenset[Slot]:
    """Return the marks that this reader may see.

    Of two who mark apart, neither sees the other's mark before both are final; whoever marks
    neither sees none of them until then.
    """
    if not is_double or slot_for(is_double, held, reader_id) is Slot.RECONCILED:
        return frozenset(held)
    return frozenset(
        slot
        for slot, found in held.items()
        if found.marker_id == reader_id or slot is Slot.RECONCILED
    )
