"""What `garrigue check` found, kept in the instance by the hash of what was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graders.assignments import AssignmentFile
from graders.notebooks.files import content_key
from graders.store import Store
from lms.domain.course import Assignment, Course

#: In the instance folder.
CHECKS = "checks"


def keep_record(
    instance: Path, assignment: AssignmentFile, record: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep what was found, for the trainers of a site that serves these very files."""
    key = content_key(
        _hash(assignment.notebook),
        {name: _hash(path) for name, path in assignment.files.items()},
    )
    _store(instance).put(key, {**record, "checked_at": now.isoformat()})


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found, and when.

    :param report: as `CheckReport.to_record` wrote it.
    """

    at: datetime
    report: Mapping[str, Any]


def find_record(instance: Path, course: Course, assignment: Assignment) -> Checked | None:
    """Return what was found of the assignment as it is served; None if nothing was."""
    try:
        key = content_key(
            course.files[assignment.notebook],
            {name: course.files[path] for name, path in assignment.room_files.items()},
        )
    except KeyError:
        return None
    found = _store(instance).get(key)
    if found is None:
        return None
    return Checked(at=datetime.fromisoformat(found["checked_at"]), report=found)


def _store(instance: Path) -> Store:
    return Store(instance / CHECKS)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
