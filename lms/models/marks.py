"""Marks by people: how an assignment is marked, each mark with its parts, and snippets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User
from lms.models.rubrics import RubricVersion
from lms.models.submissions import Submission


class MarkingPlan(Base):
    """How people mark one assignment in one promotion; without a row, all is off."""

    __tablename__ = "marking_plan"
    __table_args__ = (UniqueConstraint("promotion_id", "course_slug", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]

    #: Two people mark apart, then a third action reconciles them.
    is_double: Mapped[bool] = mapped_column(default=False)

    #: Names are hidden from markers until the mark is final.
    is_blind: Mapped[bool] = mapped_column(default=False)

    #: One of `lms.domain.peers.PeerMode`.
    peers: Mapped[str] = mapped_column(default="none")

    #: Whether peers fill the rubrics too.
    has_peer_rubric: Mapped[bool] = mapped_column(default=False)

    #: Whether the mean of the peers' rubrics gives the points, until a trainer's mark does.
    peers_give_points: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class ManualMark(Base):
    """One person's mark of one submission, from its draft on."""

    __tablename__ = "manual_mark"
    __table_args__ = (
        UniqueConstraint("submission_id", "slot"),
        Index("ix_manual_mark_counting", "submission_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))

    #: One of `lms.domain.manual_marks.Slot`: whose turn it is in the marking of the work.
    slot: Mapped[str]

    #: Whoever wrote last; None when it is the peers' mean, or once the account is gone.
    marker_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )

    #: One of `lms.domain.manual_marks.MarkState`.
    state: Mapped[str]

    #: Raised by each change: what was read at an older one is not written over a newer one.
    revision: Mapped[int] = mapped_column(default=1)

    #: On the whole work, for the learner.
    comment: Mapped[str] = mapped_column(default="")

    #: Of the reconciliation.
    reason: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    #: None while it is a draft.
    final_at: Mapped[datetime | None]

    marker: Mapped[User | None] = relationship()
    submission: Mapped[Submission] = relationship()
    parts: Mapped[list[ManualMarkPart]] = relationship(
        back_populates="mark", order_by="ManualMarkPart.id", cascade="all, delete-orphan"
    )


class ManualMarkPart(Base):
    """What a mark says of one exercise."""

    __tablename__ = "manual_mark_part"
    __table_args__ = (UniqueConstraint("mark_id", "exercise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark_id: Mapped[int] = mapped_column(ForeignKey("manual_mark.id", ondelete="CASCADE"))
    exercise_id: Mapped[str]

    #: None when points are given without a rubric.
    rubric_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("rubric_version.id"), index=True
    )

    #: Position of the chosen level, from 0, by criterion.
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)

    #: Out of `max_points`, the exercise's own; None leaves the automatic points.
    points: Mapped[float | None]
    max_points: Mapped[float]
    comment: Mapped[str] = mapped_column(default="")

    #: Text on a cell, by `lms.content.annotated_cells.AnnotatedCell.key`.
    cells: Mapped[dict[str, Any]] = mapped_column(default=dict)

    mark: Mapped[ManualMark] = relationship(back_populates="parts")
    rubric_version: Mapped[RubricVersion | None] = relationship()


class Snippet(Base):
    """A sentence that one marker keeps to write it again."""

    __tablename__ = "snippet"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    changed_at: Mapped[datetime]
