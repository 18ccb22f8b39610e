"""What is said after an action: that it was done, with a button that takes it back."""

from __future__ import annotations

from flask import flash, g, url_for

from lms.domain.access import Subject, may
from lms.models import AuditEvent, Promotion
from lms.services import undo


def say_done(words: str, event: AuditEvent | None, promotion: Promotion) -> None:
    """Say what was done; « Annuler » stands beside it where the person may take it back."""
    reversal = undo.reversal_of(event) if event is not None else None
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    if event is None or reversal is None or not may(g.actor, reversal.right, subject):
        flash(words, "success")
        return
    g.session.flush()  # the event gets its number
    address = url_for("audit.undo_event", slug=promotion.slug, event_id=event.id)
    flash({"words": words, "undo": address}, "success")  # type: ignore[arg-type]
