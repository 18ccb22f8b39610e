"""What a regrade covers, where it stands, and where a contested result stands."""

from __future__ import annotations

from enum import StrEnum

from lms.domain.words import mark


class Scope(StrEnum):
    """Whose work a regrade runs again."""

    ALL = "all"
    FAILED = "failed"  # attempts that do not have all their points
    LEARNER = "learner"


class RegradeState(StrEnum):
    """Where a regrade stands; whether its runs are finished is told by its jobs."""

    OPEN = "open"
    APPLIED = "applied"
    DROPPED = "dropped"
    UNDONE = "undone"


class ContestState(StrEnum):
    """Where a contested result stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPLAINED = "explained"


SCOPE_LABELS = {
    Scope.ALL: mark("Toute la promotion"),
    Scope.FAILED: mark("Les rendus qui n’ont pas tous leurs points"),
    Scope.LEARNER: mark("Une seule personne"),
}

REGRADE_LABELS = {
    RegradeState.OPEN: mark("À décider"),
    RegradeState.APPLIED: mark("Appliquée"),
    RegradeState.DROPPED: mark("Abandonnée"),
    RegradeState.UNDONE: mark("Annulée après coup"),
}

CONTEST_LABELS = {
    ContestState.OPEN: mark("En attente de réponse"),
    ContestState.ACCEPTED: mark("Acceptée"),
    ContestState.EXPLAINED: mark("Résultat expliqué"),
}
