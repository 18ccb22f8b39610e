"""A promotion whose works wait for a person: an exercise with tests, one without."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.content.notebooks import annotated
from lms.domain.access import Role
from lms.domain.rubrics import Criterion, Grid, Level, RubricKind
from lms.models import (
    ExerciseResult,
    GradingRun,
    Promotion,
    RubricVersion,
    Submission,
    User,
)
from lms.services import marking_queue, rubrics, sign_in, versions
from lms.services.marking_plans import Plan, choose_rubrics, keep, place_in
from lms.web.context import EXTENSION, Site
from tests.factories import make_membership, make_promotion, make_user, source_notebook
from tests.lms.conftest import Browser, new_browser

NOW = datetime.now(UTC)
ASSIGNMENT = "premier-carnet"
ESSAY = "La moyenne cache les écarts : la médiane dit mieux ce que gagne la moitié des gens."

GRID = Grid(
    kind=RubricKind.POINTS,
    criteria=(
        Criterion(
            title="Justesse",
            text="Ce qui est dit est-il vrai ?",
            levels=(
                Level(title="À revoir", text="Une idée fausse est à reprendre.", value=0),
                Level(title="Presque", text="L’idée y est, un point manque.", value=1),
                Level(title="Juste", text="Tout ce qui est dit est vrai.", value=2),
            ),
        ),
        Criterion(
            title="Clarté",
            levels=(
                Level(title="Confus", value=0),
                Level(title="Clair", text="On comprend à la première lecture.", value=1),
            ),
        ),
    ),
)


def course_with_essay(folder: Path) -> None:
    """Add an exercise that a person marks to the small course's notebook."""
    body = source_notebook()
    body["cells"] += [
        {
            "cell_type": "markdown",
            "id": "consigne",
            "metadata": {},
            "source": "## Moyenne ou médiane ?",
        },
        essay_cell("Une réponse."),
    ]
    path = folder / "petit-cours" / "debut" / "premier.ipynb"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def essay_cell(source: str) -> dict[str, Any]:
    """The cell that a person marks, out of 6 points."""
    marks = {
        "schema_version": 3,
        "grade_id": "essai",
        "grade": True,
        "solution": True,
        "locked": False,
        "task": False,
        "points": 6,
    }
    return {
        "cell_type": "markdown",
        "id": "essai",
        "metadata": {"nbgrader": marks},
        "source": source,
    }


