"""The school whose addresses are asked for: its course, its people, and their work."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lms.catalogue.referentials import read_shelf
from lms.domain.access import Role
from lms.domain.draft_cells import Work
from lms.models import (
    Draft,
    DraftVersion,
    GradingRun,
    HelpMessage,
    Promotion,
    Question,
    Submission,
    User,
)
from lms.services import pulls, referentials, versions
from lms.services.draft_documents import packed_work
from lms.web.context import Site
from tests.access.marking_rows import prepare
from tests.access.people import NOW
from tests.factories import (
    make_membership,
    make_promotion,
    make_user,
    write_course,
    write_referential,
)
from tests.handing_in import answered

QUESTION = """
:::{admonition} Que vaut `2 + 2` ?
:class: quiz dropdown
Réponse : 4

> Deux et deux.
:::
"""


def write_courses(folder: Path) -> None:
    """Write the small course with questions, words and a due date, and what it follows."""
    lesson = write_course(folder) / "debut" / "lire.md"
    write_referentials(folder)
    terms = lesson.parents[1] / "glossaire.md"
    terms.write_text("# Mots\n\n:::{glossary}\nun\n: Le premier.\n:::\n", encoding="utf-8")
    settings = lesson.parents[1] / "course.yml"
    told = settings.read_text(encoding="utf-8").replace("[socle]", "[socle, autre]")
    told = told.replace(
        "title: Premier carnet", "title: Premier carnet\n        due: semaine-1"
    )
    settings.write_text(f"{told}glossary: glossaire.md\n", encoding="utf-8")
    lesson.write_text(lesson.read_text() + QUESTION)


def write_referentials(courses: Path) -> None:
    """One that stays as it is, and one with a version to change to."""
    socle = write_referential(courses)
    for version, name in (("1", "autre.yml"), ("0", "autre@0.yml")):
        text = socle.read_text(encoding="utf-8").replace("id: socle", "id: autre")
        text = text.replace('version: "1"', f'version: "{version}"').replace("S1", "A1")
        socle.with_name(name).write_text(text.replace("S2", "A2"), encoding="utf-8")


def populate(session: Session, site: Site) -> tuple[dict[str, User], dict[str, int], Promotion]:
    course = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, course, now=NOW)
    promotion = make_promotion(session, ends_on=date(2999, 1, 1))
    referentials.keep(session, read_shelf(site.config.courses), now=NOW)
    referentials.bind_missing(session, promotion.programme, course.referentials, now=NOW)
    pulls.set_remote(
        session, course.slug, url="https://forge.example/c", branch="main", folder="",
        salt="sel", now=NOW,
    )  # fmt: skip
    elsewhere = make_promotion(session, course_slug="autre-cours")
    ended = {"started_at": NOW - timedelta(days=9), "ended_at": NOW - timedelta(days=1)}
    parts = {
        "owner": make_membership(session, promotion=promotion),
        "former owner": make_membership(session, promotion=promotion, **ended),
        "fellow": make_membership(session, promotion=promotion),
        "stranger": make_membership(session, promotion=elsewhere),
        "trainer": make_membership(session, promotion=promotion, role=Role.TRAINER),
        "trainer elsewhere": make_membership(session, promotion=elsewhere, role=Role.TRAINER),
        "cohort manager": make_membership(
            session, promotion=promotion, role=Role.COHORT_MANAGER
        ),
        "tutor": make_membership(session, promotion=promotion, role=Role.TUTOR),
        "funder": make_membership(session, promotion=promotion, role=Role.FUNDER),
        "jury": make_membership(session, promotion=promotion, role=Role.JURY),
        "former trainer": make_membership(
            session, promotion=promotion, role=Role.TRAINER, **ended
        ),
        "inactive": make_membership(
            session, make_user(session, is_active=False), promotion, Role.TRAINER
        ),
    }
    people = {name: member.user for name, member in parts.items()}
    people["operator"] = make_user(session, is_operator=True)
    submissions = {
        name: submission_of(session, site, parts[name]).id for name in ("owner", "former owner")
    }
    for name in ("owner", "former owner", "fellow", "trainer"):
        draft = draft_of(people[name], session)
        session.add(draft)
        session.flush()
        if name in submissions:
            session.add(question_of(parts[name], draft, number=submissions[name]))
    prepare(session, promotion, people, submissions)
    return people, submissions, promotion


def submission_of(session: Session, site: Site, member: Any) -> Submission:
    """A graded submission of a member, with its blobs and its annotated notebook."""
    course = site.library.course("petit-cours")
    version = session.query(versions.AssignmentVersion).one()
    submission = Submission(
        learner=member.user,
        promotion_id=member.promotion_id,
        course_slug=course.slug,
        assignment_id=version.assignment_id,
        version=version,
        attempt=1,
        notebook_hash=site.blobs.put(answered() + b" " * member.id),
        size_bytes=1000,
        filename="carnet.ipynb",
        handed_in_at=NOW,
    )
    session.add(submission)
    session.flush()
    session.add(
        GradingRun(
            submission_id=submission.id,
            version_id=version.id,
            outcome="graded",
            points=4.0,
            max_points=4.0,
            is_forgeable=False,
            message="",
            feedback_hash=site.blobs.put(b"<p>Carnet</p>"),
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=NOW,
            finished_at=NOW,
        )
    )
    session.flush()
    return submission


def draft_of(user: User, session: Session) -> DraftVersion:
    """One saved version of a person's draft."""
    version = session.query(versions.AssignmentVersion).one()
    draft = Draft(
        learner_id=user.id,
        course_slug=version.course_slug,
        assignment_id=version.assignment_id,
        number=1,
    )
    content = packed_work(Work(answers={"double": "x = 1"}))
    return DraftVersion(
        draft=draft, number=1, version=version, content=content, size=1, saved_at=NOW
    )


def question_of(member: Any, draft: DraftVersion, *, number: int) -> Question:
    """A question of a member, with the draft."""
    message = HelpMessage(
        author=member.user, is_from_learner=True, text="Pourquoi ?", written_at=NOW
    )
    return Question(
        id=number,
        learner=member.user,
        promotion_id=member.promotion_id,
        course_slug="petit-cours",
        assignment_id="premier-carnet",
        title="Premier carnet",
        exercise_id="",
        exercise_title="",
        state="open",
        sharing="private",
        asked_at=NOW,
        changed_at=NOW,
        cell_source="x = 1",
        draft_version_id=draft.id,
        messages=[message],
    )
