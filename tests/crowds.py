"""A promotion of any size with its work, for what watches many people at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.models import (
    ExerciseResult,
    GradingRun,
    Membership,
    PageVisit,
    Promotion,
    Score,
    Submission,
    User,
    WorkTrace,
)
from lms.services import versions
from lms.web.context import Site
from tests.factories import (
    NOON,
    make_membership,
    make_promotion,
    make_submission,
    make_user,
    source_notebook,
)

NAMES = ("Ada", "Élise", "Fatou", "Grace", "Inès", "Kofi", "Léo", "Mai", "Noé", "Zoé")
COURSE = "grand-cours"


def write_large_course(folder: Path, assignments: int, modules: int = 4) -> None:
    """Write a course with that many assignments, spread over the modules."""
    course = folder / COURSE
    lines, pages = ["title: Grand cours", "modules:"], []
    for module in range(modules):
        lines += [f"  module-{module}:", f"    title: Module {module + 1}", "    assignments:"]
        for number in range(module, assignments, modules):
            path = f"module-{module}/exercice-{number}.ipynb"
            (course / path).parent.mkdir(parents=True, exist_ok=True)
            (course / path).write_text(json.dumps(source_notebook()), encoding="utf-8")
            lines += [f"      exercice-{number}:", f"        notebook: {path}"]
            lines += [f"        title: Nettoyer un fichier de données nº {number + 1}"]
            pages.append(path)
    (course / "course.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    toc = "".join(f"    - file: {path}\n" for path in pages)
    head = "version: 1\nproject:\n  title: Grand cours\n  toc:\n"
    (course / "myst.yml").write_text(head + toc, encoding="utf-8")


def open_crowd(session: Session, site: Site, learners: int) -> tuple[Promotion, User]:
    """Make a promotion whose learners did a part of each assignment, and its trainer."""
    course = site.library.course(COURSE)
    now = datetime.now(UTC)
    versions.sync(session, site.blobs, site.library, course, now=now)
    promotion = make_promotion(
        session,
        course_slug=COURSE,
        name="Castelnau 2026",
        starts_on=date(2020, 1, 1),
        ends_on=date(2999, 1, 1),
    )
    trainer = make_user(session, name="Camille Roux")
    make_membership(session, trainer, promotion, Role.TRAINER)
    by_id = {row.assignment_id: row for row in session.query(versions.AssignmentVersion)}
    for number in range(learners):
        name = f"{NAMES[number % len(NAMES)]} {chr(65 + number % 26)}arrigues"
        joined = now - timedelta(days=200)
        member = make_membership(
            session, make_user(session, name=name), promotion, started_at=joined
        )
        session.add(_visit(member.user, now - timedelta(days=number % 12)))
        for position, assignment in enumerate(course.assignments):
            if (number + position) % 7 < 6:
                at = now - timedelta(days=90 - position, hours=number)
                _work(session, member.user, promotion, by_id[assignment.id], at, number)
    session.commit()
    return promotion, trainer


def _visit(user: User, at: datetime) -> PageVisit:
    return PageVisit(
        user_id=user.id,
        course_slug=COURSE,
        module_id="module-0",
        page_slug="lire",
        first_seen_at=at,
        seen_at=at,
    )


def _work(
    session: Session,
    user: User,
    promotion: Promotion,
    version: versions.AssignmentVersion,
    at: datetime,
    number: int,
) -> None:
    """Two attempts: the first is to redo; the second is right for most people."""
    is_right = number % 5 != 0
    for attempt in (1, 2):
        points = 4.0 if attempt == 2 and is_right else 2.0
        submission = Submission(
            learner_id=user.id,
            promotion_id=promotion.id,
            course_slug=COURSE,
            assignment_id=version.assignment_id,
            version_id=version.id,
            attempt=attempt,
            notebook_hash=f"{user.id:032x}{attempt:032x}",
            size_bytes=1000,
            filename="carnet.ipynb",
            handed_in_at=at + timedelta(minutes=20 * attempt),
        )
        session.add(submission)
        session.flush()
        run = _run(submission, points)
        session.add(run)
    session.flush()
    session.add(
        Score(
            learner_id=user.id,
            promotion_id=promotion.id,
            course_slug=COURSE,
            assignment_id=version.assignment_id,
            points=points,
            max_points=4.0,
            run_id=run.id,
            derived_at=at,
        )
    )
    for minutes in range(0, 60, 5):
        session.add(
            WorkTrace(
                learner_id=user.id,
                course_slug=COURSE,
                assignment_id=version.assignment_id,
                at=at + timedelta(minutes=minutes),
            )
        )


def _run(submission: Submission, points: float) -> GradingRun:
    outcomes = ("passed", "passed" if points == 4 else "failed")
    return GradingRun(
        submission_id=submission.id,
        version_id=submission.version_id,
        outcome="graded",
        points=points,
        max_points=4.0,
        is_forgeable=False,
        message="",
        durations_ms={},
        engine_version="0",
        environment_digest="0",
        started_at=submission.handed_in_at,
        finished_at=submission.handed_in_at,
        exercises=[
            ExerciseResult(
                position=position,
                exercise_id=f"question-{position}",
                title=f"Question {position}",
                points=2.0 if outcome == "passed" else 0.0,
                max_points=2.0,
                outcome=outcome,
                is_forgeable=False,
                tests=[],
            )
            for position, outcome in enumerate(outcomes, 1)
        ],
    )


def graded(
    session: Session,
    member: Membership,
    *,
    attempt: int = 1,
    points: float = 2.5,
    at: datetime = NOON,
    tests: Iterable[Mapping[str, Any]] = (),
    errors: Iterable[Mapping[str, Any]] = (),
    **given: Any,
) -> tuple[Submission, GradingRun]:
    """A submission of one exercise of 4 points, with its run."""
    submission = make_submission(
        session, membership=member, attempt=attempt, handed_in_at=at, **given
    )
    run = GradingRun(
        submission_id=submission.id,
        version_id=submission.version_id,
        outcome="graded",
        points=points,
        max_points=4.0,
        is_forgeable=False,
        message="",
        durations_ms={},
        engine_version="0",
        environment_digest="0",
        started_at=at,
        finished_at=at,
        exercises=[
            ExerciseResult(
                position=1,
                exercise_id="double",
                title="Doubler",
                points=points,
                max_points=4.0,
                outcome="passed" if points == 4 else "failed",
                is_forgeable=False,
                tests=list(tests),
                errors=list(errors),
            )
        ],
    )
    session.add(run)
    session.flush()
    return submission, run


@contextmanager
def counted_queries(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
