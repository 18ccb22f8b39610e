"""The school: organisations, campuses, programmes, promotions and who belongs to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


class Organisation(Base):
    """One school, whatever its number of campuses."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Campus(Base):
    """One place where an organisation teaches."""

    __tablename__ = "campus"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]

    organisation: Mapped[Organisation] = relationship()


class Programme(Base):
    """One training that an organisation offers: a course bound to versions of referentials."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]

    #: Folder of the course. Courses are files, so this is no foreign key.
    course_slug: Mapped[str] = mapped_column(index=True)

    #: `[{"name": "formation", "months": 7}, {"name": "alternance", "months": 12, …}]`.
    phases: Mapped[list[Any]] = mapped_column(default=list)

    organisation: Mapped[Organisation] = relationship()


class Promotion(Base):
    """One group of people who follow one programme at one campus between two dates."""

    __tablename__ = "promotion"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    campus_id: Mapped[int] = mapped_column(ForeignKey("campus.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    #: Share that each funder pays, 0 to 1, by name.
    funders: Mapped[dict[str, Any]] = mapped_column(default=dict)

    programme: Mapped[Programme] = relationship()
    campus: Mapped[Campus] = relationship()
    memberships: Mapped[list[Membership]] = relationship(back_populates="promotion")


class PromotionDate(Base):
    """What one symbolic date of the course (`semaine-13`) is for one promotion."""

    __tablename__ = "promotion_date"
    __table_args__ = (UniqueConstraint("promotion_id", "symbol"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    symbol: Mapped[str]
    at: Mapped[datetime]

    #: Whether a person chose the moment: then no calendar moves it.
    is_by_hand: Mapped[bool] = mapped_column(default=False)


class Membership(Base):
    """One role of one person in one promotion, from a moment on, perhaps until another."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "promotion_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    promotion_id: Mapped[int] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )

    #: One of `lms.domain.access.Role`.
    role: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="memberships")
    promotion: Mapped[Promotion] = relationship(back_populates="memberships")
