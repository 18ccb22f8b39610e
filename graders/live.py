"""One live kernel for a person at work: outputs as they come, questions, interrupts, its end.

Everything happens in the loop's thread, but for the room's building and its end. Nothing is
asked of an idle kernel, so a hundred of them cost no processor time.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Protocol

import zmq
from jupyter_client.session import Session

from graders.kernel import READY_S, SIGNAL_CODE, CellOutcome
from graders.live_lines import LiveSockets, Reader
from graders.live_requests import Request, Requests
from graders.protocol import Limits
from graders.sandbox.errors import KernelDied, RoomFailed
from graders.sandbox.lease import Lease
from graders.sandbox.lines import Lines
from graders.sandbox.nursery import Nursery
from graders.sandbox.wire import Message, text

#: How often the memory of a kernel at work is looked at.
LOOK_S = 0.5

MAX_PROMPT_CHARS = 2000


class Listener(Protocol):
    """Whoever shows what a kernel does. All of it is what the learner's process says."""

    def on_output(self, message: Message) -> None:
        """Take an output of the running cell."""

    def on_input_request(self, prompt: str, *, is_password: bool) -> None:
        """Ask the person a question of the running cell."""

    def on_end(self, outcome: CellOutcome) -> None:
        """Note that the kernel has ended without being told to."""


