"""What `garrigue check` found, kept in the instance by the hash of what was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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


def find_record(
    instance: Path, course: Course, assignment: Assignment
) -> dict[str, Any] | None:
    """Return what was found of the assignment as it is served; None when it never was checked.

    Besides what `CheckReport.to_record` writes it has `checked_at`, a moment in ISO form.
    """
    try:
        key = content_key(
            course.files[assignment.notebook],
            {name: course.files[path] for name, path in assignment.room_files.items()},
        )
    except KeyError:
        return None
    return _store(instance).get(key)


def _store(instance: Path) -> Store:
    return Store(instance / CHECKS)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
