"""Scores with their reasons, what people decided about them, and marks from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.grading import GradingRun
from lms.models.people import User


class Score(Base):
    """What one learner has for one assignment, derived from its inputs, with the reason."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("learner_id", "course_slug", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    course_slug: Mapped[str]

    #: Of the course, or `outside:…` for what was never on the platform.
    assignment_id: Mapped[str]
    points: Mapped[float]
    max_points: Mapped[float]

    #: How the points came about, in order: `lms.domain.scores.Step`, one object a step.
    steps: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    #: The run that counts; None when the score comes from people alone.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"))
    derived_at: Mapped[datetime]

    learner: Mapped[User] = relationship()
    run: Mapped[GradingRun | None] = relationship()


class ScoreOverride(Base):
    """One decision of one person that a score is so much, whatever was derived before."""

    __tablename__ = "score_override"
    __table_args__ = (
        Index("ix_score_override_of", "course_slug", "assignment_id", "learner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    course_slug: Mapped[str]
    assignment_id: Mapped[str]
    points: Mapped[float]
    max_points: Mapped[float]

    #: Said to the learner too.
    reason: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    set_at: Mapped[datetime]

    #: When it was taken back or followed by another one; None while it holds.
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    set_by: Mapped[User | None] = relationship(foreign_keys=[set_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])


class OutsideImport(Base):
    """One file of marks from outside that one person brought into one promotion."""

    __tablename__ = "outside_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    filename: Mapped[str]
    imported_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    imported_at: Mapped[datetime]

    #: When it was undone; its marks count no longer.
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    imported_by: Mapped[User | None] = relationship(foreign_keys=[imported_by_id])


class OutsideMark(Base):
    """One learner's mark in one file from outside."""

    __tablename__ = "outside_mark"
    __table_args__ = (UniqueConstraint("import_id", "learner_id", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("outside_import.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    course_slug: Mapped[str]

    #: Of the course, or `outside:…`.
    assignment_id: Mapped[str]

    #: As the file's column is called.
    title: Mapped[str]
    points: Mapped[float]
    max_points: Mapped[float]

    source: Mapped[OutsideImport] = relationship()


class Gradebook(Base):
    """How one promotion weighs its scores into a total."""

    __tablename__ = "gradebook"

    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), primary_key=True
    )

    #: `[{"name": "Projets", "weight": 2.0}, …]`, in order.
    categories: Mapped[list[Any]] = mapped_column(default=list)

    #: Category and weight by assignment: `{"jointures": {"category": "Projets", "weight": 1}}`.
    items: Mapped[dict[str, Any]] = mapped_column(default=dict)

    #: One of `lms.domain.gradebook.Missing`.
    missing: Mapped[str]
    changed_at: Mapped[datetime]
