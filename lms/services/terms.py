"""On which terms learners work: due dates, lateness, attempts, feedback, adjustments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course
from lms.domain.late import LatePolicy
from lms.domain.terms import Allowance, FeedbackRelease, Terms, TermSettings, terms
from lms.models import Adjustment, AssignmentRules, GroupMember, Promotion, PromotionDate

__all__ = ["FeedbackRelease", "Terms", "all_terms", "settings_of", "terms_for", "terms_of"]


def terms_of(
    session: Session, promotion: Promotion, learner_id: int, assignment: Assignment
) -> Terms:
    """Return what holds for one learner of a promotion and one assignment of its course."""
    found = _found(session, promotion, [learner_id])
    return found.terms_of(learner_id, assignment)


def all_terms(
    session: Session, promotion: Promotion, course: Course, learner_ids: Collection[int]
) -> Mapping[tuple[int, str], Terms]:
    """Return what holds for these learners, by learner and assignment, in four queries."""
    found = _found(session, promotion, learner_ids)
    return {
        (learner_id, assignment.id): found.terms_of(learner_id, assignment)
        for learner_id in learner_ids
        for assignment in course.assignments
    }


def terms_for(
    session: Session, promotion: Promotion, assignment: Assignment, learner_ids: Collection[int]
) -> Mapping[int, Terms]:
    """Return what holds for these learners and one assignment, in four queries."""
    found = _found(session, promotion, learner_ids)
    return {learner_id: found.terms_of(learner_id, assignment) for learner_id in learner_ids}


def settings_of(row: AssignmentRules | None) -> TermSettings:
    """Return what one row of rules says; nothing when there is no row."""
    if row is None:
        return TermSettings()
    late = None
    if row.late_loss_per_day is not None:
        late = LatePolicy(
            grace_s=row.late_grace_s or 0,
            loss_per_day=row.late_loss_per_day,
            floor=row.late_floor or 0.0,
        )
    return TermSettings(
        late=late,
        attempts=row.attempts,
        feedback=FeedbackRelease(row.feedback) if row.feedback else None,
        released_at=row.released_at,
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """All that the tables say of one promotion and some of its learners."""

    dates: Mapping[str, PromotionDate]
    rules: Mapping[str, AssignmentRules]
    adjustments: Sequence[Adjustment]
    groups: frozenset[tuple[int, int]]

    def terms_of(self, learner_id: int, assignment: Assignment) -> Terms:
        date = self.dates.get(assignment.due) if assignment.due else None
        return terms(
            common_due_at=date.at if date else None,
            declared_attempts=assignment.attempts,
            levels=[settings_of(self.rules.get(name)) for name in (assignment.id, "")],
            allowances=[
                _allowance(row)
                for row in self.adjustments
                if row.assignment_id in (None, assignment.id) and self._is_for(row, learner_id)
            ],
        )

    def _is_for(self, row: Adjustment, learner_id: int) -> bool:
        if row.group_id is not None:
            return (row.group_id, learner_id) in self.groups
        return row.learner_id == learner_id


def _found(session: Session, promotion: Promotion, learner_ids: Collection[int]) -> _Found:
    dates = session.scalars(
        select(PromotionDate).where(PromotionDate.promotion_id == promotion.id)
    )
    rules = session.scalars(
        select(AssignmentRules).where(AssignmentRules.promotion_id == promotion.id)
    )
    adjustments = session.scalars(
        select(Adjustment)
        .where(
            Adjustment.promotion_id == promotion.id,
            Adjustment.revoked_at.is_(None),
            or_(Adjustment.group_id.is_not(None), Adjustment.learner_id.in_(learner_ids)),
        )
        .order_by(Adjustment.id)
    ).all()
    group_ids = {row.group_id for row in adjustments if row.group_id is not None}
    groups = session.execute(
        select(GroupMember.group_id, GroupMember.learner_id).where(
            GroupMember.group_id.in_(group_ids)
        )
    )
    return _Found(
        dates={row.symbol: row for row in dates},
        rules={row.assignment_id: row for row in rules},
        adjustments=adjustments,
        groups=frozenset((group_id, learner_id) for group_id, learner_id in groups),
    )


def _allowance(row: Adjustment) -> Allowance:
    return Allowance(
        due_at=row.due_at,
        extra_days=row.extra_days,
        extra_attempts=row.extra_attempts,
        reason=row.reason,
        zone=row.zone,
    )
