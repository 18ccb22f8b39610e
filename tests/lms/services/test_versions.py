"""Every form of an assignment is kept whole, once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.blobs import BlobStore
from lms.catalogue import Library
from lms.catalogue.publishing import ChangedMeanwhile
from lms.models import AssignmentVersion
from lms.services import versions
from tests.factories import NOON, source_notebook, write_course


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """A folder with one course, beside that of the site."""
    folder = tmp_path / "authors"
    write_course(folder)
    return folder


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def sync(session: Session, blobs: BlobStore, courses: Path) -> list[AssignmentVersion]:
    library = Library(courses)
    course = library.course("petit-cours")
    return versions.sync(session, blobs, library, course, now=NOON)


def test_a_version_holds_all_that_grading_needs(
    session: Session, blobs: BlobStore, courses: Path
) -> None:
    (version,) = sync(session, blobs, courses)

    source = (courses / "petit-cours" / "debut" / "premier.ipynb").read_bytes()
    assert blobs.get(version.notebook_hash) == source
    assert version.max_points == 4.0
    assert version.seen_at == NOON
    assert version.run == {"wall_s": 120, "cpu_s": 60, "memory_mib": 1024}
    assert blobs.get(version.files["data/notes.csv"]) == b"nom,note\nAda,18\n"
    assert [exercise["id"] for exercise in version.exercises] == ["double"]
    assert version.exercises[0]["points"] == 4.0


def test_what_learners_get_holds_no_solution_and_no_hidden_test(
    session: Session, blobs: BlobStore, courses: Path
) -> None:
    (version,) = sync(session, blobs, courses)

    released = blobs.get(version.released_hash).decode()
    assert "return 2 * x" not in released
    assert "double(-3)" not in released
    assert "double(2) == 4" in released


def test_the_same_form_is_kept_once(session: Session, blobs: BlobStore, courses: Path) -> None:
    sync(session, blobs, courses)

    assert sync(session, blobs, courses) == []
    assert len(session.scalars(select(AssignmentVersion)).all()) == 1


def test_an_edited_assignment_leaves_the_version_before_gradable(
    session: Session, blobs: BlobStore, courses: Path
) -> None:
    (before,) = sync(session, blobs, courses)
    notebook = source_notebook()
    notebook["cells"][2]["source"] = "assert double(5) == 10"
    path = courses / "petit-cours" / "debut" / "premier.ipynb"
    path.write_text(json.dumps(notebook))
    (courses / "petit-cours" / "data" / "notes.csv").write_text("nom\n")

    (after,) = sync(session, blobs, courses)

    assert after.content_hash != before.content_hash
    assert b"double(2) == 4" in blobs.get(before.notebook_hash)
    assert blobs.get(before.files["data/notes.csv"]) == b"nom,note\nAda,18\n"
    assert b"double(5) == 10" in blobs.get(after.notebook_hash)


def test_returning_to_an_earlier_form_makes_no_new_version(
    session: Session, blobs: BlobStore, courses: Path
) -> None:
    path = courses / "petit-cours" / "data" / "notes.csv"
    first = path.read_text()
    sync(session, blobs, courses)
    path.write_text("nom\n")
    sync(session, blobs, courses)
    path.write_text(first)

    assert sync(session, blobs, courses) == []


@pytest.mark.parametrize(
    ("said", "competence", "level"),
    [
        ({}, "C3", 2),
        ({"competence": "S1", "level": 3}, "S1", 3),
        ({"competence": "C3"}, "C3", 2),
        ({"competence": "S1"}, "S1", None),
    ],
)
def test_an_exercise_speaks_for_its_competence_or_the_assignment_s(
    session: Session,
    blobs: BlobStore,
    courses: Path,
    said: dict[str, object],
    competence: str,
    level: int | None,
) -> None:
    course = courses / "petit-cours"
    declared = (course / "course.yml").read_text(encoding="utf-8")
    (course / "course.yml").write_text(
        declared + "        competences: {C3: adapter}\n", encoding="utf-8"
    )
    notebook = source_notebook()
    notebook["cells"][1]["metadata"]["garrigue"] = {"exercise": said}
    (course / "debut" / "premier.ipynb").write_text(json.dumps(notebook))

    (version,) = sync(session, blobs, courses)

    (exercise,) = version.exercises
    assert (exercise["competence"], exercise["level"]) == (competence, level)


def test_a_file_that_changes_meanwhile_stops_it(
    session: Session, blobs: BlobStore, courses: Path
) -> None:
    library = Library(courses)
    course = library.course("petit-cours")
    (courses / "petit-cours" / "data" / "notes.csv").write_text("nom\n")

    with pytest.raises(ChangedMeanwhile):
        versions.sync(session, blobs, library, course, now=NOON + timedelta(days=1))
