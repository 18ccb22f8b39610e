"""Who asks for addresses, and what a route says of each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NOW = datetime.now(UTC)

ANYBODY = frozenset(
    {
        "anonymous",
        "inactive",
        "owner",
        "former owner",
        "fellow",
        "stranger",
        "trainer",
        "trainer elsewhere",
        "cohort manager",
        "tutor",
        "funder",
        "jury",
        "operator",
        "former trainer",
    }
)

NOBODY = frozenset({"anonymous", "inactive"})
SIGNED_IN = ANYBODY - NOBODY
LEARNERS = frozenset({"owner", "fellow"})
STAFF = frozenset({"trainer", "cohort manager"})
#: Whoever has a role in the promotion now.
MEMBERS = LEARNERS | STAFF | {"tutor", "funder", "jury"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address and what becomes of those who ask for it.

    :param allowed: they get an answer below 400 that does not lead to the sign-in form.
    :param known: they may know that it exists, and are refused with 403; all others who are
        signed in get 404, and those who are not are led to the sign-in form.
    :param body: what a script sends as JSON, with the token in a header.
    :param is_signed: it comes from a forge, with a signature instead of a token.
    """

    allowed: frozenset[str]
    known: frozenset[str] = frozenset()
    address: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    is_signed: bool = False


READERS = MEMBERS - {"funder"} | {"trainer elsewhere", "operator"}
READING = {"allowed": READERS, "known": frozenset({"funder"})}
WORK = {"allowed": STAFF | {"owner", "former owner"}}
RESULTS = {"allowed": STAFF, "known": MEMBERS - STAFF}
COMPARING = {"allowed": frozenset({"trainer"}), "known": MEMBERS - {"trainer"}}
DECIDERS = frozenset({"trainer", "jury"})
MATRIX = {"allowed": STAFF | {"jury"}, "known": MEMBERS - STAFF - {"jury"}}
LEVELS = "/promotions/{promotion}/competences"
ACCOUNT = {"allowed": SIGNED_IN}
ASSIGNMENT = "/cours/petit-cours/exercices/premier-carnet"
WORKERS = LEARNERS | {"trainer"}
OWN = {"allowed": frozenset({"owner", "former owner"})}
