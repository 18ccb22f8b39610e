"""A learner's competences: what runs speak for, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.competences import (
    Chapter,
    Decision,
    Proof,
    Referential,
    chapters_of,
    with_unnamed,
)
from lms.domain.course import Assignment, Course
from lms.models import (
    AssignmentVersion,
    Evidence,
    GradingRun,
    LevelDecision,
    Submission,
    User,
)


def chapters(
    session: Session, learner_id: int, course: Course, referentials: tuple[Referential, ...]
) -> tuple[Chapter, ...]:
    """Return the course's referentials as they stand for a learner; nothing is decided here."""
    aimed = {code for assignment in course.assignments for code in assignment.competences}
    named = with_unnamed(referentials, frozenset(aimed), title="Autres compétences du cours")
    return chapters_of(
        named, _proofs(session, learner_id, course), _decisions(session, learner_id)
    )


def chances(course: Course) -> dict[str, tuple[tuple[Assignment, int], ...]]:
    """Return where each competence is worked on, with the level aimed at, in course order."""
    found: dict[str, list[tuple[Assignment, int]]] = {}
    for assignment in course.assignments:
        for code, level in assignment.competences.items():
            found.setdefault(code, []).append((assignment, level))
    return {code: tuple(places) for code, places in found.items()}


def _proofs(session: Session, learner_id: int, course: Course) -> dict[str, tuple[Proof, ...]]:
    """Return one proof an assignment and level for each competence, the latest first."""
    rows = session.execute(
        select(Evidence, AssignmentVersion.title, Submission.id, Submission.assignment_id)
        .join(GradingRun, Evidence.run_id == GradingRun.id)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .join(AssignmentVersion, GradingRun.version_id == AssignmentVersion.id)
        .where(
            Evidence.learner_id == learner_id,
            Submission.course_slug == course.slug,
            GradingRun.is_counting,
        )
        .order_by(Evidence.competence, Evidence.proposed_at.desc(), Evidence.id.desc())
    ).all()
    return {
        code: _one_an_assignment(found)
        for code, found in groupby(rows, lambda row: row[0].competence)
    }


def _one_an_assignment(rows: Iterable[tuple[Evidence, str, int, str]]) -> tuple[Proof, ...]:
    kept: dict[tuple[str, int], Proof] = {}
    for evidence, title, submission_id, assignment_id in rows:
        kept.setdefault(
            (assignment_id, evidence.level),
            Proof(
                level=evidence.level,
                title=title,
                submission_id=submission_id,
                at=evidence.proposed_at,
            ),
        )
    return tuple(kept.values())


def _decisions(session: Session, learner_id: int) -> dict[str, Decision]:
    rows = session.execute(
        select(LevelDecision, User.name)
        .join(User, LevelDecision.decided_by_id == User.id)
        .where(LevelDecision.learner_id == learner_id)
        .order_by(LevelDecision.decided_at, LevelDecision.id)
    )
    return {
        found.competence: Decision(
            level=found.level, by=name, at=found.decided_at, reason=found.reason
        )
        for found, name in rows
    }