def handed_in(essay: str = ESSAY) -> bytes:
    """A learner's notebook, as it ran."""
    body = source_notebook()
    body["cells"][1]["source"] = "def double(x):\n    return 2 * x\n\nprint(double(21))"
    body["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
    del body["cells"][3]  # hidden tests, of which a run keeps nothing
    body["cells"] += [
        {"cell_type": "markdown", "metadata": {}, "source": "## Moyenne ou médiane ?"},
        essay_cell(essay),
    ]
    return json.dumps(body, ensure_ascii=False).encode()


@cache
def _annotated(essay: str) -> bytes:
    return annotated(handed_in(essay)).encode()


def make_work(
    session: Session, site: Site, learner: User, promotion: Promotion, **given: Any
) -> Submission:
    """A graded work: the first exercise passed, the second one left for a person."""
    essay, hours = given.pop("essay", ESSAY), given.pop("hours_ago", 1)
    version = session.query(versions.AssignmentVersion).one()
    submission = Submission(
        learner_id=learner.id,
        promotion_id=promotion.id,
        course_slug=version.course_slug,
        assignment_id=version.assignment_id,
        version=version,
        attempt=given.pop("attempt", 1),
        notebook_hash=site.blobs.put(handed_in(essay)),
        size_bytes=1000,
        filename=f"{learner.name}.ipynb",
        handed_in_at=NOW - timedelta(hours=hours),
    )
    session.add(submission)
    session.flush()
    session.add(
        GradingRun(
            submission_id=submission.id,
            version_id=version.id,
            outcome="graded",
            points=4.0,
            max_points=10.0,
            is_forgeable=False,
            message="",
            feedback_hash=site.blobs.put(_annotated(essay)),
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=NOW,
            finished_at=NOW,
            exercises=[
                _result(1, "double", "Doubler un nombre", 4.0, 4.0, "passed"),
                _result(2, "essai", "Moyenne ou médiane ?", 0.0, 6.0, "manual"),
            ],
        )
    )
    session.flush()
    return submission


def _result(
    position: int, key: str, title: str, points: float, max_points: float, outcome: str
) -> ExerciseResult:
    name = f"{key}-test" if outcome == "passed" else key
    test = {
        "id": name,
        "points": points,
        "max_points": max_points,
        "outcome": outcome,
        "is_hidden": False,
        "is_forgeable": False,
        "source": "assert double(2) == 4",
        "message": "",
        "traceback": "",
        "comparison": None,
    }
    return ExerciseResult(
        position=position,
        exercise_id=key,
        title=title,
        points=points,
        max_points=max_points,
        outcome=outcome,
        is_forgeable=False,
        tests=[test],
        errors=[],
        answer="",
    )


@dataclass(frozen=True, kw_only=True)
class MarkingSchool:
    """A promotion with two trainers, a cohort manager, and three learners who handed in."""

    site: Site
    promotion: Promotion
    people: dict[str, User]
    browsers: dict[str, Browser]
    works: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Browser:
        return self.browsers[name]

    @property
    def queue(self) -> str:
        """Address of the queue."""
        return f"/promotions/{self.promotion.slug}/a-lire/"

    def address(self, person: str) -> str:
        """Address at which a learner's work is read."""
        with self.site.sessions() as session:
            promotion = session.get_one(Promotion, self.promotion.id)
            found = marking_queue.queue(
                session, promotion, reader_id=0, key=self.site.config.secret_key
            )
        one = next(each for each in found if each.submission_id == self.works[person])
        return f"{self.queue}{ASSIGNMENT}/{one.number}/"

    def plan(self, **chosen: Any) -> None:
        """Decide how the assignment is marked."""
        with self.site.sessions.begin() as session:
            promotion = session.get_one(Promotion, self.promotion.id)
            keep(
                session,
                place_in(promotion, ASSIGNMENT),
                Plan(**chosen),
                actor_id=self.people["trainer"].id,
                now=NOW,
            )

    def rubric(self, exercise_id: str = "essai", grid: Grid = GRID) -> RubricVersion:
        """Write a rubric and choose it for an exercise."""
        with self.site.sessions.begin() as session:
            promotion = session.get_one(Promotion, self.promotion.id)
            school = promotion.programme.organisation_id
            actor_id = self.people["trainer"].id
            made = rubrics.make(session, school, "Écrire", grid, actor_id=actor_id, now=NOW)
            choose_rubrics(
                session,
                place_in(promotion, ASSIGNMENT),
                school,
                {exercise_id: made.versions[-1].id},
                actor_id=actor_id,
                now=NOW,
            )
        return made.versions[-1]

    def mark(self, person: str, of: str, **fields: Any) -> TestResponse:
        """Save a reading: the fields of the page as a browser sends them."""
        page = self.address(of)
        return self.browsers[person].submit(page, **{"action": "enregistrer"} | fields)


def open_marking_school(app: Flask) -> MarkingSchool:
    """Make the promotion, its people, each signed in, and their works."""
    site: Site = app.extensions[EXTENSION]
    with site.sessions.begin() as session:
        course = site.library.course("petit-cours")
        versions.sync(session, site.blobs, site.library, course, now=NOW)
        promotion = make_promotion(session, name="Castelnau 2026")
        names = {
            "camille": ("Camille Fabre", Role.LEARNER),
            "sami": ("Sami Benali", Role.LEARNER),
            "nadia": ("Nadia Ortiz", Role.LEARNER),
            "trainer": ("Inès Roumégas", Role.TRAINER),
            "second": ("Paul Vidal", Role.TRAINER),
            "third": ("Lou Causse", Role.TRAINER),
            "manager": ("Odile Serre", Role.COHORT_MANAGER),
        }
        people = {}
        for key, (name, role) in names.items():
            people[key] = make_user(session, name=name)
            make_membership(session, people[key], promotion, role)
        works = {
            key: make_work(session, site, people[key], promotion, hours_ago=hours).id
            for key, hours in (("camille", 30), ("sami", 20), ("nadia", 10))
        }
    browsers = {key: _browser(app, site, user) for key, user in people.items()}
    return MarkingSchool(
        site=site, promotion=promotion, people=people, browsers=browsers, works=works
    )


def _browser(app: Flask, site: Site, user: User) -> Browser:
    """A browser in which that person is signed in, without the time that a password takes."""
    client = new_browser(app)
    with site.sessions.begin() as session:
        token = sign_in.begin(session, session.get_one(User, user.id), now=datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client
