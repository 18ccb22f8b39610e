"""Our ends of a live kernel's sockets, read in turns so that no flood keeps others waiting."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import zmq

from graders.sandbox.lines import CHANNELS, MAX_MESSAGE_BYTES, MAX_WAITING
from graders.sandbox.wire import Message, read

#: How long one kernel's messages may be read before everybody else's turn.
TURN_S = 0.004

#: A kernel that has more to say than its turn waits so many times as long.
PAUSE_FACTOR = 4


class LiveSockets:
    """The channels of one kernel, connected; they are used from the loop's thread alone."""

    def __init__(self, context: zmq.Context[Any], folder: Path) -> None:
        self._folder = folder
        # A question goes to whoever has the name of the cell's sender.
        identity = os.urandom(16).hex().encode()
        self.shell = self._connect(context, zmq.DEALER, "shell", identity)
        self.stdin = self._connect(context, zmq.DEALER, "stdin", identity)
        self.control = self._connect(context, zmq.DEALER, "control", identity)
        self.iopub = self._connect(context, zmq.SUB, "iopub", b"")

    def reconnect_outputs(self) -> None:
        """Listen anew: libzmq hangs up for good on a message that is too large."""
        address = self._address("iopub")
        with suppress(zmq.ZMQError):
            self.iopub.disconnect(address)
        self.iopub.connect(address)

    def close(self) -> None:
        """Close them without waiting, and remove their names."""
        for made in (self.shell, self.stdin, self.control, self.iopub):
            made.close(linger=0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(
        self, context: zmq.Context[Any], kind: int, name: str, identity: bytes
    ) -> zmq.Socket[Any]:
        made = context.socket(kind)
        made.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        made.setsockopt(zmq.RCVHWM, MAX_WAITING)
        made.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            made.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            made.setsockopt(zmq.IDENTITY, identity)
        made.connect(self._address(name))
        return made

    def _address(self, name: str) -> str:
        return f"ipc://{self._folder}/k-{CHANNELS[name]}"


class Reader:
    """Reads one socket whenever it has news, for a turn at a time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        made: zmq.Socket[Any],
        take: Callable[[Message], None],
    ) -> None:
        self._loop = loop
        self._socket = made
        self._take = take
        self._descriptor: int = made.getsockopt(zmq.FD)
        self._pause: asyncio.TimerHandle | None = None
        self._is_closed = False
        loop.add_reader(self._descriptor, self._turn)
        self.look()

    def look(self) -> None:
        """Read soon what may have come without news of it."""
        self._loop.call_soon(self._turn)

    def drain(self) -> None:
        """Read what is left of a kernel that has ended, for a turn."""
        self._read_until(time.monotonic() + TURN_S)

    def close(self) -> None:
        """Read no more."""
        self._is_closed = True
        self._loop.remove_reader(self._descriptor)
        if self._pause is not None:
            self._pause.cancel()

    def _turn(self) -> None:
        if self._is_closed or self._pause is not None:
            return
        began_s = time.monotonic()
        if not self._read_until(began_s + TURN_S) and not self._is_closed:
            self._loop.remove_reader(self._descriptor)
            spent_s = time.monotonic() - began_s
            self._pause = self._loop.call_later(spent_s * PAUSE_FACTOR, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._loop.add_reader(self._descriptor, self._turn)
        self._turn()

    def _read_until(self, deadline_s: float) -> bool:
        """Read; return whether nothing is left."""
        while not self._is_closed and time.monotonic() < deadline_s:
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return True
            message = read(frames)
            if message is not None:
                self._take(message)
        return self._is_closed
