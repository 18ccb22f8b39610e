"""Rubrics: what is looked at and with which levels, in versions, and where each is used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base


class Rubric(Base):
    """One rubric of an organisation, whatever its versions."""

    __tablename__ = "rubric"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]

    #: One of `lms.domain.rubrics.RubricKind`; never changed.
    kind: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]

    #: Since when it is offered no more; None while it is.
    archived_at: Mapped[datetime | None]

    versions: Mapped[list[RubricVersion]] = relationship(
        back_populates="rubric", order_by="RubricVersion.number"
    )


class RubricVersion(Base):
    """What a rubric says from one change to the next; never changed, so no mark changes."""

    __tablename__ = "rubric_version"
    __table_args__ = (UniqueConstraint("rubric_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric.id", ondelete="CASCADE"))

    #: 1 for the first.
    number: Mapped[int]

    #: As `lms.domain.rubrics.criteria_to_json` writes them.
    criteria: Mapped[list[Any]]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]

    rubric: Mapped[Rubric] = relationship(back_populates="versions")


class RubricUse(Base):
    """The rubric with which one exercise is marked in one promotion."""

    __tablename__ = "rubric_use"
    __table_args__ = (
        UniqueConstraint("promotion_id", "course_slug", "assignment_id", "exercise_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    course_slug: Mapped[str]
    assignment_id: Mapped[str]
    exercise_id: Mapped[str]
    version_id: Mapped[int] = mapped_column(
        ForeignKey("rubric_version.id", ondelete="CASCADE"), index=True
    )
    chosen_at: Mapped[datetime]

    version: Mapped[RubricVersion] = relationship()
