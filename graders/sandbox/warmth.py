"""Keeps a warm process ready and has it send children into rooms."""

from __future__ import annotations

import secrets
import select
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from graders.sandbox import ground, post
from graders.sandbox.environment import Environment
from graders.sandbox.errors import RoomFailed
from graders.sandbox.room import PACKAGE, RoomSpec, nursery_command, room_environment

if TYPE_CHECKING:
    from graders.sandbox.live import Site
    from graders.sandbox.orders import Order

#: A fork is a matter of milliseconds; a machine that swaps may need more.
FORK_S = 20

#: After so many forks a new warm process takes over, with a new hash seed.
FORKS_PER_PROCESS = 256

#: Scratch space of the warm process: font lists and the like.
SPACE_BYTES = 64 << 20


class Warmth:
    """The warm process of one environment, replaced when it dies or has forked often."""

    def __init__(self, site: Site, environment: Environment) -> None:
        self._site = site
        self._environment = environment
        self._failures = 0
        self._current: WarmProcess | None = None
        self._next: WarmProcess | None = WarmProcess(site, environment)

    @property
    def is_settled(self) -> bool:
        """Whether an order need not wait: a process is ready, or none will ever be."""
        return self._current is not None or self._next is None

    def watched(self) -> list[int]:
        """Return the descriptors on which a warm process gets ready or dies."""
        return [made.channel.fileno() for made in (self._current, self._next) if made]

    def attend(self) -> None:
        """Take note of what became of the processes."""
        if self._next is not None and self._next.has_news():
            if self._next.is_ready:
                self._retire()
                self._current, self._next, self._failures = self._next, None, 0
            else:
                self._next.end()
                self._failures += 1
                self._next = self._try_again()
        if self._current is not None and self._current.has_news():
            self._retire()
            self._next = self._next or self._try_again()

    def fork(
        self,
        order: Order,
        rlimits: Mapping[str, tuple[int, int]],
        first: int,
        doors: Sequence[int],
        uid: int,
    ) -> int:
        """Send a child into the room whose first process is given; return its process id.

        :raises RoomFailed: if the warm process cannot.
        """
        if self._current is None:
            raise RoomFailed("Le processus chaud ne démarre pas : voyez « garrigue doctor ».")
        pid = self._current.fork(order, rlimits, first, doors, uid)
        if self._current.forks >= FORKS_PER_PROCESS and self._next is None:
            self._next = WarmProcess(self._site, self._environment)
        return pid

    def _retire(self) -> None:
        if self._current is not None:
            self._current.end()
            self._current = None

    def _try_again(self) -> WarmProcess | None:
        if self._failures >= 3:
            return None
        return WarmProcess(self._site, self._environment)


class WarmProcess:
    """One process that has imported everything and waits to be forked."""

    def __init__(self, site: Site, environment: Environment) -> None:
        self.forks = 0
        self.is_ready = False
        self._site = site
        self.channel, theirs = post.pair()
        space = site.ground.spaces / f"warm-{secrets.token_hex(4)}"
        ground.make_space(space, size_bytes=SPACE_BYTES, owner=0)
        code = f"import sys; sys.path[:0] = [{str(PACKAGE)!r}]; " + (
            f"from graders.sandbox.warm import main; main({theirs.fileno()})"
        )
        spec = RoomSpec(
            neutral=site.ground.neutral,
            space=space,
            links=site.ground.links,
            masked=site.ground.masked,
        )
        self._process = subprocess.Popen(
            nursery_command(spec, [site.ground.python, "-s", "-P", "-c", code]),
            env=room_environment(
                site.settings,
                hash_seed=secrets.randbits(32),
                library_path=site.ground.library_path,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._space = space
        post.send(self.channel, {"preload": environment.preload})

    def has_news(self) -> bool:
        """Read the word that it is ready, or its end; return whether there was any."""
        if not select.select([self.channel], [], [], 0)[0]:
            return False
        try:
            post.receive(self.channel)
        except EOFError:
            self.is_ready = False
        else:
            self.is_ready = True
        return True

    def fork(
        self,
        order: Order,
        rlimits: Mapping[str, tuple[int, int]],
        first: int,
        doors: Sequence[int],
        uid: int,
    ) -> int:
        """Send a child into a room; return its process id."""
        ours, theirs = post.pair()
        ours.settimeout(FORK_S)
        message: dict[str, Any] = {
            **order.inner(rlimits),
            "sockets": list(order.sockets),
            "uid": uid if self._site.ground.is_root else None,
            "doors": len(doors),
        }
        given = [theirs.fileno(), first, order.output, *doors, *order.sockets.values()]
        try:
            with theirs:
                post.send(self.channel, message, given)
            answer, _ = post.receive(ours)
        except (EOFError, OSError) as error:
            raise RoomFailed("Le processus chaud est mort pendant une demande.") from error
        finally:
            ours.close()
        self.forks += 1
        if "pid" not in answer:
            raise RoomFailed(f"Le processus chaud n’a pas pu entrer : {answer['error']}")
        return int(answer["pid"])

    def end(self) -> None:
        """Kill the process; its children live on in their rooms."""
        self.channel.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        ground.drop_space(self._space)
        self._space.rmdir()
