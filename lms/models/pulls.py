"""Courses that come from git repositories, and every attempt to fetch them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


class CourseRemote(Base):
    """Where one course is fetched from, as an operator said."""

    __tablename__ = "course_remote"

    #: Of the course. Courses are files, so this is no foreign key.
    slug: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    branch: Mapped[str]

    #: Of the course in its repository; empty for the whole of it.
    folder: Mapped[str] = mapped_column(default="")

    #: What the webhook's secret is made from, with the site's own secret.
    salt: Mapped[str]
    set_at: Mapped[datetime]


class CoursePull(Base):
    """One attempt to fetch, check and publish one course."""

    __tablename__ = "course_pull"
    __table_args__ = (Index("ix_course_pull_claim", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_slug: Mapped[str] = mapped_column(index=True)

    #: One of `lms.domain.pulls.Source`.
    source: Mapped[str]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]

    #: One of `lms.domain.pulls.State`.
    state: Mapped[str]

    #: How many times it was begun.
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]

    #: Whoever does it says so until then; later it may be begun again.
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    #: One of `lms.domain.pulls.Outcome`; None until it is done.
    outcome: Mapped[str | None]

    #: Of the repository; empty until it was fetched.
    commit: Mapped[str] = mapped_column(default="")

    #: Why, in a sentence; empty when all went well.
    message: Mapped[str] = mapped_column(default="")

    #: `{"place": …, "message": …, "is_warning": …}`, one for each problem of the course.
    problems: Mapped[list[Any]] = mapped_column(default=list)

    asked_by: Mapped[User | None] = relationship()

    @property
    def duration_s(self) -> float | None:
        """How long it took, in seconds; None before its end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
