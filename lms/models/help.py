"""Questions that learners ask about an exercise, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User
from lms.models.promotions import Promotion


class Question(Base):
    """One question of one learner, with the work that it is about."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_asked_about", "course_slug", "assignment_id", "promotion_id"),
        Index("ix_question_waiting", "promotion_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]

    #: Of the assignment, as it was called then.
    title: Mapped[str]

    #: `grade_id` of the exercise; empty when the question is about the whole assignment.
    exercise_id: Mapped[str]
    exercise_title: Mapped[str]

    #: One of `lms.domain.help.QuestionState`.
    state: Mapped[str]

    #: One of `lms.domain.help.Sharing`.
    sharing: Mapped[str]
    asked_at: Mapped[datetime]

    #: Moment of the last message.
    changed_at: Mapped[datetime]

    #: The cell as it stood, and its outputs; empty when none was attached.
    cell_source: Mapped[str]
    cell_outputs: Mapped[list[Any]] = mapped_column(default=list)

    #: The draft as it stood.
    draft_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("draft_version.id", ondelete="SET NULL"), index=True
    )

    #: The submission whose feedback was being read.
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="SET NULL"), index=True
    )

    learner: Mapped[User] = relationship()
    promotion: Mapped[Promotion] = relationship()
    messages: Mapped[list[HelpMessage]] = relationship(
        back_populates="question", order_by="HelpMessage.id"
    )


class HelpMessage(Base):
    """One message of a question's thread; the first one is the question."""

    __tablename__ = "help_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), index=True
    )

    #: None once the account is gone.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    is_from_learner: Mapped[bool]

    #: Markdown.
    text: Mapped[str]
    written_at: Mapped[datetime]

    author: Mapped[User | None] = relationship()
    question: Mapped[Question] = relationship(back_populates="messages")
