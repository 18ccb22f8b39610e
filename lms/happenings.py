"""Telling the plugins of the events that a transaction has kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lms.config import Config
from lms.database import Session
from lms.hookspecs import Happened
from lms.plugins import Plugins
from lms.services.audit import take_committed


def committed(session: Session) -> list[Happened]:
    """Return the events that the session has committed since it was asked last."""
    return [
        Happened(
            at=event.at,
            action=event.action,
            subject=event.subject,
            actor_id=event.actor_id,
            person_id=event.person_id,
            promotion_id=event.promotion_id,
            details=dict(event.details),
        )
        for event in take_committed(session)
    ]


def tell(plugins: Plugins, config: Config, events: Sequence[Happened]) -> None:
    """Have every plugin hear of these events, in their order."""
    for event in events:
        plugins.gather("hear_event", event=event, config=config)


def teller(plugins: Plugins, config: Config) -> Callable[[Session], None]:
    """Return what has the plugins hear of the events that a session has committed."""

    def then(session: Session) -> None:
        tell(plugins, config, committed(session))

    return then
