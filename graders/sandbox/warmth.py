"""Keeps a warm process ready and has it send children into rooms."""

from __future__ import annotations

import secrets
import subprocess
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

#: After so many forks a new warm process takes over, with a new hash seed.
FORKS_PER_PROCESS = 256

#: Starts that fail in a row before orders are refused instead of waiting.
MAX_FAILURES = 3

#: Processes for runs with a fixed seed, besides the one for fresh seeds.
MAX_SEEDED = 2

#: Scratch space of the warm process: font lists and the like.
SPACE_BYTES = 64 << 20


class Warmth:
    """The warm processes of one environment: one for fresh seeds, a few for fixed ones.

    The seed of Python's hashes is fixed when a process starts, so all forks of one have the
    same. Runs without a seed share a random one, renewed with the process; a run with a seed
    waits for a process of that seed.
    """

    def __init__(self, site: Site, environment: Environment) -> None:
        self._site = site
        self._environment = environment
        self._hearths: dict[int | None, Hearth] = {None: Hearth(site, environment, None)}

    def is_ready_for(self, seed: int | None) -> bool:
        """Whether an order need not wait: a process is ready, or none will ever be."""
        hearth = self._hearths.pop(seed, None)
        if hearth is None:
            if not self._has_place():
                return False
            hearth = Hearth(self._site, self._environment, seed)
        self._hearths[seed] = hearth  # the last in line is the last to be put out
        return hearth.is_settled

    def watched(self) -> list[int]:
        """Return the descriptors on which a warm process gets ready or dies."""
        return [fd for hearth in self._hearths.values() for fd in hearth.watched()]

    def attend(self) -> None:
        """Take note of what became of the processes."""
        for hearth in self._hearths.values():
            hearth.attend()

    def fork(self, order: Order, entry: Entry) -> int:
        """Send a child into a room; return its process id.

        :raises RoomFailed: if no warm process can.
        """
        return self._hearths[order.seed].fork(order, entry)

    def _has_place(self) -> bool:
        """Put out the longest unused process with a seed, if there are enough of them."""
        seeded = [seed for seed in self._hearths if seed is not None]
        if len(seeded) < MAX_SEEDED:
            return True
        unused = next((seed for seed in seeded if self._hearths[seed].is_settled), None)
        if unused is None:
            return False
        self._hearths.pop(unused).put_out()
        return True


class Hearth:
    """The warm process of one hash seed, replaced when it dies or has forked often."""

    def __init__(self, site: Site, environment: Environment, seed: int | None) -> None:
        self._site = site
        self._environment = environment
        self._seed = seed
        self._failures = 0
        self._current: WarmProcess | None = None
        self._next: WarmProcess | None = self._light()

    @property
    def is_settled(self) -> bool:
        """Whether a process is ready, or none will get so by waiting."""
        return self._current is not None or self._next is None

    def watched(self) -> list[int]:
        """Return the descriptors on which a process gets ready or dies."""
        return [made.channel.fileno() for made in (self._current, self._next) if made]

    def attend(self) -> None:
        """Take note of what became of the processes."""
        if self._current is not None and self._current.has_news():
            self._retire()
            self._next = self._next or self._light()
        if self._next is not None and self._next.has_news():
            if self._next.is_ready:
                self._retire()
                self._current, self._next, self._failures = self._next, None, 0
            else:
                self._next.end()
                self._failures += 1
                self._next = self._light() if self._failures < MAX_FAILURES else None

    def fork(self, order: Order, entry: Entry) -> int:
        """Send a child into a room; return its process id.

        :raises RoomFailed: if the warm process cannot.
        """
        if self._current is None:
            # A new process for whoever tries again.
            self._failures, self._next = 0, self._light()
            raise RoomFailed("Le processus chaud ne démarre pas : voyez « garrigue doctor ».")
        pid = self._current.fork(order, entry)
        is_old = self._current.forks >= FORKS_PER_PROCESS and self._seed is None
        if is_old and self._next is None:
            self._next = self._light()
        return pid

    def put_out(self) -> None:
        """End the processes; their children live on in their rooms."""
        self._retire()
        if self._next is not None:
            self._next.end()
            self._next = None

    def _light(self) -> WarmProcess:
        hash_seed = secrets.randbits(32) if self._seed is None else self._seed % 2**32
        return WarmProcess(self._site, self._environment, hash_seed)

    def _retire(self) -> None:
        if self._current is not None:
            self._current.end()
            self._current = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How a child gets into a room.

    :param first: pidfd of the room's first process, whose namespaces it enters.
    :param doors: descriptors of the control groups that it joins.
    :param uid: the user that it becomes; None where all rooms are the same user's.
    """

    first: int
    doors: Sequence[int]
    uid: int | None
    rlimits: Mapping[str, tuple[int, int]]


class WarmProcess:
    """One process that has imported everything and waits to be forked."""

    def __init__(self, site: Site, environment: Environment, hash_seed: int) -> None:
        self.forks = 0
        self.is_ready = False
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

    def has_news(self) -> bool:
        """Read the word that it is ready, or its end; return whether there was any."""
        if not post.has_news(self.channel, 0):
            return False
        try:
            post.receive(self.channel)
        except EOFError:
            self.is_ready = False
        else:
            self.is_ready = True
        return True

    def fork(self, order: Order, entry: Entry) -> int:
        """Send a child into a room; return its process id."""
        ours, theirs = post.pair()
        ours.settimeout(FORK_S)
        message: dict[str, Any] = {
            **order.inner(entry.rlimits),
            "sockets": list(order.sockets),
            "uid": entry.uid,
            "doors": len(entry.doors),
        }
        sockets = order.sockets.values()
        given = [theirs.fileno(), entry.first, order.output, *entry.doors, *sockets]
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
