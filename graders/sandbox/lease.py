"""A room as its user holds it: closing the lease ends the room."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from types import TracebackType
from typing import Self

from graders.sandbox import post
from graders.sandbox.errors import RoomFailed
from graders.sandbox.meter import Gauge, Meter, Usage

#: How much of what a room's processes said on stdout and stderr is kept.
LAST_WORDS_BYTES = 65_536

#: Building waits for the warm process's first imports.
BUILT_S = 120

#: How long the keeper may take to end a room.
END_S = 20


class Lease:
    """The right to a room; the keeper ends the room when it is given up."""

    def __init__(self, owner: socket.socket, output: int) -> None:
        self._owner = owner
        self._output = output
        self._usage = Usage()
        self._has_ended = False
        self.is_keeper_dead = False
        self.status: int | None = None
        os.set_blocking(output, False)
        owner.settimeout(BUILT_S)
        try:
            message, descriptors = post.receive(owner)
        except (EOFError, OSError) as error:
            self._abandon()
            raise RoomFailed("Le gardien des salles est mort.") from error
        if "failed" in message:
            reason = f"{message['failed']} {self.last_words()}".strip()
            self._abandon()
            raise RoomFailed(reason)
        gauges = [Gauge(**fields) for fields in message["gauges"]]
        self._meter = Meter(gauges, descriptors)

    def fileno(self) -> int:
        """Return what becomes readable when the room ends."""
        return self._owner.fileno()

    @property
    def has_ended(self) -> bool:
        """Whether the room is gone; asks without waiting."""
        if not self._has_ended and self._has_news(0):
            self._read_end()
        return self._has_ended

    def usage(self) -> Usage:
        """Return what the room has used so far."""
        return self._usage if self._has_ended else self._meter.read()

    def oom_kills(self) -> int:
        """Return how many processes the room has lost for want of memory."""
        return self._usage.oom_kills if self._has_ended else self._meter.kills()

    def send_signal(self, number: int) -> None:
        """Have the keeper send a signal to the room's kernel."""
        with suppress(OSError):
            post.send(self._owner, {"signal": number})

    def last_words(self) -> str:
        """Return what the room's processes wrote on their first stdout and stderr."""
        with suppress(BlockingIOError):
            return os.read(self._output, LAST_WORDS_BYTES).decode(errors="replace")
        return ""

    def wait(self, timeout_s: float | None) -> bool:
        """Wait for the room's end; return whether it came."""
        if not self._has_ended and self._has_news(timeout_s):
            self._read_end()
        return self._has_ended

    def _has_news(self, timeout_s: float | None) -> bool:
        return post.has_news(self._owner, timeout_s)

    def end(self) -> None:
        """End the room and learn what it used."""
        if self._has_ended:
            return
        with suppress(OSError):
            self._owner.shutdown(socket.SHUT_WR)
        if not self.wait(END_S):
            self._note_end(None, self._meter.read())

    def close(self) -> None:
        """End the room and forget it."""
        self.end()
        self._abandon()

    def _read_end(self) -> None:
        try:
            message, _ = post.receive(self._owner)
        except (EOFError, OSError):
            self._note_end(None, self._meter.read())
            self.is_keeper_dead = True
        else:
            self._note_end(message["ended"], Usage(**message["usage"]))

    def _note_end(self, status: int | None, usage: Usage) -> None:
        self._has_ended = True
        self.status = status
        self._usage = usage
        self._meter.close()

    def _abandon(self) -> None:
        self._owner.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1


class Program:
    """A trusted function at work in a room of its own."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether it is still at work."""
        return not self._lease.has_ended

    @property
    def status(self) -> int | None:
        """How it ended: 0 when its function returned, negative for a signal."""
        return self._lease.status

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for its end; return whether it came."""
        return self._lease.wait(timeout_s)

    def usage(self) -> Usage:
        """Return what its room has used so far."""
        return self._lease.usage()

    def last_words(self) -> str:
        """Return what it wrote on stderr, such as a traceback."""
        return self._lease.last_words()

    def close(self) -> None:
        """End it."""
        self._lease.close()
