"""What an error means, for the learner who has just met it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from graders.comparison import Comparison
from graders.report import without_ansi
from lms.domain.explanations import Explanation, explain, explain_traceback
from lms.services.told import compared


def explanation(name: str, value: str, traceback: Sequence[str], *, language: str) -> str:
    """Return a few sentences; empty when nothing is known of the error."""
    told = "\n".join(without_ansi(part) for part in traceback)
    found = explain(name, without_ansi(value), told, language=language)
    return _in_words(found)


def explanation_of(traceback: str, *, language: str) -> str:
    """Return the same for the error that a test's traceback ends with."""
    return _in_words(explain_traceback(without_ansi(traceback), language=language))


def comparison_of(told: Comparison | None) -> dict[str, Any] | None:
    """Return what a test compared as a page shows it; None when it compared nothing."""
    if told is None:
        return None
    found = compared(told)
    return told.to_json() | {
        "remark": found.remark.value if found.remark else "",
        "lines": [asdict(line) for line in found.lines],
    }


def _in_words(found: Explanation | None) -> str:
    return f"{found.says} {found.means} {found.tries}" if found else ""
