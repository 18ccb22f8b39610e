"""What trainers set for alerts and set aside, and the traces by which time is estimated."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


class AlertSetting(Base):
    """How one rule applies in one promotion, where it differs from the rule's defaults."""

    __tablename__ = "alert_setting"
    __table_args__ = (UniqueConstraint("promotion_id", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))

    #: `lms.domain.alerts.AlertRule.key`. Rules come from plugins, so this is no foreign key.
    rule: Mapped[str]
    is_on: Mapped[bool]

    #: Whole numbers, by the key of each threshold.
    thresholds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime]


class AlertAside(Base):
    """One alert about one learner that a trainer does not want to see until a date."""

    __tablename__ = "alert_aside"
    __table_args__ = (UniqueConstraint("promotion_id", "learner_id", "rule", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    rule: Mapped[str]

    #: `lms.domain.alerts.Alert.subject`.
    subject: Mapped[str]

    #: Why; the learner may read it.
    note: Mapped[str]

    #: The last day on which it stays aside.
    until: Mapped[date]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    set_at: Mapped[datetime]

    set_by: Mapped[User | None] = relationship(foreign_keys=[set_by_id])
    learner: Mapped[User] = relationship(foreign_keys=[learner_id])


class WorkTrace(Base):
    """One moment at which one person saved work on one assignment; drafts are thinned, not it.

    There is one for some minutes of work at most: it says when somebody worked, not how fast.
    """

    __tablename__ = "work_trace"
    __table_args__ = (
        Index("ix_work_trace_work", "course_slug", "learner_id", "assignment_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )

    #: Courses are files, so these are no foreign keys.
    course_slug: Mapped[str]
    assignment_id: Mapped[str]
    at: Mapped[datetime]
