"""What the worker makes of the checker's answer, believing its form no more than it must."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graders.comparison import Comparison, comparison_from_json

MAX_TEXT = 4000


class VerdictOutcome(StrEnum):
    """What became of one test cell."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    SYSTEM_ERROR = "system-error"  # our fault or the author's, never the learner's


@dataclass(frozen=True, kw_only=True)
class CellVerdict:
    """What one test cell is worth, and what to tell the learner."""

    outcome: VerdictOutcome
    points: float = 0.0
    message: str = ""
    traceback: str = ""
    comparison: Comparison | None = None
    duration_ms: float = 0.0


def read_answer(
    answer: Mapping[str, Any], max_points: float, *, is_hidden: bool
) -> CellVerdict:
    """Return the verdict for the checker's answer; what is not understood is no pass."""
    failed = VerdictOutcome.FAILED
    match answer["event"]:
        case "verdict":
            return _from_share(answer, max_points, is_hidden=is_hidden)
        case "slow":
            return CellVerdict(outcome=failed, message=_told(SLOW, is_hidden=is_hidden))
        case "unreachable":
            return CellVerdict(outcome=failed, message=_told(UNREACHABLE, is_hidden=is_hidden))
        case "deadly":
            return CellVerdict(outcome=failed, message=_told(DEADLY, is_hidden=is_hidden))
        case "unusable":
            return CellVerdict(outcome=VerdictOutcome.SYSTEM_ERROR, message=UNUSABLE)
    return CellVerdict(outcome=VerdictOutcome.SYSTEM_ERROR, message=LOST)


def _from_share(
    answer: Mapping[str, Any], max_points: float, *, is_hidden: bool
) -> CellVerdict:
    share = answer.get("share")
    if type(share) is not float or math.isnan(share) or not 0 <= share <= 1:
        return CellVerdict(outcome=VerdictOutcome.SYSTEM_ERROR, message=LOST)
    outcome = VerdictOutcome.PARTIAL
    if share in (0, 1):
        outcome = VerdictOutcome.PASSED if share else VerdictOutcome.FAILED
    return CellVerdict(
        outcome=outcome,
        points=share * max_points,
        message=_told(str(answer.get("message", ""))[:MAX_TEXT], is_hidden=is_hidden),
        traceback=_told(str(answer.get("traceback", ""))[:MAX_TEXT], is_hidden=is_hidden),
        comparison=None if is_hidden else comparison_from_json(answer.get("comparison")),
    )


def _told(message: str, *, is_hidden: bool) -> str:
    return "" if is_hidden else message


SLOW = "Le test a dépassé le temps permis\u00a0: cherchez une boucle qui ne se termine pas."
UNREACHABLE = "Votre programme n’a pas répondu au test\u00a0: il s’est arrêté ou il est bloqué."
DEADLY = "Le test s’est arrêté sur ce que votre code a rendu\u00a0: est-ce trop grand\u202f?"
UNUSABLE = "Ce test ne peut pas être lu\u00a0: prévenez votre formateur."
LOST = "La correction s’est interrompue de notre côté\u00a0: elle sera refaite."
