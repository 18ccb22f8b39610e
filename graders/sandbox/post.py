"""Messages with descriptors between worker, keeper and warm process, over packet sockets."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Sequence
from typing import Any

#: A message larger than this is a mistake of ours; learners' data never travels here.
MAX_BYTES = 1 << 20
MAX_DESCRIPTORS = 250


def send(
    channel: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()
) -> None:
    """Send one message; the descriptors stay open here."""
    socket.send_fds(channel, [json.dumps(message).encode()], list(descriptors))


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return the next message with its descriptors.

    :raises EOFError: when the other side is gone.
    """
    try:
        raw, descriptors, _, _ = socket.recv_fds(
            channel, MAX_BYTES, MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionError as error:
        raise EOFError from error
    if not raw:
        raise EOFError
    message: dict[str, Any] = json.loads(raw)
    return message, descriptors


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends that keep the borders of messages."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MAX_BYTES)
    return ends


def has_news(channel: socket.socket | int, timeout_s: float | None) -> bool:
    """Whether something can be read there, or will be in that time.

    `select` refuses descriptors above 1023, which an owner of many kernels reaches.
    """
    poller = select.poll()
    poller.register(channel, select.POLLIN)
    return bool(poller.poll(None if timeout_s is None else timeout_s * 1000))


def close(descriptors: Sequence[int]) -> None:
    """Close our copies of descriptors that were sent or received."""
    for descriptor in descriptors:
        os.close(descriptor)
