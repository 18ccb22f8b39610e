"""The kernel itself: its cells, its tests, the sockets that were bound outside."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from importlib import import_module
from signal import SIGINT, default_int_handler, signal
from typing import Any

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.ipkernel import IPythonKernel

from graders.sandbox import channel
from graders.sandbox.kernel_shell import RoomShell


def listen(made: zmq.Socket[Any], descriptor: int) -> None:
    """Have a socket of ZeroMQ accept on a descriptor that was bound outside."""
    made.setsockopt(zmq.USE_FD, descriptor)
    made.bind("ipc://room")


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


class RoomHeartbeat(Heartbeat):  # type: ignore[misc]
    """Listens on a descriptor that was bound outside."""

    def __init__(self, context: zmq.Context[Any], descriptor: int) -> None:
        self.descriptor = descriptor
        super().__init__(context, ("ipc", "room", 5))

    def _bind_socket(self) -> None:
        listen(self.socket, self.descriptor)
