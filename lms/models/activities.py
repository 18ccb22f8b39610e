"""What people answered to the questions of lessons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base


class ActivityAttempt(Base):
    """One time that one person answered the questions of one page.

    A person's first, best and latest attempts at a page are kept; those between are not.
    """

    __tablename__ = "activity_attempt"
    __table_args__ = (
        Index(
            "ix_activity_attempt_person_page",
            "user_id",
            "course_slug",
            "module_id",
            "page_slug",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    #: Courses are files, so these are no foreign keys.
    course_slug: Mapped[str] = mapped_column(index=True)
    module_id: Mapped[str]
    page_slug: Mapped[str]

    #: What marked it, such as `quiz`.
    kind: Mapped[str]

    #: 1 for the person's first attempt at this page.
    number: Mapped[int]
    points: Mapped[float]
    max_points: Mapped[float]
    answered_at: Mapped[datetime]

    answers: Mapped[list[ActivityAnswer]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )


class ActivityAnswer(Base):
    """One person's answer to one question, in one attempt."""

    __tablename__ = "activity_answer"
    __table_args__ = (UniqueConstraint("attempt_id", "item_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("activity_attempt.id", ondelete="CASCADE")
    )

    #: `lms.domain.activities.Item.key`.
    item_key: Mapped[str]

    #: Keys of choices, or one text; empty when the question was left out.
    given: Mapped[list[Any]]

    #: Share of the question's point, 0 to 1.
    share: Mapped[float]
