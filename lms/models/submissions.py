"""What learners hand in, and the versions of assignments that it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User
from lms.models.promotions import Promotion


class AssignmentVersion(Base):
    """One assignment as it stood at one content hash, kept so that it stays gradable."""

    __tablename__ = "assignment_version"
    __table_args__ = (UniqueConstraint("course_slug", "assignment_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_slug: Mapped[str]
    assignment_id: Mapped[str]

    #: SHA-256 over the notebook, its data files and its settings.
    content_hash: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]

    #: Blob of the author's source notebook.
    notebook_hash: Mapped[str]

    #: Blob of the notebook that learners get: no solutions, no hidden tests.
    released_hash: Mapped[str]

    #: Id, title, points, competence, level and hints of each exercise, in order.
    exercises: Mapped[list[Any]] = mapped_column(default=list)

    #: Blob hash of each data file, by its path in the room.
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)

    #: Limits of a run, as `lms.domain.course.RunLimits` names them.
    run: Mapped[dict[str, Any]] = mapped_column(default=dict)
    max_points: Mapped[float]
    seen_at: Mapped[datetime]


class Submission(Base):
    """One notebook, handed in once, by one learner, for one assignment at one content hash."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("learner_id", "version_id", "notebook_hash"),
        UniqueConstraint("learner_id", "course_slug", "assignment_id", "attempt"),
        Index("ix_submission_answered", "course_slug", "assignment_id", "learner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    course_slug: Mapped[str]
    assignment_id: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_version.id"))

    #: 1 for the learner's first submission for this assignment.
    attempt: Mapped[int]

    #: Blob of the notebook as it was handed in.
    notebook_hash: Mapped[str]
    size_bytes: Mapped[int]

    #: As the browser named it; shown, never used as a path.
    filename: Mapped[str]
    handed_in_at: Mapped[datetime]

    learner: Mapped[User] = relationship()
    promotion: Mapped[Promotion] = relationship()
    version: Mapped[AssignmentVersion] = relationship()
