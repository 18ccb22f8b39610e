"""Who asks: the session in the cookie, begun, resumed and ended."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user

from lms.domain.access import ANONYMOUS
from lms.errors import NotSignedIn
from lms.models import User
from lms.services import roles, sign_in
from lms.services.people import get_user
from lms.web.context import now, site


class Visitor(UserMixin):  # type: ignore[misc]
    """A session of one person, as Flask-Login keeps it: by its token, never by the person's id.

    So a session that ended in the database is over, whoever kept a copy of the cookie.
    """

    def __init__(self, token: str, user: User) -> None:
        self.token = token
        self.user = user

    def get_id(self) -> str:
        """Return what the signed cookie holds."""
        return self.token


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
        "publication.hook",
        "static",
    }
)


#: Setting of an application that has addresses of its own: the preview of a course.
ALSO_OPEN = "ALSO_OPEN"


def init_app(app: Flask) -> None:
    """Set `g.actor` and `g.user` before each request, and keep closed what is not open."""
    manager = LoginManager(app)
    app.config.setdefault(ALSO_OPEN, frozenset())
    manager.session_protection = None  # a phone changes its address; the token is the proof
    manager.user_loader(_resume)
    app.before_request(_recognise)
    app.before_request(_keep_closed)


def begin(token: str) -> None:
    """Start a session in this browser; nothing of an earlier one is kept."""
    end()  # also the CSRF token: a planted cookie is worth nothing afterwards
    login_user(_resume(token))
    cookie.permanent = True


def end() -> None:
    """End this browser's session, here and in the database."""
    if current_user.is_authenticated:
        sign_in.sign_out(g.session, current_user.token)
    cookie.clear()


def signed_in_user() -> User:
    """Return the row of the person who is signed in."""
    return get_user(g.session, g.actor.user_id)


def _resume(token: str) -> Visitor | None:
    user = sign_in.resume(g.session, token, config=site().config, now=now())
    return None if user is None else Visitor(token, user)


def _recognise() -> None:
    g.user, g.actor = None, ANONYMOUS
    if current_user.is_authenticated:
        g.user = current_user.user
        g.actor = roles.actor_of(g.session, g.user, now=now())


def _keep_closed() -> None:
    is_known = request.endpoint is not None
    is_open = request.endpoint in OPEN or request.endpoint in current_app.config[ALSO_OPEN]
    if is_known and not is_open and not g.actor.is_signed_in:
        raise NotSignedIn("Cette page demande de se connecter.")
