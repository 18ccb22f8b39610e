"""What an error means, for the learner who has just met it."""

from __future__ import annotations

from collections.abc import Sequence

from graders.report import without_ansi
from lms.domain.explanations import explain


def explanation(name: str, value: str, traceback: Sequence[str]) -> str:
    """Return a sentence or two in French; empty when nothing is known of the error."""
    last = traceback[-1] if traceback else f"{name}: {value}"
    return explain(without_ansi(last))


def explanation_of(traceback: str) -> str:
    """Return the same for the error that a test's traceback ends with."""
    return explain(without_ansi(traceback))
