"""Regrades of handed-in work with newer tests, and results that learners contest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User
from lms.models.promotions import Promotion
from lms.models.submissions import AssignmentVersion, Submission


class Regrade(Base):
    """One run of a promotion's work against other tests, and what was decided about it."""

    __tablename__ = "regrade"
    __table_args__ = (Index("ix_regrade_of", "promotion_id", "course_slug", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]

    #: The tests that run.
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_version.id"))

    #: One of `lms.domain.regrades.Scope`.
    scope: Mapped[str]

    #: Whose work, when the scope is one learner.
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    #: Whether a run that gives less than the one before is left out.
    never_lower: Mapped[bool]

    #: Whether learners whose score changes are told by mail.
    notify: Mapped[bool]

    #: One of `lms.domain.regrades.RegradeState`.
    state: Mapped[str]
    started_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    started_at: Mapped[datetime]

    #: Applied, dropped or undone: the latest of these.
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    decided_at: Mapped[datetime | None]

    promotion: Mapped[Promotion] = relationship()
    version: Mapped[AssignmentVersion] = relationship()
    learner: Mapped[User | None] = relationship(foreign_keys=[learner_id])
    started_by: Mapped[User | None] = relationship(foreign_keys=[started_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class Contest(Base):
    """One learner's text against the result of one submission, and the answer to it."""

    __tablename__ = "contest"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )

    #: Empty when it is about the whole.
    exercise_id: Mapped[str]
    text: Mapped[str]

    #: One of `lms.domain.regrades.ContestState`.
    state: Mapped[str]
    made_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    answered_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()
    answered_by: Mapped[User | None] = relationship()
