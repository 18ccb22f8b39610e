"""What is added to a result: comments of trainers, and the hints that learners asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


class Comment(Base):
    """What a trainer wrote about a submission, or about one exercise of it."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )

    #: Empty when it is about the whole submission.
    exercise_id: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    #: Plain text, with line ends.
    text: Mapped[str]
    written_at: Mapped[datetime]

    author: Mapped[User] = relationship()


class HintView(Base):
    """One hint that a learner asked to see; it costs no points."""

    __tablename__ = "hint_view"
    __table_args__ = (
        UniqueConstraint(
            "learner_id", "course_slug", "assignment_id", "exercise_id", "position"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]
    exercise_id: Mapped[str]

    #: 1 for the exercise's first hint.
    position: Mapped[int]
    seen_at: Mapped[datetime]
