"""What a request has at hand: the site, the clock, public links and the mails to send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request, url_for
from structlog.typing import FilteringBoundLogger

from lms.config import Config
from lms.database import Engine, Sessions
from lms.domain.unlocking import Unlock
from lms.hookspecs import Mail, Notice
from lms.plugins import Plugins, unlocking

if TYPE_CHECKING:
    from lms.blobs import BlobStore
    from lms.catalogue import Library

EXTENSION = "garrigue"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What one application is made of, shared by all its requests.

    :param clock: says what moment it is; only a preview has another than the machine's.
    """

    config: Config
    library: Library
    blobs: BlobStore
    plugins: Plugins
    engine: Engine
    sessions: Sessions
    log: FilteringBoundLogger
    clock: Callable[[], datetime]

    @property
    def unlock(self) -> Unlock:
        """What says whether an assignment is open: the plugins."""
        return unlocking(self.plugins)


def site() -> Site:
    """Return the site that this request belongs to."""
    return cast(Site, current_app.extensions[EXTENSION])


def now() -> datetime:
    """Return this moment: the only clock of the web."""
    return site().clock()


def client_host() -> str:
    """Return the address that the request came from, as the trusted proxies say."""
    return request.remote_addr or ""


def public_link(endpoint: str, **values: Any) -> str:
    """Return a link for a mail: made from the settings, never from the request's host."""
    return site().config.public_url.rstrip("/") + url_for(endpoint, **values)


def mail_later(mail: Mail | Notice) -> None:
    """Have the mail sent, or the person told, once all is committed and the answer is out."""
    g.setdefault("mails", []).append(mail)
