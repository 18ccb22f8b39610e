"""Where people are in a course."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.models.base import Base


class PageVisit(Base):
    """One lesson that one person has opened, and when last."""

    __tablename__ = "page_visit"
    __table_args__ = (UniqueConstraint("user_id", "course_slug", "module_id", "page_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))

    #: Courses are files, so these are no foreign keys.
    course_slug: Mapped[str]
    module_id: Mapped[str]
    page_slug: Mapped[str]
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    #: Where reading stopped: the id of a heading and its words; None at the top of the page.
    heading_id: Mapped[str | None]
    heading_title: Mapped[str | None]
