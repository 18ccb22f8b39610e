"""The versions of assignments: each is kept whole, so that it stays gradable for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.notebooks.cells import write_notebook
from graders.notebooks.exercises import Exercise, group_exercises
from graders.notebooks.release import release
from graders.notebooks.text import read_source, source_bytes
from lms.blobs import BlobStore
from lms.catalogue import Library
from lms.catalogue.publishing import ChangedMeanwhile
from lms.domain.course import Assignment, Course
from lms.models import AssignmentVersion


def sync(
    session: Session, blobs: BlobStore, library: Library, course: Course, *, now: datetime
) -> list[AssignmentVersion]:
    """Keep every assignment of a course as it stands now; return those that are new.

    What was kept before stays as it was.

    :raises ChangedMeanwhile: if a file no longer has the hash that the course knows.
    """
    rows = session.execute(
        select(AssignmentVersion.assignment_id, AssignmentVersion.content_hash).where(
            AssignmentVersion.course_slug == course.slug
        )
    )
    known = {(assignment_id, content_hash) for assignment_id, content_hash in rows}
    new = [
        _version(blobs, library, course, assignment, now)
        for assignment in course.assignments
        if (assignment.id, assignment.content_hash) not in known
    ]
    session.add_all(new)
    session.flush()
    return new


def _version(
    blobs: BlobStore, library: Library, course: Course, assignment: Assignment, now: datetime
) -> AssignmentVersion:
    path = assignment.notebook
    source = _read(library, course, path)
    notebook = read_source(source, path)
    return AssignmentVersion(
        course_slug=course.slug,
        assignment_id=assignment.id,
        content_hash=assignment.content_hash,
        title=assignment.title,
        notebook_hash=blobs.put(source_bytes(source, path)),
        released_hash=blobs.put(write_notebook(release(notebook))),
        exercises=[_exercise(found, assignment) for found in group_exercises(notebook)],
        files={
            name: blobs.put(_read(library, course, path))
            for name, path in assignment.room_files.items()
        },
        run=asdict(assignment.run),
        max_points=assignment.max_points,
        seen_at=now,
    )


def _read(library: Library, course: Course, path: PurePosixPath) -> bytes:
    data = library.read(course, path)
    if hashlib.sha256(data).hexdigest() != course.files[path]:
        raise ChangedMeanwhile(path)
    return data


def _exercise(exercise: Exercise, assignment: Assignment) -> Mapping[str, Any]:
    """Return an exercise as a version keeps it.

    An exercise that names no competence speaks for the assignment's when it has only one.
    """
    competence = exercise.competence
    if not competence and len(assignment.competences) == 1:
        competence = next(iter(assignment.competences))
    return {
        "id": exercise.id,
        "title": exercise.title,
        "points": exercise.max_points,
        "competence": competence,
        "level": exercise.level or assignment.competences.get(competence),
        "hints": list(exercise.hints),
    }
