"""How a kernel in a room speaks: from whatever thread has something to say, and at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import SimpleQueue
from time import monotonic, sleep  # bound now, because a learner may replace them
from typing import Any

import zmq
from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

from graders.sandbox.lines import send

#: A plain number: an `IntFlag` of zmq makes an object for each operation.
POLLIN = int(zmq.POLLIN)


class Turn:
    """One thread at a time speaks to the outside; an interrupt waits until it is through.

    A message cut in the middle would spoil the next one.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._main = threading.main_thread().ident
        self._depth = 0
        self._is_interrupted = False

    def __enter__(self) -> None:
        # Before the lock: an interrupt in between must not leave it taken.
        if threading.get_ident() == self._main:
            self._depth += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if threading.get_ident() == self._main:
            self._depth -= 1
            if self._depth == 0 and self._is_interrupted:
                self._is_interrupted = False
                raise KeyboardInterrupt

    def interrupt(self, *_: object) -> None:
        """Raise `KeyboardInterrupt`, as soon as nothing is being said; a signal's handler."""
        if self._depth == 0:
            raise KeyboardInterrupt
        self._is_interrupted = True


class RoomStream(OutStream):  # type: ignore[misc]
    """A standard stream that stops sending when one cell has said enough.

    It spares an honest flood: what is sent is cut outside again, whoever sends it.
    """

    max_chars = 1 << 20
    _flush_pending = False

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """Begin a cell's share."""
        self.left = self.max_chars
        super().set_parent(parent)

    def flush(self) -> None:
        """Send what was written, from this thread."""
        self._flush()

    def _schedule_flush(self) -> None:
        if not self._flush_pending:
            self._flush_pending = True
            self.pub_thread.call_later(self.flush_interval, self._flush)

    def _flush(self) -> None:
        if self.closed:  # by the learner's code; whoever writes to it is told so
            return
        if not self._is_master_process():  # a fork of the learner's may have copied a lock
            super()._flush()
            return
        with self.pub_thread.turn:
            if self._buffers or self.echo is not None:
                super()._flush()
            self._flush_pending = False

    def write(self, string: str) -> int:
        """Send what is left of the share, and pretend to have sent it all."""
        left = getattr(self, "left", self.max_chars)
        if isinstance(string, str) and len(string) > left:
            self.left = 0
            super().write(string[:left])
            return len(string)
        self.left = left - len(string)
        super().write(string)
        return len(string)


class RoomIOPubThread(IOPubThread):  # type: ignore[misc]
    """Sends from whatever thread speaks; its own waits for timers, listeners and children.

    Handing each message to another thread would cost several times the message itself.
    """

    def __init__(self, socket: zmq.Socket[Any], session: Any) -> None:
        self.turn = Turn()
        super().__init__(socket, pipe=True, session=session)

    def send_multipart(self, msg: Any, *args: Any, **options: Any) -> None:
        """Send now; from a forked child through the pipe."""
        if not self._is_master_process():
            self._really_send(msg, *args, **options)
            return
        with self.turn:
            self._really_send(msg, *args, **options)
            self._hear()

    def call_later(self, delay_s: float, f: Callable[[], object]) -> None:
        """Call a function in this thread after a while."""
        self.schedule(lambda: self.io_loop.call_later(delay_s, f))

    def schedule(self, f: Callable[[], object]) -> None:
        """Call a function in this thread, woken by its loop and not by a socket of ZeroMQ."""
        if self.thread.is_alive():
            self.io_loop.asyncio_loop.call_soon_threadsafe(f)
        else:
            f()

    def _setup_event_pipe(self) -> None:
        """Do without: the loop hears by itself."""

    def _setup_xpub_listener(self) -> None:
        self.io_loop.add_handler(self.socket.fileno(), self._hear, self.io_loop.READ)

    def _hear(self, *_: object) -> None:
        """Welcome new listeners.

        Their signal comes once and any sending may swallow it, so each sending looks too.
        """
        with self.turn:
            while not self.closed and self.socket.getsockopt(zmq.EVENTS) & POLLIN:
                self._handle_subscription(self.socket.recv_multipart(zmq.NOBLOCK))

    def _setup_pipe_in(self) -> None:
        self._pipe_uuid = os.urandom(16)
        self._pipe_address = f"ipc:///tmp/.kernel-{self._pipe_uuid.hex()}"
        pipe_in = self.socket.context.socket(zmq.PULL)
        pipe_in.linger = 0
        pipe_in.bind(self._pipe_address)
        self._pipe_in = ZMQStream(pipe_in, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[zmq.Context[Any], zmq.Socket[Any]]:
        context = zmq.Context()
        pipe_out = context.socket(zmq.PUSH)
        pipe_out.linger = 3000
        pipe_out.connect(self._pipe_address)
        return context, pipe_out


class LateIOPubThread(RoomIOPubThread):
    """Begins only before the first fork, whose outputs come through the loop: few cells fork.

    Until then the loop of the cells hears listeners, and a plain thread waits for the time.
    """

    thread = io_loop = None
    _pipe_flag = True

    def __init__(self, socket: zmq.Socket[Any], session: Any) -> None:
        self.turn = Turn()
        self.socket, self.session = socket, session
        self.background_socket = BackgroundSocket(self)
        self._master_pid = os.getpid()
        self._timers: SimpleQueue[tuple[float, Callable[[], object]]] = SimpleQueue()
        self._has_timers = False
        IOLoop.current().add_handler(socket.fileno(), self._hear, IOLoop.READ)
        os.register_at_fork(before=self._begin)

    def start(self) -> None:
        """Wait for the first fork."""

    def _begin(self) -> None:
        if self.thread is None:
            IOPubThread.__init__(self, self.socket, pipe=True, session=self.session)
            IOPubThread.start(self)

    def call_later(self, delay_s: float, f: Callable[[], object]) -> None:
        """Call a function after a while, which is the same for all, if a thread can be had."""
        if not self._has_timers:
            with suppress(RuntimeError):
                threading.Thread(target=self._wait, daemon=True).start()
                self._has_timers = True
        self._timers.put((monotonic() + delay_s, f))

    def _wait(self) -> None:
        while True:
            due_s, f = self._timers.get()
            sleep(max(0.0, due_s - monotonic()))
            f()


class ReplyStream(ZMQStream):  # type: ignore[misc]
    """The shell's socket, heard by the loop and answered at once."""

    def send_multipart(self, msg: Any, **_: object) -> None:
        """Send without queueing: a cell has one reply, from the thread that hears."""
        send(self.socket, msg)

    def flush(self, *_: object, **__: object) -> None:
        """Look whether a request came meanwhile: sending may have swallowed its signal."""
        if self.socket.getsockopt(zmq.EVENTS) & POLLIN:
            self.io_loop.add_callback(self._handle_events, self.socket, 0)
