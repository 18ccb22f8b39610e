"""People, how they sign in, and how they were invited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base

if TYPE_CHECKING:
    from lms.models.promotions import Membership, Promotion


class User(Base):
    """One person, whatever roles this person has in promotions."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)

    #: In lower case; what the person signs in with.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]

    #: argon2id; None until an invitation or a reset set it.
    password_hash: Mapped[str | None]

    #: `fr` or `en`; None follows the browser.
    locale: Mapped[str | None]

    #: Runs the installation: may see operator pages; no right over anybody's marks.
    is_operator: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)

    created_at: Mapped[datetime]

    memberships: Mapped[list[Membership]] = relationship(back_populates="user")


class Invitation(Base):
    """One link that lets one address join one promotion in one role, once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)

    #: SHA-256 of the token in the link; the token itself is nowhere.
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    role: Mapped[str]
    invited_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]

    #: When somebody withdrew it.
    revoked_at: Mapped[datetime | None]

    promotion: Mapped[Promotion] = relationship()


class SignIn(Base):
    """One browser that is signed in as one person, until it signs out, idles or grows old."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)

    #: SHA-256 of the token in the cookie; the token itself is nowhere.
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]

    #: Last use, to within some minutes: not every page should write.
    seen_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class SignInAttempt(Base):
    """One failed try to sign in, kept as long as it throttles the next ones."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)

    #: What is throttled: `account:<SHA-256 of the address>` or `host:<client address>`.
    subject: Mapped[str] = mapped_column(index=True)
    tried_at: Mapped[datetime]
