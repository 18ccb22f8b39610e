"""The sockets of one kernel: bound outside, handed in by descriptor, connected by name.

The names lie in a folder that only we may enter, so nothing that a learner can write is
opened by name, and nobody else can reach the kernel.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zmq

#: Their numbers are the « ports » of jupyter_client's ipc transport.
CHANNELS = {"shell": 1, "iopub": 2, "stdin": 3, "control": 4, "hb": 5}

#: What whoever grades speaks over: nobody types, and the keeper tells of a kernel's death and
#: interrupts it.
GRADED = ("shell", "iopub")

#: Largest message that we take; libzmq hangs up on a larger one.
MAX_MESSAGE_BYTES = 8 << 20

#: A plain number: an `IntFlag` of zmq makes an object for each operation.
SNDMORE = int(zmq.SNDMORE)

#: Messages that wait unread; the kernel's own queue takes what exceeds it.
MAX_WAITING = 32


@dataclass(frozen=True, kw_only=True)
class Sockets:
    """Our ends, connected."""

    shell: zmq.Socket[Any]
    iopub: zmq.Socket[Any]
    folder: Path

    def reconnect_outputs(self) -> None:
        """Listen anew: libzmq hangs up for good on a message that is too large."""
        address = f"ipc://{self.folder}/k-{CHANNELS['iopub']}"
        with suppress(zmq.ZMQError):
            self.iopub.disconnect(address)
        self.iopub.connect(address)

    def close(self) -> None:
        """Close them without waiting, and remove their names."""
        for made in (self.shell, self.iopub):
            made.close(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)


def send(made: zmq.Socket[Any], frames: Sequence[Any]) -> None:
    """Send a message by its frames."""
    *most, last = frames
    for frame in most:
        made.send(frame, SNDMORE)
    made.send(last)


def receive(made: zmq.Socket[Any], flags: int = 0) -> list[bytes]:
    """Return the frames of a message: each tells whether another follows, unasked."""
    frame = made.recv(flags, copy=False)
    frames = [frame.bytes]
    while frame.more:
        frame = made.recv(flags, copy=False)
        frames.append(frame.bytes)
    return frames


class Lines:
    """Listening sockets on their way into a room; our copies are closed on leaving."""

    def __init__(
        self, folder: Path | None = None, *, channels: Iterable[str] = CHANNELS
    ) -> None:
        self._channels = tuple(channels)
        self.folder = folder or Path(tempfile.mkdtemp(prefix="garrigue-"))
        self.listeners: dict[str, socket.socket] = {}
        self._is_kept = folder is not None

    def __enter__(self) -> Self:
        for name in self._channels:
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            address = self.folder / f"k-{CHANNELS[name]}"
            address.unlink(missing_ok=True)
            made.bind(str(address))
            made.listen(8)
            # libzmq accepts in its own thread and must never wait there.
            made.setblocking(False)
            self.listeners[name] = made
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for made in self.listeners.values():
            made.close()
        if error is not None and not self._is_kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def prefix(self) -> str:
        """What jupyter_client calls the `ip` of these sockets."""
        return str(self.folder / "k")

    def connect(self) -> Sockets:
        """Return our ends."""
        context = zmq.Context.instance()
        return Sockets(
            shell=self._connect(context, zmq.DEALER, "shell"),
            iopub=self._connect(context, zmq.SUB, "iopub"),
            folder=self.folder,
        )

    def _connect(self, context: zmq.Context[Any], kind: int, name: str) -> zmq.Socket[Any]:
        made = context.socket(kind)
        made.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        made.setsockopt(zmq.RCVHWM, MAX_WAITING)
        made.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            made.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            made.setsockopt(zmq.IDENTITY, os.urandom(16).hex().encode())
        made.connect(f"ipc://{self.folder}/k-{CHANNELS[name]}")
        return made
