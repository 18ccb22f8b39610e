"""Messages on a stream socket: a JSON text with raw buffers behind it."""

from __future__ import annotations

import array
import json
import mmap
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

from graders.verdict.codec import BadValue
from graders.verdict.sharing import SHARED_FROM, Lender, Shared

MAX_TEXT_BYTES = 64 << 20
MAX_BUFFERS = 100_000
MAX_BYTES = 256 << 20
#: From this size on, memory comes in huge pages: a copy then costs a third.
HUGE_FROM = 4 << 20
#: Buffers below this size are joined with the text and sent at once.
JOIN_BELOW = 64 << 10

#: Most messages fit into one read.
AT_ONCE = 16 << 10

#: In a buffer's size: it did not come through the socket, but with it as a descriptor.
SHARED = 1 << 63
MAX_SHARED = 8
_DESCRIPTORS_BYTES = socket.CMSG_SPACE(MAX_SHARED * array.array("i").itemsize)

_HEAD = struct.Struct("!II")
#: As `json.dumps` without circles, but made once: that saves microseconds a message.
_pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, None, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True
)
#: Reads one value from a place in a text; `json.loads` asks two regular expressions more.
_scan = json.decoder.JSONDecoder().scan_once  # type: ignore[attr-defined]


class Closed(EOFError):
    """The other side is gone."""


def send(
    sock: socket.socket, message: Any, buffers: list[Any], *, lender: Lender | None = None
) -> None:
    """Send one message.

    :param lender: shares large buffers, where the other side takes descriptors.
    :raises BadValue: when it is larger than a message may be.
    """
    text = "".join(_pieces(message, 0)).encode("ascii")
    if not buffers and len(text) < JOIN_BELOW:
        sock.sendall(_HEAD.pack(len(text), 0) + text)
    else:
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        _send_parts(sock, text, views, lender)


def _send_parts(
    sock: socket.socket, text: bytes, views: list[memoryview], lender: Lender | None
) -> None:
    sizes = [view.nbytes for view in views]
    if len(text) + sum(sizes) > MAX_BYTES or len(text) > MAX_TEXT_BYTES:
        raise BadValue("message too large")
    if len(views) > MAX_BUFFERS:
        raise BadValue("too many buffers")
    shared = _share(views, lender) if lender is not None else {}
    for number in shared:
        sizes[number] |= SHARED
    head = _HEAD.pack(len(text), len(views)) + struct.pack(f"!{len(sizes)}Q", *sizes)
    if shared:
        _send_descriptors(sock, head, list(shared.values()))
    _send_large(
        sock,
        [text] if shared else [head, text],
        [view for number, view in enumerate(views) if number not in shared],
    )


def _send_large(sock: socket.socket, parts: list[Any], views: list[memoryview]) -> None:
    for view in views:
        if view.nbytes < JOIN_BELOW:
            parts.append(view)
            continue
        sock.sendall(b"".join(parts))
        sock.sendall(view)
        parts = []
    if parts:
        sock.sendall(b"".join(parts))


def _share(views: Sequence[memoryview], lender: Lender) -> dict[int, int]:
    """Return the descriptors of the large buffers that could be shared, by their numbers."""
    large = [number for number, view in enumerate(views) if view.nbytes >= SHARED_FROM]
    made = {number: lender.lend(views[number]) for number in large[:MAX_SHARED]}
    return {number: descriptor for number, descriptor in made.items() if descriptor is not None}


def _send_descriptors(sock: socket.socket, head: bytes, descriptors: list[int]) -> None:
    try:
        sent = socket.send_fds(sock, [head], descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    sock.sendall(head[sent:])


def receive(sock: socket.socket, *, takes_shared: bool = False) -> tuple[Any, list[Any]]:
    """Wait for one message and return its JSON and its buffers.

    Both sides speak in turn, so nothing may follow a message.

    :param takes_shared: the other side is trusted to share; else its descriptors are lost.
    :raises Closed: when the other side is gone.
    :raises BadValue: for anything that `send` would not have written.
    """
    if takes_shared:
        data, extra, _, _ = sock.recvmsg(AT_ONCE, _DESCRIPTORS_BYTES)
        if extra:
            return _receive_parts(_Reader(sock, data), _descriptors(extra))
    else:
        data = sock.recv(AT_ONCE)
    if len(data) >= _HEAD.size:
        text_bytes, count = _HEAD.unpack_from(data)
        if count == 0 and len(data) == _HEAD.size + text_bytes:
            return _parsed(data[_HEAD.size :]), []
    return _receive_parts(_Reader(sock, data), [])


def _descriptors(extra: Sequence[tuple[int, int, bytes]]) -> list[int]:
    found = array.array("i")
    for _, _, raw in extra:
        found.frombytes(raw)
    return found.tolist()


def _receive_parts(reader: _Reader, descriptors: list[int]) -> tuple[Any, list[Any]]:
    text_bytes, count = _HEAD.unpack(reader.take(_HEAD.size))
    if text_bytes > MAX_TEXT_BYTES or count > MAX_BUFFERS:
        raise BadValue("message too large")
    sizes = struct.unpack(f"!{count}Q", reader.take(8 * count)) if count else ()
    if text_bytes + sum(size & ~SHARED for size in sizes) > MAX_BYTES:
        raise BadValue("message too large")
    if sum(size >= SHARED for size in sizes) != len(descriptors):
        raise BadValue("a buffer that was not shared")
    text = reader.take(text_bytes)
    buffers = [
        Shared.of(descriptors.pop(0), size & ~SHARED) if size & SHARED else reader.take(size)
        for size in sizes
    ]
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
