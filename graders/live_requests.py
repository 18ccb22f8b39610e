"""What was asked of a live kernel and is not answered yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graders.execution import IDLE_S
from graders.sandbox.errors import KernelDied
from graders.sandbox.wire import Message


@dataclass(kw_only=True)
class Request:
    """Something that was asked of the kernel.

    :param is_shown: whether its outputs go to whoever listens.
    :param has_lost: outputs are missing: the kernel said too much at once.
    """

    id: str
    done: asyncio.Future[dict[str, Any]]
    is_cell: bool = False
    is_shown: bool = False
    reply: dict[str, Any] | None = None
    is_idle: bool = False
    has_lost: bool = False
    heard_s: float = field(default_factory=time.monotonic)


class Requests:
    """The open requests of one kernel. A cell is done when it was replied to and is idle.

    :param listen_anew: called when the last outputs of a cell do not come.
    :param look: called when a cell is done, before anybody knows.
    """

    def __init__(self, *, listen_anew: Callable[[], None], look: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listen_anew = listen_anew
        self._look = look
        self._open: dict[str, Request] = {}

    @property
    def has_cell(self) -> bool:
        """Whether a cell runs or waits in the kernel."""
        return any(request.is_cell for request in self._open.values())

    @property
    def runs_cell(self) -> bool:
        """Whether the kernel still owes the reply to a cell."""
        return any(made.is_cell and made.reply is None for made in self._open.values())

    def add(self, id: str, *, is_cell: bool, is_shown: bool) -> Request:
        """Note a request."""
        request = Request(
            id=id, done=self._loop.create_future(), is_cell=is_cell, is_shown=is_shown
        )
        self._open[id] = request
        return request

    def hear(self, message: Message) -> Request | None:
        """Take what came on the output channel; return the cell that it shows something of."""
        request = self._open.get(message.parent_id)
        if request is None or not request.is_cell:
            return None
        request.heard_s = time.monotonic()
        if message.kind == "status":
            request.is_idle = message.content.get("execution_state") == "idle"
            self._settle(request)
            return None
        return request if request.is_shown else None

    def take_reply(self, message: Message) -> None:
        """Take what came on the shell channel."""
        request = self._open.get(message.parent_id)
        if request is None or not message.kind.endswith("_reply"):
            return
        request.reply = message.content
        request.heard_s = time.monotonic()
        request.is_idle = request.is_idle or not request.is_cell
        if not self._settle(request):
            self._loop.call_later(IDLE_S, self._give_up_outputs, request)

    def fail_all(self) -> None:
        """Let nobody wait for a kernel that is gone."""
        for request in self._open.values():
            if not request.done.done():
                request.done.set_exception(KernelDied("Le noyau s’est arrêté."))
                request.done.exception()  # nobody has to look at it
        self._open.clear()

    def _give_up_outputs(self, request: Request) -> None:
        """Do without the last outputs of a kernel that has said too much at once."""
        if request.done.done():
            return
        silent_s = time.monotonic() - request.heard_s
        if silent_s < IDLE_S:
            self._loop.call_later(IDLE_S - silent_s + 0.01, self._give_up_outputs, request)
            return
        request.is_idle = request.has_lost = True
        self._listen_anew()
        self._settle(request)

    def _settle(self, request: Request) -> bool:
        if request.reply is None or not request.is_idle:
            return False
        self._open.pop(request.id, None)
        if request.is_cell:
            self._look()
        if not request.done.done():
            request.done.set_result(request.reply)
        return True
