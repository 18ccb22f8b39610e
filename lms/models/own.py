"""What people keep for themselves alone: notes on lessons, a weekly goal, days of study."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.models.base import Base


class Note(Base):
    """One person's own notes on one lesson: read by nobody else."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("user_id", "course_slug", "module_id", "page_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    #: Courses are files, so these are no foreign keys.
    course_slug: Mapped[str]
    module_id: Mapped[str]
    page_slug: Mapped[str]
    text: Mapped[str]

    #: One more with each change: a save that began from an older one is not taken silently.
    revision: Mapped[int]
    updated_at: Mapped[datetime]


class WeeklyGoal(Base):
    """What one person wants to do each week: set, changed and removed by that person alone."""

    __tablename__ = "weekly_goal"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )

    #: One of `lms.domain.goals.GoalKind`.
    kind: Mapped[str]
    target: Mapped[int]
    set_at: Mapped[datetime]


class StudyDay(Base):
    """One day on which a person who counts days opened a lesson; gone with the goal."""

    __tablename__ = "study_day"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
