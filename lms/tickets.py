"""Tickets: what the web signs and the gateway believes, for a minute."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from lms.config import Config
from lms.errors import NotAllowed

SALT = "gateway-ticket"
LIFETIME_S = 60


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The right of one person to a kernel for one version of an assignment.

    :param language: in which the gateway speaks to the person.
    """

    user_id: int
    version_id: int
    promotion_id: int
    language: str = "fr"


class BadTicket(NotAllowed):
    """The ticket is forged, too old, or was signed by another site."""


def key_of(config: Config) -> str:
    """Return the key of tickets: the gateway needs no other secret of the site."""
    if config.gateway_key:
        return config.gateway_key
    return hmac.new(config.secret_key.encode(), SALT.encode(), hashlib.sha256).hexdigest()


def offer(
    config: Config, *, user_id: int, version_id: int, promotion_id: int, language: str
) -> dict[str, str | int]:
    """Return what a page needs to open its line to the gateway."""
    ticket = Ticket(
        user_id=user_id, version_id=version_id, promotion_id=promotion_id, language=language
    )
    return {
        "url": config.gateway_socket,
        "ticket": _signer(config).dumps(asdict(ticket)),
        "expires_s": LIFETIME_S,
    }


def read(config: Config, signed: str) -> Ticket:
    """Return what a ticket says.

    :raises BadTicket: if it is not one of ours, or too old.
    """
    try:
        said: dict[str, Any] = _signer(config).loads(signed, max_age=LIFETIME_S)
        return Ticket(**said)
    except SignatureExpired as error:
        raise BadTicket(
            "Cette ouverture a expiré : la page va en demander une autre."
        ) from error
    except (BadSignature, TypeError) as error:
        raise BadTicket("Cette ouverture n’est pas valable : rechargez la page.") from error


def language_of(config: Config, signed: str) -> str:
    """Return in which language to refuse a ticket: what it says itself, believed or not."""
    _is_signed, said = _signer(config).loads_unsafe(signed)
    return "en" if isinstance(said, dict) and said.get("language") == "en" else "fr"


def _signer(config: Config) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key_of(config), salt=SALT)
