"""Tells people of what concerns them by mail."""

from __future__ import annotations

from lms.hookspecs import Mail, Notice, hookimpl


@hookimpl
def notify(notice: Notice) -> Mail:
    """Have the notice sent as the mail that it brings."""
    return notice.mail
