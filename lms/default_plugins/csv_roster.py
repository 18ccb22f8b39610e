"""Reads lists of people in CSV, whatever the file is called."""

from __future__ import annotations

from collections.abc import Sequence

from lms.domain import roster
from lms.domain.roster import RosterLine
from lms.hookspecs import hookimpl


@hookimpl
def read_roster(content: bytes) -> Sequence[RosterLine]:
    """Return the lines of the list."""
    return roster.read_roster(content)
