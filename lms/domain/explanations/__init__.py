"""What Python's errors mean, for people who meet them for the first time."""

from __future__ import annotations

from lms.domain.explanations.finding import Explanation, explain, explain_traceback

__all__ = ["Explanation", "explain", "explain_traceback"]
