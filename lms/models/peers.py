"""Reviews by peers: who reads whose work, and what is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User
from lms.models.submissions import Submission


class PeerReview(Base):
    """One learner's review of one work of another learner, from its assignment on."""

    __tablename__ = "peer_review"
    __table_args__ = (UniqueConstraint("submission_id", "reviewer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    reviewer_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )

    #: Raised by each change, as in a mark.
    revision: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(default="")

    #: Position of the chosen level, from 0, by criterion, by exercise.
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    assigned_at: Mapped[datetime]

    #: None until the reviewer sends it: before, nobody else reads it.
    sent_at: Mapped[datetime | None]

    #: Since when a trainer hides it from the reviewed learner.
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    hidden_reason: Mapped[str] = mapped_column(default="")

    reviewer: Mapped[User] = relationship(foreign_keys=[reviewer_id])
    submission: Mapped[Submission] = relationship()
