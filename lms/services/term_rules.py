"""The rules of a promotion and of its assignments: lateness, attempts, release of feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.course import Assignment
from lms.domain.late import LatePolicy
from lms.domain.terms import FeedbackRelease, Terms, TermSettings, terms
from lms.errors import Conflict, Invalid
from lms.models import AssignmentRules, AuditEvent, Submission, User
from lms.services import audit
from lms.services.planning import Planning, rederive
from lms.services.terms import settings_of

HOUR_S = 3600
MAX_GRACE_S = 60 * 24 * HOUR_S
MAX_ATTEMPTS = 1000

#: The promotion's own rules, which hold for every assignment that has none.
PROMOTION = ""


@dataclass(frozen=True, kw_only=True)
class RulesShown:
    """What holds for one assignment, and what of it is its own.

    :param terms: what holds for somebody without adjustment; its due date is not told here.
    """

    assignment: Assignment
    own: TermSettings
    terms: Terms


def rules_of(session: Session, planning: Planning, assignment_id: str) -> TermSettings:
    """Return what the promotion sets for an assignment, or by `PROMOTION` for all of them."""
    return settings_of(_row(session, planning, assignment_id))


def all_rules(session: Session, planning: Planning) -> tuple[RulesShown, ...]:
    """Return the rules of every assignment of the course, in its order."""
    rows = session.scalars(
        select(AssignmentRules).where(AssignmentRules.promotion_id == planning.promotion.id)
    )
    known = {row.assignment_id: settings_of(row) for row in rows}
    common = known.get(PROMOTION, TermSettings())
    return tuple(
        RulesShown(
            assignment=assignment,
            own=(own := known.get(assignment.id, TermSettings())),
            terms=terms(
                common_due_at=None,
                declared_attempts=assignment.attempts,
                levels=[own, common],
                allowances=[],
            ),
        )
        for assignment in planning.course.assignments
    )


def set_rules(
    session: Session, planning: Planning, assignment_id: str, wanted: TermSettings
) -> AuditEvent | None:
    """Set the rules of an assignment, or of the promotion; None when that changes nothing.

    Whether a trainer has released the feedback is kept as it is: see `release`.

    :raises Invalid: if a number cannot be used.
    """
    _refuse_unusable(wanted)
    row = _row(session, planning, assignment_id)
    before = settings_of(row)
    if (before.late, before.attempts, before.feedback) == (
        wanted.late,
        wanted.attempts,
        wanted.feedback,
    ):
        return None
    row = row or _new_row(session, planning, assignment_id)
    row.late_grace_s = wanted.late.grace_s if wanted.late else None
    row.late_loss_per_day = wanted.late.loss_per_day if wanted.late else None
    row.late_floor = wanted.late.floor if wanted.late else None
    row.attempts = wanted.attempts
    row.feedback = wanted.feedback.value if wanted.feedback else None
    session.flush()
    if before.late != wanted.late:
        ids = [assignment_id] if assignment_id else None
        rederive(session, planning, assignment_ids=ids, what="late-policy")
    return _note(
        session,
        planning,
        "rules.set",
        assignment_id,
        before=as_json(before),
        after=as_json(wanted),
    )


def release(session: Session, planning: Planning, assignment_id: str) -> AuditEvent:
    """Open the feedback of an assignment that waits for a trainer.

    :raises Conflict: if it is open already.
    """
    row = _row(session, planning, assignment_id) or _new_row(session, planning, assignment_id)
    if row.released_at is not None:
        raise Conflict("Les retours de cet exercice sont déjà ouverts.")
    row.released_at = planning.now
    session.flush()
    return _note(session, planning, "feedback.released", assignment_id)


def withhold(session: Session, planning: Planning, assignment_id: str) -> AuditEvent:
    """Close the feedback of an assignment again.

    :raises Conflict: if no trainer has opened it.
    """
    row = _row(session, planning, assignment_id)
    if row is None or row.released_at is None:
        raise Conflict("Les retours de cet exercice ne sont pas ouverts.")
    row.released_at = None
    session.flush()
    return _note(session, planning, "feedback.withheld", assignment_id)


def waiting_for_feedback(
    session: Session, planning: Planning, assignment_id: str
) -> list[tuple[User, int]]:
    """Return the learners who handed something in for an assignment, with the latest number."""
    rows = session.execute(
        select(User, func.max(Submission.id))
        .join(Submission, Submission.learner_id == User.id)
        .where(
            Submission.promotion_id == planning.promotion.id,
            Submission.assignment_id == assignment_id,
            User.is_active,
        )
        .group_by(User.id)
        .order_by(User.id)
    )
    return [(learner, submission_id) for learner, submission_id in rows]


def as_json(found: TermSettings) -> dict[str, Any]:
    """Return settings as an event keeps them."""
    late = found.late
    return {
        "late": [late.grace_s, late.loss_per_day, late.floor] if late else None,
        "attempts": found.attempts,
        "feedback": found.feedback.value if found.feedback else None,
    }


def from_json(told: Mapping[str, Any]) -> TermSettings:
    """Return the settings that an event kept."""
    late = told["late"]
    return TermSettings(
        late=LatePolicy(grace_s=late[0], loss_per_day=late[1], floor=late[2]) if late else None,
        attempts=told["attempts"],
        feedback=FeedbackRelease(told["feedback"]) if told["feedback"] else None,
    )


def _refuse_unusable(wanted: TermSettings) -> None:
    late = wanted.late
    if late is not None:
        if not 0 <= late.grace_s <= MAX_GRACE_S:
            raise Invalid("La tolérance va de 0 à %(most)s heures.", most=MAX_GRACE_S // HOUR_S)
        if not (0 <= late.loss_per_day <= 1 and 0 <= late.floor <= 1):
            raise Invalid("La perte par jour et le minimum gardé vont de 0 à 100 %.")
    if wanted.attempts is not None and not 0 <= wanted.attempts <= MAX_ATTEMPTS:
        raise Invalid("De 1 à %(most)s tentatives.", most=MAX_ATTEMPTS)


def _row(session: Session, planning: Planning, assignment_id: str) -> AssignmentRules | None:
    return session.scalar(
        select(AssignmentRules).where(
            AssignmentRules.promotion_id == planning.promotion.id,
            AssignmentRules.assignment_id == assignment_id,
        )
    )


def _new_row(session: Session, planning: Planning, assignment_id: str) -> AssignmentRules:
    row = AssignmentRules(promotion_id=planning.promotion.id, assignment_id=assignment_id)
    session.add(row)
    return row


def _note(
    session: Session, planning: Planning, action: str, assignment_id: str, **details: Any
) -> AuditEvent:
    return audit.record(
        session,
        action,
        f"assignment:{assignment_id}" if assignment_id else planning.subject,
        actor_id=planning.actor_id,
        now=planning.now,
        promotion_id=planning.promotion.id,
        assignment=assignment_id or None,
        **details,
    )
