"""Accounts: finding, opening, changing and closing them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.people import read_email, read_name
from lms.errors import Conflict, Invalid, NotFound
from lms.models import User
from lms.services import audit

LOCALES = ("fr", "en")


def find_user(session: Session, email: str) -> User | None:
    """Return the person with that address, or None."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def get_user(session: Session, user_id: int | None) -> User:
    """Return the person of that id.

    :raises NotFound: if there is none.
    """
    user = session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotFound("Ce compte n’existe pas.")
    return user


def people_of(session: Session, ids: Collection[int]) -> Sequence[User]:
    """Return the people of these ids whose accounts are open, by number."""
    return session.scalars(
        select(User).where(User.id.in_(ids), User.is_active).order_by(User.id)
    ).all()


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    now: datetime,
    is_operator: bool = False,
    actor_id: int | None = None,
) -> User:
    """Open an account without password: an invitation or a reset sets it.

    :raises Invalid: if the address or the name cannot be used.
    :raises Conflict: if the address has an account.
    """
    email, name = read_email(email), read_name(name)
    if find_user(session, email) is not None:
        raise Conflict("%(email)s a déjà un compte.", email=email)
    user = User(email=email, name=name, is_operator=is_operator, created_at=now)
    session.add(user)
    session.flush()
    audit.record(session, "user.created", f"user:{user.id}", actor_id=actor_id, now=now)
    return user


def change_details(user: User, *, name: str, locale: str | None) -> None:
    """Change the name and the language of the screens.

    :param locale: None follows the browser.
    :raises Invalid: if one of them cannot be used.
    """
    if locale is not None and locale not in LOCALES:
        raise Invalid("Cette langue n’est pas proposée.")
    user.name, user.locale = read_name(name), locale


def close_account(session: Session, user: User, *, actor_id: int | None, now: datetime) -> None:
    """Let the person sign in no more; what they did stays."""
    user.is_active = False
    audit.record(session, "user.closed", f"user:{user.id}", actor_id=actor_id, now=now)
