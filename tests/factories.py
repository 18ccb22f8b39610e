"""Rows and course folders for tests: each names only what the test is about."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.models import (
    AssignmentVersion,
    Campus,
    Membership,
    Organisation,
    Programme,
    Promotion,
    Submission,
    User,
)
from lms.services import passwords

NOON = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)

#: Of everybody whom `make_user` makes.
PASSWORD = "quatre mots au hasard"

_numbers = itertools.count(1)


@cache
def _password_hash() -> str:
    return passwords.HASHER.hash(PASSWORD)


def make_user(session: Session, **given: Any) -> User:
    """A person who can sign in with `PASSWORD`."""
    number = next(_numbers)
    values = {
        "email": f"personne{number}@ecole.example",
        "name": f"Personne {number}",
        "password_hash": _password_hash(),
        "is_operator": False,
        "is_active": True,
        "created_at": datetime.now(UTC),
    }
    return _kept(session, User(**values | given))


def make_promotion(
    session: Session, *, course_slug: str = "petit-cours", **given: Any
) -> Promotion:
    """A promotion that follows the course, in a school of its own."""
    number = next(_numbers)
    school = Organisation(slug=f"ecole-{number}", name=f"École {number}")
    values = {
        "slug": f"promotion-{number}",
        "name": f"Promotion {number}",
        "programme": Programme(
            organisation=school, name="Développeur·se Data IA", course_slug=course_slug
        ),
        "campus": Campus(organisation=school, name="Castelnau"),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2028, 3, 31),
    }
    return _kept(session, Promotion(**values | given))


def make_membership(
    session: Session,
    user: User | None = None,
    promotion: Promotion | None = None,
    role: Role = Role.LEARNER,
    **given: Any,
) -> Membership:
    """A membership that began yesterday."""
    values = {
        "user": user or make_user(session),
        "promotion": promotion or make_promotion(session),
        "role": role.value,
        "started_at": datetime.now(UTC) - timedelta(days=1),
        "ended_at": None,
    }
    return _kept(session, Membership(**values | given))


def make_version(session: Session, **given: Any) -> AssignmentVersion:
    """An assignment as it stood at one content hash, without blobs."""
    number = next(_numbers)
    values = {
        "course_slug": "petit-cours",
        "assignment_id": "premier-carnet",
        "content_hash": f"{number:064x}",
        "title": "Premier carnet",
        "notebook_hash": f"{number:064x}",
        "released_hash": f"{number:064x}",
        "max_points": 4.0,
        "seen_at": datetime.now(UTC),
    }
    return _kept(session, AssignmentVersion(**values | given))


def make_submission(
    session: Session, *, membership: Membership | None = None, **given: Any
) -> Submission:
    """A submission of a member of a promotion, without blob."""
    number = next(_numbers)
    member = membership or make_membership(session)
    version = given.pop("version", None) or make_version(session)
    values = {
        "learner": member.user,
        "promotion_id": member.promotion_id,
        "course_slug": version.course_slug,
        "assignment_id": version.assignment_id,
        "version": version,
        "attempt": 1,
        "notebook_hash": f"{number:064x}",
        "size_bytes": 1000,
        "filename": "carnet.ipynb",
        "handed_in_at": datetime.now(UTC),
    }
    return _kept(session, Submission(**values | given))


def write_course(folder: Path, slug: str = "petit-cours") -> Path:
    """A whole small course: one module, one lesson, one assignment with its data."""
    course = folder / slug
    (course / "debut").mkdir(parents=True)
    (course / "data").mkdir()
    (course / "data" / "notes.csv").write_text("nom,note\nAda,18\n", encoding="utf-8")
    (course / "myst.yml").write_text(MYST, encoding="utf-8")
    (course / "course.yml").write_text(COURSE, encoding="utf-8")
    (course / "debut" / "lire.md").write_text("# Lire\n\nUne leçon.\n", encoding="utf-8")
    (course / "debut" / "premier.ipynb").write_text(
        json.dumps(source_notebook(), ensure_ascii=False), encoding="utf-8"
    )
    return course


def write_referential(courses: Path) -> Path:
    """A referential of two competences beside the small course, which follows it."""
    folder = courses / "referentiels"
    folder.mkdir()
    path = folder / "socle.yml"
    path.write_text(REFERENTIAL, encoding="utf-8")
    settings = courses / "petit-cours" / "course.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"referentials: [socle]\n{text}", encoding="utf-8")
    return path


REFERENTIAL = """\
id: socle
title: Socle
version: "1"
note: Le référentiel des tests.
blocks:
  un:
    title: Programmer
    assessment: Un entretien.
    competences:
      S1: {title: Programmer en Python, criteria: [le code s’exécute]}
      S2: {title: Versionner}
"""

MYST = """\
version: 1
project:
  title: Petit cours
  toc:
    - file: debut/lire.md
    - file: debut/premier.ipynb
"""

COURSE = """\
title: Petit cours
modules:
  debut:
    title: Début
    pages: [debut/lire.md]
    assignments:
      premier-carnet:
        notebook: debut/premier.ipynb
        title: Premier carnet
        data: [data/notes.csv]
"""


def source_notebook() -> dict[str, Any]:
    """An author's notebook with one exercise of 4 points, half of them hidden."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {
                "cell_type": "markdown",
                "id": "titre",
                "metadata": {},
                "source": "# Premier carnet\n\nDoublez un nombre.",
            },
            _code(
                "double",
                "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION",
                solution=True,
            ),
            _code("double-test", "assert double(2) == 4", points=2),
            _code(
                "double-cache",
                "### BEGIN HIDDEN TESTS\nassert double(-3) == -6\n### END HIDDEN TESTS",
                points=2,
            ),
        ],
    }


def _code(
    grade_id: str, source: str, *, solution: bool = False, points: float | None = None
) -> dict[str, Any]:
    marks: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": points is not None,
        "task": False,
    }
    if points is not None:
        marks["points"] = points
    return {
        "cell_type": "code",
        "id": grade_id,
        "metadata": {"nbgrader": marks},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