class LiveKernel:
    """A kernel in its room, driven from an event loop."""

    def __init__(self, lease: Lease, sockets: LiveSockets, *, key: str, pool: Executor) -> None:
        self._lease = lease
        self._sockets = sockets
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._session = Session(key=key.encode(), username="garrigue")
        self._requests = Requests(listen_anew=sockets.reconnect_outputs, look=self._look)
        self._is_closed = False
        self._welcome: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self.listener: Listener | None = None
        self._readers = [
            Reader(self._loop, sockets.iopub, self._take_output),
            Reader(self._loop, sockets.shell, self._requests.take_reply),
            Reader(self._loop, sockets.stdin, self._take_question),
        ]
        self._loop.add_reader(lease.fileno(), self._note_end)

    @property
    def is_alive(self) -> bool:
        """Whether it can run another cell."""
        return not self._is_closed and not self._lease.has_ended

    @property
    def runs_cell(self) -> bool:
        """Whether it has not replied yet to a cell; its last outputs may come after that."""
        return self._requests.runs_cell

    async def ready(self) -> None:
        """Wait until our subscription holds, so that no output is missed.

        :raises RoomFailed: if the kernel does not get there.
        """
        try:
            await asyncio.wait_for(self._welcome, READY_S)
        except (TimeoutError, KernelDied) as error:
            words = self._lease.last_words()
            raise RoomFailed(f"Le noyau n’a pas démarré. {words}".strip()) from error

    def execute(self, source: str, *, is_silent: bool = False) -> Request:
        """Have the kernel run a cell; `done` of the request gives its reply.

        :raises KernelDied: if the kernel is gone; `done` raises it too when it goes.
        """
        content = {
            "code": source,
            "silent": is_silent,
            "store_history": not is_silent,
            "user_expressions": {},
            "allow_stdin": not is_silent,
            "stop_on_error": False,
        }
        request = self._ask("execute_request", content, is_cell=True, is_shown=not is_silent)
        self._look_later()
        return request

    async def complete(self, source: str, cursor: int) -> dict[str, Any]:
        """Return what the kernel proposes at a place of the source."""
        content = {"code": source, "cursor_pos": cursor}
        return await self._ask("complete_request", content).done

    async def inspect(self, source: str, cursor: int) -> dict[str, Any]:
        """Return what the kernel knows of the name at a place of the source."""
        content = {"code": source, "cursor_pos": cursor, "detail_level": 0}
        return await self._ask("inspect_request", content).done

    def answer(self, value: str) -> None:
        """Answer the question that the running cell waits for."""
        self._session.send(self._sockets.stdin, "input_reply", {"value": value})

    def interrupt(self) -> None:
        """Ask the kernel to raise KeyboardInterrupt in the running cell."""
        self._session.send(self._sockets.control, "interrupt_request", {})

    def send_interrupt(self) -> None:
        """Have the keeper interrupt it, for a kernel that no longer listens."""
        self._lease.send_signal(signal.SIGINT)

    async def abandon(self) -> None:
        """End a kernel that obeys no more, and say so to whoever listens."""
        self._die(CellOutcome.TIMED_OUT)

    async def close(self) -> None:
        """End the room."""
        if self._is_closed:
            return
        self._stop_listening()
        self._fail_all()
        await self._loop.run_in_executor(self._pool, self._lease.close)
        self._sockets.close()

    def _stop_listening(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.remove_reader(self._lease.fileno())
        for reader in self._readers:
            reader.close()
        if self._timer is not None:
            self._timer.cancel()

    def _ask(
        self,
        kind: str,
        content: dict[str, Any],
        *,
        is_cell: bool = False,
        is_shown: bool = False,
    ) -> Request:
        if not self.is_alive:
            raise KernelDied("Le noyau s’est arrêté.")
        message = self._session.msg(kind, content)
        request = self._requests.add(
            message["header"]["msg_id"], is_cell=is_cell, is_shown=is_shown
        )
        self._session.send(self._sockets.shell, message)
        for reader in self._readers[:2]:
            reader.look()  # sending may have swallowed the news of what came meanwhile
        return request

    def _take_output(self, message: Message) -> None:
        if message.kind == "iopub_welcome":
            if not self._welcome.done():
                self._welcome.set_result(None)
        elif self._requests.hear(message) and self.listener is not None:
            self.listener.on_output(message)

    def _take_question(self, message: Message) -> None:
        if message.kind == "input_request" and self.listener is not None:
            self.listener.on_input_request(
                text(message.content.get("prompt"), MAX_PROMPT_CHARS),
                is_password=message.content.get("password") is True,
            )

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(LOOK_S, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._look()
        if not self._is_closed and self._requests.has_cell:
            self._look_later()

    def _look(self) -> None:
        """Notice that memory ran out; the kernel itself may not have been the victim."""
        if self._has_lost_a_process():
            self._die(CellOutcome.OUT_OF_MEMORY)

    def _has_lost_a_process(self) -> bool:
        return self._lease.usage().oom_kills > 0

    def _note_end(self) -> None:
        if self._lease.has_ended:
            for reader in self._readers:
                reader.drain()
            self._die(self._died_as())

    def _died_as(self) -> CellOutcome:
        usage, status = self._lease.usage(), self._lease.status
        if usage.oom_kills > 0:
            return CellOutcome.OUT_OF_MEMORY
        if status in (-signal.SIGXCPU, SIGNAL_CODE + signal.SIGXCPU):
            return CellOutcome.TIMED_OUT
        return CellOutcome.DIED

    def _die(self, outcome: CellOutcome) -> None:
        if self._is_closed:
            return
        self._stop_listening()
        if self.listener is not None:
            self.listener.on_end(outcome)
        self._fail_all()
        self._pool.submit(self._bury)

    def _bury(self) -> None:
        self._lease.close()
        self._loop.call_soon_threadsafe(self._sockets.close)

    def _fail_all(self) -> None:
        if not self._welcome.done():
            self._welcome.set_exception(KernelDied("Le noyau s’est arrêté."))
            self._welcome.exception()  # nobody has to look at it
        self._requests.fail_all()


async def start(
    nursery: Nursery,
    *,
    limits: Limits,
    files: Mapping[str, Path],
    seed: int | None = None,
    channel: socket.socket | None = None,
    pool: Executor,
) -> LiveKernel:
    """Return a kernel that is ready, in a fresh room; the arguments are `Nursery.kernel`'s.

    :raises RoomFailed: if the room cannot be built.
    """
    key = secrets.token_hex(32)

    def build() -> tuple[Lease, LiveSockets]:
        with Lines() as lines:
            sockets = dict(lines.listeners)
            if channel is not None:
                sockets["channel"] = channel
            lease = nursery.lease_kernel(
                limits=limits, files=files, sockets=sockets, key=key, seed=seed
            )
            return lease, LiveSockets(zmq.Context.instance(), lines.folder)

    building = asyncio.get_running_loop().run_in_executor(pool, build)
    try:
        lease, sockets = await asyncio.shield(building)
    except asyncio.CancelledError:
        building.add_done_callback(lambda built: _discard(built, pool))
        raise
    kernel = LiveKernel(lease, sockets, key=key, pool=pool)
    try:
        await kernel.ready()
    except BaseException:
        await kernel.close()
        raise
    return kernel


def _discard(built: asyncio.Future[tuple[Lease, LiveSockets]], pool: Executor) -> None:
    """Give up a room that was built for nobody."""
    if not built.cancelled() and built.exception() is None:
        lease, sockets = built.result()
        sockets.close()
        pool.submit(lease.close)
