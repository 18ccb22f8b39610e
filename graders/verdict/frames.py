"""Messages on a stream socket: a JSON text with raw buffers behind it."""

from __future__ import annotations

import json
import mmap
import socket
import struct
from typing import Any

from graders.verdict.codec import BadValue

MAX_TEXT_BYTES = 64 << 20
MAX_BUFFERS = 100_000
MAX_BYTES = 256 << 20
#: From this size on, memory comes in huge pages: a copy then costs a third.
HUGE_FROM = 4 << 20
#: Buffers below this size are joined with the text and sent at once.
JOIN_BELOW = 64 << 10

#: Most messages fit into one read.
AT_ONCE = 16 << 10

_HEAD = struct.Struct("!II")
#: As `json.dumps` without circles, but made once: that saves microseconds a message.
_pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, None, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True
)
#: Reads one value from a place in a text; `json.loads` asks two regular expressions more.
_scan = json.decoder.JSONDecoder().scan_once  # type: ignore[attr-defined]


class Closed(EOFError):
    """The other side is gone."""


def send(sock: socket.socket, message: Any, buffers: list[Any]) -> None:
    """Send one message.

    :raises BadValue: when it is larger than a message may be.
    """
    text = "".join(_pieces(message, 0)).encode("ascii")
    if not buffers and len(text) < JOIN_BELOW:
        sock.sendall(_HEAD.pack(len(text), 0) + text)
    else:
        _send_parts(sock, text, [memoryview(buffer).cast("B") for buffer in buffers])


def _send_parts(sock: socket.socket, text: bytes, views: list[memoryview]) -> None:
    sizes = [view.nbytes for view in views]
    if len(text) + sum(sizes) > MAX_BYTES or len(text) > MAX_TEXT_BYTES:
        raise BadValue("message too large")
    if len(views) > MAX_BUFFERS:
        raise BadValue("too many buffers")
    parts: list[Any] = [
        _HEAD.pack(len(text), len(views)),
        struct.pack(f"!{len(sizes)}Q", *sizes),
        text,
    ]
    for view in views:
        if view.nbytes < JOIN_BELOW:
            parts.append(view)
            continue
        sock.sendall(b"".join(parts))
        sock.sendall(view)
        parts = []
    if parts:
        sock.sendall(b"".join(parts))


def receive(sock: socket.socket) -> tuple[Any, list[Any]]:
    """Wait for one message and return its JSON and its buffers.

    Both sides speak in turn, so nothing may follow a message.

    :raises Closed: when the other side is gone.
    :raises BadValue: for anything that `send` would not have written.
    """
    data = sock.recv(AT_ONCE)
    if len(data) >= _HEAD.size:
        text_bytes, count = _HEAD.unpack_from(data)
        if count == 0 and len(data) == _HEAD.size + text_bytes:
            return _parsed(data[_HEAD.size :]), []
    return _receive_parts(_Reader(sock, data))


def _receive_parts(reader: _Reader) -> tuple[Any, list[Any]]:
    text_bytes, count = _HEAD.unpack(reader.take(_HEAD.size))
    if text_bytes > MAX_TEXT_BYTES or count > MAX_BUFFERS:
        raise BadValue("message too large")
    sizes = struct.unpack(f"!{count}Q", reader.take(8 * count)) if count else ()
    if text_bytes + sum(sizes) > MAX_BYTES:
        raise BadValue("message too large")
    text = reader.take(text_bytes)
    buffers = [reader.take(size) for size in sizes]
    if reader.is_left():
        raise BadValue("more than one message")
    return _parsed(text), buffers


def _parsed(text: bytes) -> Any:
    try:
        value, end = _scan(str(text, "ascii"), 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise BadValue(f"unreadable message ({type(error).__name__})") from None
    if end != len(text):
        raise BadValue("more than one value")
    return value


class _Reader:
    """Takes first what has come already, because each look at the socket costs time."""

    def __init__(self, sock: socket.socket, data: bytes) -> None:
        self._sock = sock
        self._data = data
        self._at = 0
        if not self._data:
            raise Closed

    def is_left(self) -> bool:
        """Whether something came that nobody took."""
        return self._at < len(self._data)

    def take(self, size: int) -> Any:
        """Return the next bytes; large ones can be written to."""
        end = self._at + size
        if end <= len(self._data):
            part = self._data[self._at : end]
            self._at = end
            return bytearray(part)
        data = _space(size)
        done = len(self._data) - self._at
        data[:done] = self._data[self._at :]
        self._at = len(self._data)
        view = memoryview(data)
        while done < size:
            received = self._sock.recv_into(view[done:])
            if not received:
                raise Closed
            done += received
        return data


def _space(size: int) -> Any:
    if size < HUGE_FROM:
        return bytearray(size)
    data = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    data.madvise(mmap.MADV_HUGEPAGE)
    return data
