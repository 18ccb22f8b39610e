"""Brings the referentials that stand as YAML files beside the courses."""

from __future__ import annotations

from pathlib import Path

from lms.catalogue.referentials import read_shelf
from lms.domain.referentials import Shelf
from lms.hookspecs import hookimpl


@hookimpl
def referentials(courses: Path) -> Shelf:
    """Return what `referentiels/` holds; a file with an error is left out."""
    return read_shelf(courses)
