"""The parts of an ipykernel that a room needs otherwise: cells cost less, streams are bound."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from queue import SimpleQueue
from signal import SIGINT, default_int_handler, signal
from time import monotonic, sleep  # bound now, because a learner may replace them
from typing import Any

import zmq
from ipykernel.compiler import XCachingCompiler, murmur2_x86
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

from graders.sandbox import channel

#: A plain number: an `IntFlag` of zmq makes an object for each operation.
POLLIN = int(zmq.POLLIN)

#: Where IPython's own syntax may stand: magics, shell commands, automatic calls, questions.
ESCAPED = re.compile(r"^\s*[%!,;/]|=\s*[%!]|\?", re.MULTILINE)

#: Without one of these words, no cell awaits anything.
AWAITING = re.compile("await|async")


def listen(made: zmq.Socket[Any], descriptor: int) -> None:
    """Have a socket of ZeroMQ accept on a descriptor that was bound outside."""
    made.setsockopt(zmq.USE_FD, descriptor)
    made.bind("ipc://room")


class RoomCompiler(XCachingCompiler):  # type: ignore[misc]
    """Names a cell's code after its text alone, so that warnings read the same each run."""

    def get_code_name(self, raw_code: str, *_: object) -> str:
        return f"/tmp/ipykernel/{murmur2_x86(raw_code, 0xC70F6907)}.py"  # noqa: S108


class RoomTransformers(TransformerManager):  # type: ignore[misc]
    """Splits a cell into tokens only if something in it may be IPython's own syntax."""

    def __init__(self) -> None:
        super().__init__()
        self._genuine = tuple(self.token_transformers)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Return the lines as plain Python."""
        is_genuine = tuple(self.token_transformers) == self._genuine
        if is_genuine and not ESCAPED.search("".join(lines)):
            return lines
        plain: list[str] = super().do_token_transforms(lines)
        return plain


class RoomShell(ZMQInteractiveShell):  # type: ignore[misc]
    """Does once what ipykernel and IPython would each do for a cell."""

    _transformed: tuple[str, str] | None = None
    _awaits: tuple[str | None, bool] | None = None

    def begin_cell(self) -> None:
        """Forget what became of the last cell's source: its transformers may have changed."""
        self._transformed = self._awaits = None

    def transform_cell(self, raw_cell: str) -> str:
        """Return plain Python; ipykernel asks for it, and then IPython asks again."""
        known, self._transformed = self._transformed, None
        if known is not None and known[0] == raw_cell:
            return known[1]
        cell: str = super().transform_cell(raw_cell)
        self._transformed = raw_cell, cell
        return cell

    def should_run_async(
        self, raw_cell: str, *, transformed_cell: str | None = None, **options: Any
    ) -> bool:
        """Say whether a cell awaits something; asked twice as well, and answered once."""
        if transformed_cell is not None and not AWAITING.search(transformed_cell):
            return False
        known, self._awaits = self._awaits, None
        if known is not None and known[0] == transformed_cell:
            return known[1]
        awaits: bool = super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, **options
        )
        self._awaits = transformed_cell, awaits
        return awaits

    async def run_cell_async(self, *args: Any, **options: Any) -> Any:
        """Run a cell; ipykernel looks at our parameters each time, so they are few."""
        return await super().run_cell_async(*args, **options)

    def _format_exception_for_storage(self, *_: object, **__: object) -> dict[str, str]:
        """Spare a second traceback: it would be for the history, which is not kept."""
        return {}


# Libraries ask for the shell's class by its name to know that they are in a notebook.
RoomShell.__name__ = RoomShell.__qualname__ = ZMQInteractiveShell.__name__


class OnlyMainThread:
    """Stands for the thread of the shell channel, which we do without; it counts as absent.

    ipykernel asks it one thing, when a cell awaits: which thread may catch an interrupt.
    """

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class RoomKernel(IPythonKernel):  # type: ignore[misc]
    """Runs cells in the main thread, from the main loop, and has no subshells."""

    _supports_kernel_subshells = False

    # A pause after each cell, in the hope that its outputs arrive before its reply; our
    # clients wait for the idle status, which comes last.
    _execute_sleep = 0

    shell_class = RoomShell

    #: Whoever sent a cell knows that it begins, and its source; its reply says that it is over.
    #: Each message costs two processes a tenth of a millisecond.
    is_terse = False

    def _publish_execute_input(self, *args: Any) -> None:
        if not self.is_terse:
            super()._publish_execute_input(*args)

    def _publish_status(self, *args: Any) -> None:
        if not self.is_terse:
            super()._publish_status(*args)

    def init_metadata(self, parent: dict[str, Any]) -> dict[str, Any]:
        """Begin to count a cell's outputs."""
        self.session.counted, self.session.count = parent["header"]["msg_id"], 0
        metadata: dict[str, Any] = super().init_metadata(parent)
        return metadata

    def finish_metadata(
        self, parent: dict[str, Any], metadata: dict[str, Any], reply_content: dict[str, Any]
    ) -> dict[str, Any]:
        """Have the reply of a terse kernel say how many outputs came before it."""
        if self.is_terse:
            reply_content["published"] = self.session.count
        finished: dict[str, Any] = super().finish_metadata(parent, metadata, reply_content)
        return finished

    def pre_handler_hook(self) -> None:
        """Have an interrupt wait while a message is being sent."""
        thread = self.iopub_thread
        raise_it = default_int_handler if thread is None else thread.turn.interrupt
        self.saved_sigint_handler = signal(SIGINT, raise_it)

    async def do_execute(self, code: str, *args: Any, **options: Any) -> dict[str, Any]:
        """Run a cell."""
        self.shell.begin_cell()
        reply: dict[str, Any] = await super().do_execute(code, *args, **options)
        return reply

    def start(self) -> None:
        """Begin to listen; a terse kernel also watches the door where tests knock."""
        super().start()
        if self.is_terse and channel.NAME in os.environ:
            door = channel.descriptor()
            self.io_loop.add_handler(door, self._answer_test, self.io_loop.READ)

    def _answer_test(self, *_: object) -> None:
        """Answer the checker, without what IPython does around a cell for those who look."""
        self.pre_handler_hook()
        try:
            with suppress(BaseException), self.shell.builtin_trap:
                import_module("graders.verdict.agent").serve(self.shell.user_ns)
        finally:
            self.post_handler_hook()


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

    def send_multipart(self, msg: Any, *, copy: bool = True, **_: object) -> None:
        """Send without queueing: a cell has one reply, from the thread that hears."""
        self.socket.send_multipart(msg, copy=copy)

    def flush(self, *_: object, **__: object) -> None:
        """Look whether a request came meanwhile: sending may have swallowed its signal."""
        if self.socket.getsockopt(zmq.EVENTS) & POLLIN:
            self.io_loop.add_callback(self._handle_events, self.socket, 0)


class RoomHeartbeat(Heartbeat):  # type: ignore[misc]
    """Listens on a descriptor that was bound outside."""

    def __init__(self, context: zmq.Context[Any], descriptor: int) -> None:
        self.descriptor = descriptor
        super().__init__(context, ("ipc", "room", 5))

    def _bind_socket(self) -> None:
        listen(self.socket, self.descriptor)
