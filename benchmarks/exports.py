"""How long a gradebook of 1,000 learners and 60 assignments takes to leave, and its memory.

    python -m benchmarks.exports [--learners 1000] [--assignments 60]

A real SQLite file, the services and the writers of the site. Each form is written by a
process of its own; its memory is the most that the process held, less what it held once
everything was imported and the database open.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import insert

from lms.database import open_engine, session_factory
from lms.default_plugins.sheets import write_csv, write_xlsx
from lms.domain.course import Assignment, Course, Module
from lms.migrations import upgrade
from lms.models import Membership, Score, User
from lms.services import exports
from lms.services.exports import Words
from lms.services.promotions import find_promotion
from tests.factories import make_promotion

NOW = datetime.now(UTC)
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
WORDS = Words(language="fr", name="Nom", email="Adresse électronique", total="Total")


def course_of(assignments: int) -> Course:
    """Return a course with that many assignments."""
    made = tuple(
        Assignment(
            id=f"exercice-{number}",
            title=f"Exercice {number}",
            module_id="debut",
            notebook=PurePosixPath(f"{number}.ipynb"),
            content_hash="0",
            max_points=4.0,
        )
        for number in range(assignments)
    )
    module = Module(id="debut", title="Début", assignments=made)
    return Course(slug="grand-cours", title="Grand cours", content_hash="0", modules=(module,))


def fill(path: Path, learners: int, assignments: int) -> str:
    """Write the school, and return the promotion's name in addresses."""
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with session_factory(engine).begin() as session:
        promotion = make_promotion(session, course_slug="grand-cours")
        ids = range(1, learners + 1)
        people = [
            {"id": i, "email": f"p{i}@ecole.example", "name": f"Personne {i}"}
            | {"is_operator": False, "is_active": True, "created_at": NOW}
            for i in ids
        ]
        session.execute(insert(User), people)
        here = {"promotion_id": promotion.id}
        roles = [here | {"user_id": i, "role": "apprenant", "started_at": NOW} for i in ids]
        session.execute(insert(Membership), roles)
        for i in ids:
            rows = [
                here
                | {"learner_id": i, "course_slug": "grand-cours", "derived_at": NOW}
                | {"assignment_id": f"exercice-{number}", "max_points": 4.0}
                | {"points": (i * number % 9) / 2, "steps": []}
                for number in range(assignments)
            ]
            session.execute(insert(Score), rows)
        slug = promotion.slug
    engine.dispose()
    return slug


def write(path: str, slug: str, form: str, assignments: int) -> None:
    """Write one form, and print what it took as JSON."""
    engine = open_engine(f"sqlite:///{path}")
    with session_factory(engine)() as session:
        promotion = find_promotion(session, slug)
        held_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        sheet = exports.sheet_of(
            session,
            promotion,
            course_of(assignments),
            WORDS,
            reader_id=0,
            now=datetime.now(UTC),
        )
        size = sum(map(len, WRITERS[form](sheet)))
        told = {
            "bytes": size,
            "wall_s": time.perf_counter() - wall_s,
            "cpu_s": time.process_time() - cpu_s,
            "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held_kib) / 1024,
        }
    print(json.dumps(told))


def main() -> None:
    """Measure both forms, and print what was measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--learners", type=int, default=1000)
    options.add_argument("--assignments", type=int, default=60)
    options.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.write:
        write(*given.write, given.assignments)
        return
    print(f"{given.learners} learners, {given.assignments} assignments, SQLite")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "garrigue.db"
        slug = fill(path, given.learners, given.assignments)
        for form in WRITERS:
            command = [sys.executable, "-m", "benchmarks.exports", "--write", str(path), slug]
            command += [form, "--assignments", str(given.assignments)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            print(
                f"{form:<5} {told['wall_s']:5.2f} s of wall time, {told['cpu_s']:5.2f} s of "
                f"processor time, {told['bytes'] / 1e6:5.2f} MB written, "
                f"at most {told['mib']:5.1f} MiB more memory"
            )


if __name__ == "__main__":
    main()
