"""Work that was not handed in yet: saved as it is typed, with versions to go back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.submissions import AssignmentVersion


class Draft(Base):
    """One person's work on one assignment, across the assignment's versions."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("learner_id", "course_slug", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]

    #: Number of the latest version; who saves must have seen it.
    number: Mapped[int]


class DraftVersion(Base):
    """One state of a draft, never changed; older ones are thinned."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    number: Mapped[int]

    #: The assignment as it stood: the author's cells come from there.
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_version.id"))

    #: What the learner wrote (`lms.domain.draft_cells.Work`), as compressed JSON.
    content: Mapped[bytes]

    #: How many cells the learner wrote in.
    size: Mapped[int]
    saved_at: Mapped[datetime]

    #: It was handed in, or a question shows it: never thinned.
    is_pinned: Mapped[bool] = mapped_column(default=False)

    #: What it was handed in as, if it was.
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="SET NULL"), index=True
    )

    draft: Mapped[Draft] = relationship()
    version: Mapped[AssignmentVersion] = relationship()


class DraftOutputs(Base):
    """The last outputs of a draft's cells: they make no versions."""

    __tablename__ = "draft_outputs"

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True
    )

    #: Outputs as nbformat has them, by cell id, as compressed JSON.
    content: Mapped[bytes]
