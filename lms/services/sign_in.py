"""Signing in and out: sessions kept as rows, failed attempts counted, all of it revocable."""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from lms.config import Config
from lms.domain.words import mark
from lms.errors import Invalid, TooMany
from lms.models import SignIn, SignInAttempt, User
from lms.services import audit, passwords
from lms.services.people import find_user

#: How old `seen_at` may grow before it is written again: not every page should write.
SEEN_AGAIN = timedelta(minutes=5)


class WrongCredentials(Invalid):
    """Address and password do not fit; it is not said which of them is wrong."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "L’adresse ou le mot de passe ne convient pas. Vérifiez-les, "
                "ou demandez un nouveau mot de passe."
            )
        )


def sign_in(
    session: Session,
    email: str,
    password: str,
    *,
    host: str,
    config: Config,
    now: datetime,
) -> str:
    """Return the token of a new session of the person whose address and password these are.

    A failed attempt is a row: commit it too.

    :param host: address that the request came from.
    :raises TooMany: if there were too many failed attempts from there or for this account.
    :raises WrongCredentials: if they do not fit, or the account is closed.
    """
    refuse_too_many(session, email, host=host, config=config, now=now)
    user = find_user(session, email)
    is_right = passwords.is_right(user, password)
    if user is None or not is_right or not user.is_active:
        record_attempt(session, email, host=host, config=config, now=now)
        raise WrongCredentials
    forget_ended(session, config=config, now=now)
    return begin(session, user, now=now)


def begin(session: Session, user: User, *, now: datetime) -> str:
    """Return the token of a new session of this person."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == _account(user.email)))
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=_hash(token), user=user, started_at=now, seen_at=now))
    audit.record(session, "user.signed-in", f"user:{user.id}", actor_id=user.id, now=now)
    return token


def confirm(
    session: Session, user: User, password: str, *, host: str, config: Config, now: datetime
) -> None:
    """Return when this is the person's password, asked once more before something weighty.

    :raises TooMany: as `sign_in`.
    :raises WrongCredentials: if it is not; commit the failed attempt too.
    """
    refuse_too_many(session, user.email, host=host, config=config, now=now)
    if not passwords.is_right(user, password):
        record_attempt(session, user.email, host=host, config=config, now=now)
        raise WrongCredentials


def resume(session: Session, token: str, *, config: Config, now: datetime) -> User | None:
    """Return the person whose session this is, or None when it ended."""
    found = session.scalar(
        select(SignIn).options(joinedload(SignIn.user)).where(SignIn.token_hash == _hash(token))
    )
    if found is None or not found.user.is_active:
        return None
    idle_s = (now - found.seen_at).total_seconds()
    age_s = (now - found.started_at).total_seconds()
    if idle_s > config.session_idle_s or age_s > config.session_absolute_s:
        return None
    if now - found.seen_at > SEEN_AGAIN:
        found.seen_at = now
    return found.user


def sign_out(session: Session, token: str) -> None:
    """End one session: the token is worth nothing from now on."""
    session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def sign_out_everywhere(session: Session, user: User) -> None:
    """End all sessions of this person."""
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def refuse_too_many(
    session: Session, email: str, *, host: str, config: Config, now: datetime
) -> None:
    """Return when this account and this client may try.

    :raises TooMany: if one of them has failed too often lately.
    """
    since = now - timedelta(seconds=config.sign_in_window_s)
    limits = {
        _account(email): config.sign_in_attempts_account,
        _host(host): config.sign_in_attempts_host,
    }
    for subject, limit in limits.items():
        count, first_at = session.execute(
            select(func.count(), func.min(SignInAttempt.tried_at)).where(
                SignInAttempt.subject == subject, SignInAttempt.tried_at > since
            )
        ).one()
        if count >= limit:
            raise _too_many(first_at - since)


def record_attempt(
    session: Session, email: str, *, host: str, config: Config, now: datetime
) -> None:
    """Count one attempt against the account and the client, and forget the old ones."""
    since = now - timedelta(seconds=config.sign_in_window_s)
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at <= since))
    session.add_all(
        SignInAttempt(subject=subject, tried_at=now)
        for subject in (_account(email), _host(host))
    )


def forget_ended(session: Session, *, config: Config, now: datetime) -> None:
    """Delete the sessions that nobody can resume any more."""
    session.execute(
        delete(SignIn).where(
            (SignIn.started_at <= now - timedelta(seconds=config.session_absolute_s))
            | (SignIn.seen_at <= now - timedelta(seconds=config.session_idle_s))
        )
    )


def _too_many(wait: timedelta) -> TooMany:
    wait_s = max(1, math.ceil(wait.total_seconds()))
    minutes = math.ceil(wait_s / 60)
    return TooMany(
        "Trop d’essais de connexion : réessayez dans %(minutes)s min. "
        "Votre travail est gardé. Si vous avez oublié votre mot de passe, "
        "demandez-en un nouveau.",
        minutes=minutes,
        retry_after_s=wait_s,
    )


def _account(email: str) -> str:
    return f"account:{_hash(email.strip().lower())}"


def _host(address: str) -> str:
    return f"host:{address[:64]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
