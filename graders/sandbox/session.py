"""Jupyter's messages, written with less work: a cell is worth several, and most are small."""

from __future__ import annotations

import hmac
import json
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import DELIM, Session, json_packer

_ENCODER = json.JSONEncoder(default=json_default, ensure_ascii=False, allow_nan=False)


class RoomSession(Session):  # type: ignore[misc]
    """Writes what jupyter_client would write."""

    #: The header that the last message answered, and how it reads. A cell's messages share it.
    _answered: tuple[object, bytes] = (None, b"{}")

    #: The request whose answers are counted, and how many were written.
    counted = ""
    count = 0

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        """Return the message's parts."""
        content, parent = msg.get("content"), msg["parent_header"]
        self.count += parent.get("msg_id") == self.counted
        if not isinstance(content, dict):
            whole: list[bytes] = super().serialize(msg, ident)
            return whole
        known, packed = self._answered
        if known is not parent:
            packed = _pack(parent)
            self._answered = parent, packed
        parts = [_pack(msg["header"]), packed, _pack(msg["metadata"]), _pack(content)]
        idents = ident if isinstance(ident, list) else [] if ident is None else [ident]
        return [*idents, DELIM, self.sign(parts), *parts]

    def sign(self, msg_list: list[bytes]) -> bytes:
        """Return the signature in one go."""
        if self.auth is None:
            return b""
        return hmac.digest(self.key, b"".join(msg_list), "sha256").hex().encode()


def _pack(part: dict[str, Any]) -> bytes:
    if not part:
        return b"{}"
    try:
        return _ENCODER.encode(part).encode(errors="replace")  # half characters are no text
    except (TypeError, ValueError):
        packed: bytes = json_packer(part)
        return packed
