"""Grades with our engine, when no other plugin did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.hookspecs import hookimpl


@hookimpl
def grade(request: Any, engine: Callable[[Any], Any]) -> Any:
    """Return the engine's report."""
    return engine(request)
