"""The process that builds, watches and ends rooms; it runs nothing of a learner's.

It has one thread, because a room dies with the thread that started it, and ends with the
process that started it. Each room is ordered with a socket of its own: its other end being
closed is the wish to end the room, so no room outlives whoever asked for it.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from graders.sandbox import ground, limits, linux, post
from graders.sandbox.environment import Environment
from graders.sandbox.errors import SandboxError
from graders.sandbox.live import LiveRoom
from graders.sandbox.orders import Order
from graders.sandbox.seccomp import compile_filter
from graders.sandbox.site import Site
from graders.sandbox.warmth import Warmth

#: How often groups of dead rooms are tried again, while there are any.
RETRY_MS = 50


class Keeper:
    """The rooms of one worker."""

    def __init__(self, control: socket.socket, site: Site, warmth: Warmth | None) -> None:
        self._control = control
        self._site = site
        self._warmth = warmth
        self._waiting: list[Order] = []
        self._rooms: dict[int, LiveRoom] = {}
        self._dying: list[limits.RoomGroup] = []
        self._owner = os.pidfd_open(os.getppid())

    def run(self) -> None:
        """Serve until the worker is gone."""
        try:
            while self._step():
                pass
        finally:
            for room in list(self._rooms.values()):
                self._end(room)
            for group in self._dying:
                group.remove_soon()

    def _step(self) -> bool:
        poll = select.poll()
        watched = self._watched()
        for descriptor in (*watched, self._control.fileno(), self._owner):
            poll.register(descriptor, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(RETRY_MS if self._dying else None)}
        for descriptor in ready & set(watched):
            watched[descriptor]()
        is_wanted = self._owner not in ready
        if is_wanted and self._control.fileno() in ready:
            is_wanted = self._take()
        self._serve_waiting()
        self._sweep()
        return is_wanted

    def _watched(self) -> dict[int, Callable[[], None]]:
        """Return what to do when a descriptor has news."""
        watched: dict[int, Callable[[], None]] = {}
        for room in self._rooms.values():
            for descriptor in room.watched():
                watched[descriptor] = partial(self._attend, room)
        if self._warmth is not None:
            for descriptor in self._warmth.watched():
                watched[descriptor] = self._warmth.attend
        return watched

    def _take(self) -> bool:
        try:
            message, descriptors = post.receive(self._control)
        except EOFError:
            return False
        self._waiting.append(Order(message, descriptors))
        return True

    def _serve_waiting(self) -> None:
        still: list[Order] = []
        for order in self._waiting:
            warmth = self._warmth if order.is_warm else None
            if warmth is not None and not warmth.is_ready_for(order.seed):
                still.append(order)
            else:
                self._open(order)
        self._waiting = still

    def _open(self, order: Order) -> None:
        warmth = self._warmth if order.is_warm else None
        try:
            room = LiveRoom(order, self._site, warmth)
        except (OSError, SandboxError, ValueError) as error:
            order.refuse(f"{type(error).__name__}: {error}")
            return
        self._rooms[room.number] = room

    def _attend(self, room: LiveRoom) -> None:
        if not room.attend():
            self._end(room)

    def _end(self, room: LiveRoom) -> None:
        if self._rooms.pop(room.number, None) is None:
            return
        try:
            self._dying.append(room.end())
        except OSError:
            # The other rooms go on; this one's walls fall with its first process.
            traceback.print_exc(file=sys.stderr)

    def _sweep(self) -> None:
        self._dying = [group for group in self._dying if not group.remove()]


def main(control_fd: int) -> None:
    """Prepare, tell whether it worked, then serve."""
    control = socket.socket(fileno=control_fd)
    message, _ = post.receive(control)
    try:
        site, warmth = _prepare(message)
    except (OSError, SandboxError) as error:
        post.send(control, {"error": str(error), "kind": type(error).__name__})
        return
    post.send(control, {"kind": site.holding.kind})
    try:
        Keeper(control, site, warmth).run()
    except Exception:
        traceback.print_exc(file=sys.stderr)
        raise


def _prepare(message: dict[str, Any]) -> tuple[Site, Warmth | None]:
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    os.umask(0o022)
    if os.geteuid() == 0:
        os.setgroups([])
    holding = limits.find_holding()
    limits.require_totals(holding, message["settings"])
    limits.sweep(holding)
    environment = Environment.from_json(message["environment"])
    program = compile_filter()
    site = Site(
        ground=ground.prepare(environment, holding.parents),
        holding=holding,
        filter=program,
        settings=message["settings"],
        first_uid=message["first_uid"],
    )
    if not message["is_warm"]:
        return site, None
    return site, Warmth(site, environment)
