"""Writing down who did what: rows that are added and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lms.models import AuditEvent


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    actor_id: int | None,
    now: datetime,
    **details: str | int | float | bool | None,
) -> None:
    """Add one event.

    :param action: noun and past participle, such as `membership.ended`.
    :param subject: kind and id, such as `membership:12`.
    :param details: before and after; no secret, no personal data beyond ids.
    """
    session.add(
        AuditEvent(at=now, actor_id=actor_id, action=action, subject=subject, details=details)
    )
