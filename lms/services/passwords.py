"""Passwords: hashed with argon2id, checked in a time that tells nothing."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.domain.passwords import refuse_weak
from lms.models import User

#: OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)


def set_password(user: User, password: str) -> None:
    """Give the person a new password.

    :raises WeakPassword: if it is too short, too long or too common.
    """
    refuse_weak(password, email=user.email, name=user.name)
    user.password_hash = HASHER.hash(password)


def is_right(user: User | None, password: str) -> bool:
    """Whether this is the person's password; takes as long when there is no such person.

    A password hashed with older parameters is hashed anew.
    """
    kept = user.password_hash if user is not None else None
    try:
        HASHER.verify(kept or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    if user is None or kept is None:
        return False
    if HASHER.check_needs_rehash(kept):
        user.password_hash = HASHER.hash(password)
    return True


@cache
def _nobody() -> str:
    """Return a hash to try against when there is none, so that the same work is done."""
    return HASHER.hash("nobody has this password")
