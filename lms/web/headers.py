"""Headers and cookies: what a browser may do with our pages, and which requests are ours."""

from __future__ import annotations

import secrets
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_babel import gettext as _

from lms.config import Config
from lms.errors import Invalid, NotAllowed

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
YEAR_S = 365 * 24 * 3600

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Headers(Protocol):
    """What both Werkzeug's and the standard library's headers can do."""

    def setdefault(self, key: str, value: str, /) -> object: ...


def init_app(app: Flask, config: Config) -> None:
    """Name the cookie, refuse what other sites send, and add the headers to each answer."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-garrigue" if config.is_https else "garrigue",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # its age counts from signing in
        PERMANENT_SESSION_LIFETIME=config.session_absolute_s,
    )
    hosts = _hosts(config.public_url)

    @app.before_request
    def refuse_strangers() -> None:
        if request.endpoint != "health.show" and _hostname(request.host) not in hosts:
            raise Invalid(
                _("Ce site ne répond pas à ce nom : utilisez %(url)s.", url=config.public_url),
            )
        refuse_other_sites(request.method, request.headers.get("Sec-Fetch-Site", "none"))

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy(csp_nonce()))
        if "user" in g or request.method not in SAFE_METHODS:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        add_fixed_headers(response.headers, config)
        return response

    app.jinja_env.globals["csp_nonce"] = csp_nonce


def refuse_other_sites(method: str, came_from: str) -> None:
    """Refuse a request that changes something and that another site had the browser send.

    A second line behind the CSRF token; `no-cors` requests are not exempt.

    :raises NotAllowed: if the browser says that the request comes from elsewhere.
    """
    if method not in SAFE_METHODS and came_from not in {"same-origin", "none"}:
        raise NotAllowed(_("Cette demande vient d’un autre site : elle a été refusée."))


def add_fixed_headers(headers: Headers, config: Config) -> None:
    """Add the headers that every answer has, pages and static files alike."""
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    if config.is_https:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}; includeSubDomains")


def csp_nonce() -> str:
    """Return this request's nonce: an inline script without it does not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy(nonce: str, *, connect: tuple[str, ...] = (), frame: str = "'none'") -> str:
    """Return the content security policy of a page: nothing, but from here.

    :param connect: other origins that its scripts may speak to.
    :param frame: what it may show in frames.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connect)),
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-src {frame}",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )


def _hosts(public_url: str) -> frozenset[str]:
    """Return the names by which the site may be asked for; at home, any loopback name."""
    name = urlsplit(public_url).hostname or ""
    return LOOPBACK if name in LOOPBACK else frozenset({name})


def _hostname(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""
