"""Files that somebody sent, kept until the same person confirms them on the next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms.web.context import site

#: How long a file can be confirmed.
CONFIRM_S = 3600
SALT = "kept-file"


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file as it was sent."""

    data: bytes
    filename: str


def keep(content_hash: str, filename: str, *, use: str) -> str:
    """Return the word by which the person who asks confirms a file that the site holds.

    :param use: what the file is for: the word is good for nothing else.
    """
    kept = {"person": g.actor.user_id, "use": use, "file": content_hash, "name": filename}
    return str(_signer().dumps(kept))


def kept(word: str, *, use: str) -> KeptFile | None:
    """Return the file; None unless the same person sent it for that use, not long ago."""
    try:
        found: dict[str, Any] = _signer().loads(word, max_age=CONFIRM_S)
    except BadSignature:
        return None
    if (found["person"], found["use"]) != (g.actor.user_id, use):
        return None
    return KeptFile(data=site().blobs.get(found["file"]), filename=found["name"])


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
