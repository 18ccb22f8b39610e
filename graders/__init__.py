"""Grades Jupyter notebooks in rooms that learners' code cannot leave.

from graders import GradeRequest, grade

report = grade(GradeRequest(assignment=source, submission=handed_in))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graders.engine import Engine as Engine
    from graders.engine import grade as grade
    from graders.protocol import GradeRequest as GradeRequest
    from graders.protocol import Limits as Limits
    from graders.protocol import Report as Report

_HOMES = {
    "Engine": "graders.engine",
    "grade": "graders.engine",
    "GradeRequest": "graders.protocol",
    "Limits": "graders.protocol",
    "Report": "graders.protocol",
}


def __getattr__(name: str) -> Any:
    """Load the engine when it is first asked for: reading a notebook needs no sandbox."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
