"""What the worker and its checker say to each other: short JSON with at most one descriptor."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

MAX_BYTES = 16 << 20
_HEAD = struct.Struct("!I")


def send(sock: socket.socket, message: dict[str, Any], descriptor: int | None = None) -> None:
    """Send one message.

    :raises OSError: when the other side is gone.
    """
    text = json.dumps(message).encode()
    whole = _HEAD.pack(len(text)) + text
    if descriptor is not None:
        whole = whole[socket.send_fds(sock, [whole], [descriptor]) :]
    if whole:
        sock.sendall(whole)


def receive(sock: socket.socket) -> tuple[dict[str, Any], socket.socket | None]:
    """Wait for one message and the socket that came with it.

    :raises EOFError: when the other side is gone.
    :raises ValueError: for what `send` would not have written.
    """
    head, descriptors, _, _ = socket.recv_fds(sock, _HEAD.size, 1)
    given = socket.socket(fileno=descriptors[0]) if descriptors else None
    head += _exactly(sock, _HEAD.size - len(head)) if head else b""
    if not head:
        raise EOFError("the other side is gone")
    (size,) = _HEAD.unpack(head)
    if size > MAX_BYTES:
        raise ValueError("message too large")
    message = json.loads(_exactly(sock, size))
    if not isinstance(message, dict):
        raise ValueError("no message")
    return message, given


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError("the other side is gone")
        data += part
    return data
