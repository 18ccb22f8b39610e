"""Writing down who did what: rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from lms.models import AuditEvent, Base, Invitation, Membership, Question, Submission

#: Where a session keeps what it recorded, for those who listen once it is committed.
RECORDED = "recorded"

#: What the kinds of subjects that are rows say of where they belong and whom they are about.
PLACES: Mapping[str, tuple[type[Base], str]] = {
    "submission": (Submission, "learner_id"),
    "membership": (Membership, "user_id"),
    "question": (Question, "learner_id"),
    "invitation": (Invitation, ""),
}


def record(
    session: Session,
    action: str,
    subject: str,
    *,
    actor_id: int | None,
    now: datetime,
    promotion_id: int | None = None,
    person_id: int | None = None,
    **details: Any,
) -> AuditEvent:
    """Add one event.

    :param action: noun and past participle, such as `membership.ended`.
    :param subject: kind and id, such as `membership:12`.
    :param promotion_id: whose staff may read it; found by the subject where that is a row.
    :param person_id: whom it is about; found likewise.
    :param details: `before` and `after`, and what tells them, as JSON has it; no secret, no
        personal data beyond ids.
    """
    where, whom = _place(session, subject)
    event = AuditEvent(
        at=now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        promotion_id=where if promotion_id is None else promotion_id,
        person_id=whom if person_id is None else person_id,
        details=details,
    )
    session.add(event)
    session.info.setdefault(RECORDED, []).append(event)
    return event


def take_committed(session: Session) -> list[AuditEvent]:
    """Return the events that the session recorded and committed since it was asked last."""
    recorded: list[AuditEvent] = session.info.pop(RECORDED, [])
    return [event for event in recorded if inspect(event).persistent]


def _place(session: Session, subject: str) -> tuple[int | None, int | None]:
    kind, _colon, number = subject.partition(":")
    if kind not in PLACES or not number.isdecimal():
        return None, None
    model, person = PLACES[kind]
    row = session.get(model, int(number))
    return getattr(row, "promotion_id", None), getattr(row, person, None) if person else None
