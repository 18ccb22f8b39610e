"""Versions of referentials as they were read, and which of them a programme follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base


class ReferentialVersion(Base):
    """One version of a referential: what evidence and decisions name stays readable."""

    __tablename__ = "referential_version"
    __table_args__ = (UniqueConstraint("referential", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referential: Mapped[str]
    version: Mapped[str]

    #: As `lms.domain.referentials.as_content` writes it.
    content: Mapped[dict[str, Any]]

    #: The correspondences that lead to this version, written likewise.
    correspondences: Mapped[list[Any]] = mapped_column(default=list)
    read_at: Mapped[datetime]


class ProgrammeReferential(Base):
    """The version of one referential that one programme follows now."""

    __tablename__ = "programme_referential"
    __table_args__ = (UniqueConstraint("programme_id", "referential"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    referential: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("referential_version.id"))

    #: Among the programme's referentials, from 0.
    position: Mapped[int]
    bound_at: Mapped[datetime]

    #: None when the platform bound the version in force by itself.
    bound_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    version: Mapped[ReferentialVersion] = relationship()
