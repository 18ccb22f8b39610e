"""Password resets: links that are signed, expire, and work once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from lms.errors import Conflict
from lms.models import User
from lms.services import audit, passwords, sign_in

SALT = "garrigue.password-reset"


class BadResetLink(Conflict):
    """A reset link that cannot be used, or not any more."""


def reset_token(user: User, *, secret_key: str) -> str:
    """Return the token of a link; it is bound to the password, so it works once."""
    return _signer(secret_key).dumps([user.id, _print_of(user, secret_key)])


def find_by_token(session: Session, token: str, *, secret_key: str, lifetime_s: int) -> User:
    """Return the person whose reset link this is.

    :raises BadResetLink: if it is forged, too old, or was used.
    """
    try:
        user_id, fingerprint = _signer(secret_key).loads(token, max_age=lifetime_s)
    except SignatureExpired as error:
        raise BadResetLink(
            "Ce lien a expiré. Demandez-en un autre depuis la page de connexion."
        ) from error
    except (BadSignature, ValueError, TypeError) as error:
        raise BadResetLink(
            "Ce lien n’est pas valable. Demandez-en un autre depuis la page de connexion."
        ) from error
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise BadResetLink(
            "Ce lien n’est pas valable. Demandez-en un autre depuis la page de connexion."
        )
    if not hmac.compare_digest(fingerprint, _print_of(user, secret_key)):
        raise BadResetLink(
            "Ce lien a déjà servi. Demandez-en un autre depuis la page de connexion."
        )
    return user


def set_new_password(
    session: Session, user: User, password: str, *, actor_id: int | None, now: datetime
) -> None:
    """Change the password and end all sessions of the person.

    :raises WeakPassword: if somebody would guess it.
    """
    passwords.set_password(user, password)
    sign_in.sign_out_everywhere(session, user)
    audit.record(
        session, "user.password-changed", f"user:{user.id}", actor_id=actor_id, now=now
    )


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=SALT)


def _print_of(user: User, secret_key: str) -> str:
    kept = (user.password_hash or "").encode()
    return hmac.new(secret_key.encode(), kept, hashlib.sha256).hexdigest()[:32]
