"""Writes each event of the journal to the site's log, for those who keep logs elsewhere too."""

from __future__ import annotations

from lms.hookspecs import Happened, hookimpl
from lms.logs import json_log


@hookimpl
def hear_event(event: Happened) -> None:
    """Write one line: what was done, to what, by whom; the details stay in the journal."""
    json_log().info(
        "event",
        action=event.action,
        subject=event.subject,
        actor_id=event.actor_id,
        promotion_id=event.promotion_id,
    )
