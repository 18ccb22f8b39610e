"""Writes requests to a kernel and reads what it says, believing nothing.

A kernel's message is plain data or it is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

DELIMITER = b"<IDS|MSG>"

#: NaN and infinities, which are no JSON, become their names.
_DECODER = json.JSONDecoder(parse_constant=str)
_ENCODER = json.JSONEncoder(ensure_ascii=False)

#: signature, header, parent header, metadata, content.
PARTS = 5


@dataclass(frozen=True, kw_only=True)
class Message:
    """What we use of a kernel's message; `parent_id` says which request it claims to answer."""

    kind: str
    parent_id: str
    content: dict[str, Any]


class Requests:
    """Writes one client's requests, unsigned: nobody else can reach the kernel's sockets."""

    def __init__(self) -> None:
        self._client = uuid4().hex
        self._count = 0

    def execute(self, source: str, *, is_silent: bool) -> tuple[str, list[bytes]]:
        """Return the number of a request to run a cell, and its frames."""
        self._count += 1
        number = f"{self._client}_{self._count}"
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "username": "garrigue",
            "session": self._client,
            "date": datetime.now(UTC).isoformat(),
            "version": "5.3",
        }
        content = {
            "code": source,
            "silent": is_silent,
            "store_history": not is_silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        return number, [DELIMITER, b"", _dump(header), b"{}", b"{}", _dump(content)]


def read(frames: Sequence[bytes]) -> Message | None:
    """Return the message in these frames, or None when it is malformed.

    The signature is not looked at: whoever runs in the kernel holds its key, and nobody else
    can reach our sockets.
    """
    try:
        start = list(frames).index(DELIMITER) + 1
        _, header, parent, _, content = frames[start : start + PARTS]
        kind = _load(header).get("msg_type")
        parent_id = _load(parent).get("msg_id", "")
        loaded = _load(content)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
    if not isinstance(kind, str) or not isinstance(parent_id, str):
        return None
    return Message(kind=kind, parent_id=parent_id, content=loaded)


def text(value: object, max_chars: int) -> str:
    """Return a string that can be stored, whatever was sent."""
    if not isinstance(value, str):
        return ""
    if len(value) > max_chars:
        value = value[:max_chars]
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _dump(part: dict[str, Any]) -> bytes:
    return _ENCODER.encode(part).encode(errors="replace")  # half characters are no text


def _load(raw: bytes) -> dict[str, Any]:
    # Bytes that hide another encoding, as `json.loads` would have guessed, are no message.
    loaded = _DECODER.decode(raw.decode("utf-8", "surrogatepass"))
    if not isinstance(loaded, dict):
        raise TypeError
    return loaded
