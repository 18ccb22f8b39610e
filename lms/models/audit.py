"""The append-only record of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.models.base import Base


class AuditEvent(Base):
    """One thing that somebody, or the platform itself, did; never changed afterwards."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)

    #: None when the platform did it by itself.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    #: Noun and past participle, such as `submission.graded`.
    action: Mapped[str] = mapped_column(index=True)

    #: Kind and id of what it was done to, such as `submission:12`.
    subject: Mapped[str] = mapped_column(index=True)

    #: Before and after, without secrets or personal data beyond ids.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    #: The promotion whose staff may read it; None for what belongs to no promotion.
    promotion_id: Mapped[int | None] = mapped_column(
        ForeignKey("promotion.id", ondelete="SET NULL"), index=True
    )

    #: Whom it is about: the learner whose mark or date changed, say.
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )

    #: The event that this one took back; an event is taken back once.
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("audit_event.id", ondelete="SET NULL"), unique=True
    )
