"""Where to send people afterwards: only to pages of this site."""

from __future__ import annotations

from flask import Request, url_for

MAX_CHARACTERS = 500


def safe_target(target: str | None) -> str | None:
    """Return the target when it is a path on this site, else None.

    Browsers read `\\` as `/` and drop tabs and line ends, so neither is let through.

    >>> safe_target("/rendus/3/?page=2")
    '/rendus/3/?page=2'
    >>> [safe_target(bad) for bad in ("//evil", "/\\\\evil", "https://evil", "/\\t/evil", "")]
    [None, None, None, None, None]
    """
    if not target or len(target) > MAX_CHARACTERS or not target.startswith("/"):
        return None
    if target.startswith("//") or "\\" in target or not target.isprintable():
        return None
    return target


def sign_in_url(request: Request) -> str:
    """Return the address of the sign-in form that leads back to the page asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    target = safe_target(wanted)
    return url_for("accounts.sign_in", suite=None if target == "/" else target)
