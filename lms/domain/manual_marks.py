"""Marks by people: whose turn one is, where it stands, and which of them counts."""

from __future__ import annotations

from enum import StrEnum


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
