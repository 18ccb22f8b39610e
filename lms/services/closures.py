"""When a promotion's school is closed: days that move the dates which follow the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from lms.domain.calendar import Closed
from lms.errors import Conflict, Invalid, NotFound
from lms.models import AuditEvent, Closure
from lms.services.calendar import closures_of
from lms.services.dates import follow_quietly, note
from lms.services.planning import Planning

MAX_LABEL_CHARACTERS = 80
MAX_CLOSURES = 100
LONGEST = timedelta(days=366)


def read_closure(label: str, first_on: date | None, last_on: date | None) -> Closed:
    """Return the closure that a person describes.

    :param last_on: None for a single day.
    :raises Invalid: if it cannot be one.
    """
    label = " ".join(label.split())
    if not label or len(label) > MAX_LABEL_CHARACTERS:
        raise Invalid(
            "Nommez la fermeture en %(most)s caractères au plus, comme "
            "« Congés de fin d’année ».",
            most=MAX_LABEL_CHARACTERS,
        )
    if first_on is None:
        raise Invalid("Indiquez le premier jour de la fermeture.")
    last_on = last_on or first_on
    if last_on < first_on:
        raise Invalid("La fermeture finirait avant de commencer : vérifiez les deux jours.")
    if last_on - first_on > LONGEST:
        raise Invalid("Une fermeture dure un an au plus : vérifiez les deux jours.")
    return Closed(first_on=first_on, last_on=last_on, label=label)


def add_closure(session: Session, planning: Planning, closed: Closed) -> AuditEvent:
    """Close the school for some days, and move the dates that follow the calendar.

    :raises Conflict: if there are too many closures, or this one is there already.
    """
    known = closures_of(session, planning)
    if len(known) >= MAX_CLOSURES:
        raise Conflict(
            "%(most)s fermetures au plus : retirez-en avant d’en ajouter.", most=MAX_CLOSURES
        )
    if any((row.first_on, row.last_on) == (closed.first_on, closed.last_on) for row in known):
        raise Conflict("Une fermeture aux mêmes jours est déjà là.")
    row = Closure(
        promotion_id=planning.promotion.id,
        first_on=closed.first_on,
        last_on=closed.last_on,
        label=closed.label,
    )
    session.add(row)
    return _note_closure(session, planning, "closure.added", row)


def closure_of(session: Session, planning: Planning, closure_id: int) -> Closure:
    """Return one closure of the promotion.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Closure, closure_id)
    if found is None or found.promotion_id != planning.promotion.id:
        raise NotFound("Cette fermeture n’existe plus : rechargez la page.")
    return found


def remove_closure(session: Session, planning: Planning, closure: Closure) -> AuditEvent:
    """Open the school on the days of a closure, and move the dates that follow the calendar."""
    told = Closed(first_on=closure.first_on, last_on=closure.last_on, label=closure.label)
    session.delete(closure)
    session.flush()
    return _note_closure(session, planning, "closure.removed", told)


def _note_closure(
    session: Session, planning: Planning, action: str, closed: Closure | Closed
) -> AuditEvent:
    return note(
        session,
        planning,
        action,
        planning.subject,
        label=closed.label,
        first_on=closed.first_on.isoformat(),
        last_on=closed.last_on.isoformat(),
        moves=follow_quietly(session, planning),
    )
