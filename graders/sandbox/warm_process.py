"""One warm process as its keeper holds it, and the children that it sends into rooms."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from graders.sandbox import ground, post
from graders.sandbox.environment import Environment
from graders.sandbox.errors import RoomFailed
from graders.sandbox.orders import Order
from graders.sandbox.room import PACKAGE, RoomSpec, nursery_command, room_environment
from graders.sandbox.site import Site

#: A fork is a matter of milliseconds; a machine that swaps may need more.
FORK_S = 20

#: What is said about a child: its number, and that it is inside.
ANSWERS = 2

#: Scratch space of the warm process: font lists and the like.
SPACE_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How a child gets into a room.

    :param first: pidfd of the room's first process, whose namespaces it enters.
    :param processes: the room's namespace of processes, in which it is born.
    :param doors: descriptors of the control groups that it joins.
    :param uid: the user that it becomes; None where all rooms are the same user's.
    """

    first: int
    processes: int
    doors: Sequence[int]
    uid: int | None
    rlimits: Mapping[str, tuple[int, int]]


class Child:
    """A process that a warm one has sent into a room.

    :param pidfd: ours to close.
    """

    def __init__(self, pid: int, pidfd: int, parent: WarmProcess) -> None:
        self.pid = pid
        self._parent = parent
        self._pidfd = pidfd

    def fileno(self) -> int:
        """Return what becomes readable when it ends."""
        return self._pidfd

    def end(self) -> int | None:
        """Return how it ended, as `subprocess` says it, or None when it had to be killed.

        Its room cannot end before somebody has collected it.
        """
        had_ended = post.has_news(self._pidfd, 0)
        if not had_ended:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        status = self._parent.collect(self.pid)
        return os.waitstatus_to_exitcode(status) if had_ended and status is not None else None


class WarmProcess:
    """One process that has imported everything and waits to be forked."""

    def __init__(self, site: Site, environment: Environment, hash_seed: int) -> None:
        self.forks = 0
        self.is_ready = False
        self.is_over = False
        self._is_ended = False
        self._ends: dict[int, int] = {}
        self.channel, theirs = post.pair()
        space = site.ground.spaces / f"warm-{secrets.token_hex(4)}"
        ground.make_space(space, size_bytes=SPACE_BYTES, owner=0)
        code = f"import sys; sys.path[:0] = [{str(PACKAGE)!r}]; " + (
            f"from graders.sandbox.warm import main; main({theirs.fileno()})"
        )
        spec = RoomSpec(
            base=site.ground.base,
            space=space,
        )
        self._process = subprocess.Popen(
            nursery_command(spec, [site.ground.python, "-s", "-P", "-c", code]),
            env=room_environment(
                site.settings,
                hash_seed=hash_seed,
                library_path=site.ground.library_path,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._space = space
        post.send(self.channel, {"preload": environment.preload})

    def hear(self, timeout_s: float = 0) -> None:
        """Take note of what it says: that it is ready, how a child ended; or of its own end."""
        while not self.is_over and post.has_news(self.channel, timeout_s):
            timeout_s = 0
            try:
                said, _ = post.receive(self.channel)
            except EOFError:
                self.is_over, self.is_ready = True, False
                return
            if "ended" in said:
                self._ends[said["ended"]] = said["status"]
            else:
                self.is_ready = True

    def collect(self, pid: int) -> int | None:
        """Wait until a child that ends is gone; return its status where it is known.

        Once we are over, our children are those of the keeper, the subreaper above us.
        """
        deadline_s = time.monotonic() + FORK_S
        while pid not in self._ends and not self.is_over and time.monotonic() < deadline_s:
            self.hear(FORK_S)
        if pid in self._ends:
            return self._ends.pop(pid)
        if not self.is_over:
            self._kill()  # it hangs: worth no more children
        with suppress(ChildProcessError):
            return os.waitpid(pid, 0)[1]
        return None

    def fork(self, order: Order, entry: Entry) -> Child:
        """Send a child into a room.

        :raises RoomFailed: if that does not work.
        """
        ours, theirs = post.pair()
        ours.settimeout(FORK_S)
        message: dict[str, Any] = {
            **order.inner(entry.rlimits),
            "sockets": list(order.sockets),
            "uid": entry.uid,
            "doors": len(entry.doors),
        }
        sockets = order.sockets.values()
        given = [
            *(theirs.fileno(), entry.processes, entry.first, order.output),
            *(*entry.doors, *sockets),
        ]
        with ours:
            try:
                with theirs:
                    post.send(self.channel, message, given)
                pid, pidfd = _born(ours)
            except (EOFError, OSError) as error:
                raise RoomFailed("Le processus chaud est mort pendant une demande.") from error
        self.forks += 1
        self._ends.pop(pid, None)  # of a child that had the same number
        return Child(pid, pidfd, self)

    def end(self) -> None:
        """Kill the process; its children live on in their rooms."""
        if self._is_ended:
            return
        self._is_ended = True
        self._kill()
        self.channel.close()
        ground.drop_space(self._space)
        self._space.rmdir()

    def _kill(self) -> None:
        """Kill it; its channel then says so to whoever watches it."""
        self.is_over, self.is_ready = True, False
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def _born(answer: socket.socket) -> tuple[int, int]:
    """Wait until a child is in its room; return its number and its pidfd.

    :raises RoomFailed: if it could not enter.
    """
    said: dict[str, Any] = {}
    pidfds: list[int] = []
    try:
        while "error" not in said and len(said) < ANSWERS:
            more, came = post.receive(answer)
            said |= more
            pidfds += came
        if "error" in said:
            raise RoomFailed(f"Le processus chaud n’a pas pu entrer : {said['error']}")
    except BaseException:
        post.close(pidfds)
        raise
    return int(said["pid"]), pidfds[0]
