"""What a promotion sets for itself: closures, groups, adjustments, rules of its assignments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


class Closure(Base):
    """One time in which a promotion's school is closed, both days included."""

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    first_on: Mapped[date]
    last_on: Mapped[date]

    #: Why, as people read it: « Congés de fin d’année ».
    label: Mapped[str]


class Group(Base):
    """One named part of a promotion's learners."""

    __tablename__ = "learner_group"
    __table_args__ = (UniqueConstraint("promotion_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    name: Mapped[str]


class GroupMember(Base):
    """One learner in one group; a learner may be in several."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_id", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("learner_group.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )

    group: Mapped[Group] = relationship()
    learner: Mapped[User] = relationship()


class Adjustment(Base):
    """More time or more attempts, for one learner or one group, until it is revoked."""

    __tablename__ = "adjustment"
    __table_args__ = (Index("ix_adjustment_in_force", "promotion_id", "revoked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))

    #: Either a learner or a group, never both.
    learner_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("learner_group.id", ondelete="CASCADE"), index=True
    )

    #: None for every assignment of the promotion's course.
    assignment_id: Mapped[str | None]

    #: A due date of its own; otherwise `extra_days` after the common one.
    due_at: Mapped[datetime | None]
    extra_days: Mapped[int] = mapped_column(default=0)

    #: Whose calendar the days are counted by, such as `Europe/Paris`.
    zone: Mapped[str] = mapped_column(default="Europe/Paris")
    extra_attempts: Mapped[int] = mapped_column(default=0)

    #: For staff and for the learner; never a diagnosis.
    reason: Mapped[str]
    granted_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    granted_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    revoked_at: Mapped[datetime | None]

    learner: Mapped[User | None] = relationship(foreign_keys=[learner_id])
    group: Mapped[Group | None] = relationship()


class AssignmentRules(Base):
    """What a promotion sets for all its assignments, or for one; None leaves it as it is above.

    The row without assignment is the promotion's; above it is what the course declares.
    """

    __tablename__ = "assignment_rules"
    __table_args__ = (UniqueConstraint("promotion_id", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))

    #: Empty for the promotion's own rules.
    assignment_id: Mapped[str] = mapped_column(default="")

    #: The three parts of a `lms.domain.late.LatePolicy`: all of them, or none.
    late_grace_s: Mapped[int | None]
    late_loss_per_day: Mapped[float | None]
    late_floor: Mapped[float | None]

    #: 0 is unlimited.
    attempts: Mapped[int | None]

    #: One of `lms.domain.terms.FeedbackRelease`.
    feedback: Mapped[str | None]

    #: Since when a trainer has opened feedback that waits for one.
    released_at: Mapped[datetime | None]
