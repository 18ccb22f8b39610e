"""Who asks: the session in the cookie, begun, resumed and ended."""

from __future__ import annotations

from flask import Flask, g, request
from flask import session as cookie

from lms.domain.access import ANONYMOUS
from lms.errors import NotSignedIn
from lms.models import User
from lms.services import roles, sign_in
from lms.services.people import get_user
from lms.web.context import now, site

TOKEN = "token"  # noqa: S105 -- the name of the key, not a secret

#: What is answered to people who are not signed in: all else asks them to sign in first, so
#: that an address tells them nothing about what exists.
OPEN = frozenset(
    {
        "accounts.sign_in",
        "display.choose",
        "health.show",
        "invitations.accept",
        "invitations.show",
        "passwords.forgotten",
        "passwords.renew",
        "static",
    }
)


def init_app(app: Flask) -> None:
    """Set `g.actor` and `g.user` before each request, and keep closed what is not open."""
    app.before_request(_recognise)
    app.before_request(_keep_closed)


def begin(token: str) -> None:
    """Start a session in this browser; nothing of an earlier one is kept."""
    end()  # also the CSRF token: a planted cookie is worth nothing afterwards
    cookie[TOKEN] = token
    cookie.permanent = True


def end() -> None:
    """End this browser's session, here and in the database."""
    sign_in.sign_out(g.session, cookie.get(TOKEN, ""))
    cookie.clear()


def current_user() -> User:
    """Return the row of the person who is signed in."""
    return get_user(g.session, g.actor.user_id)


def _recognise() -> None:
    g.user, g.actor = None, ANONYMOUS
    token = cookie.get(TOKEN)
    if token is None:
        return
    moment = now()
    g.user = sign_in.resume(g.session, token, config=site().config, now=moment)
    if g.user is not None:
        g.actor = roles.actor_of(g.session, g.user, now=moment)


def _keep_closed() -> None:
    is_known = request.endpoint is not None
    if is_known and request.endpoint not in OPEN and not g.actor.is_signed_in:
        raise NotSignedIn
