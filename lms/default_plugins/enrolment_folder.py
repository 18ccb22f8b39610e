"""Reads the lists of people that a school's own software leaves in the instance folder."""

from __future__ import annotations

from lms.config import Config
from lms.domain.roster import read_roster
from lms.hookspecs import Enrolment, hookimpl

FOLDER = "inscriptions"


@hookimpl
def enrolment_source(promotion: str, config: Config) -> Enrolment | None:
    """Return the list `inscriptions/<promotion>.csv` of the instance, where there is one."""
    path = config.instance / FOLDER / f"{promotion}.csv"
    if not path.is_file():
        return None
    return Enrolment(
        source=f"{FOLDER}/{path.name}", lines=tuple(read_roster(path.read_bytes()))
    )
