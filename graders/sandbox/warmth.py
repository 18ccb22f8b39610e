"""Keeps a warm process ready and has it send children into rooms."""

from __future__ import annotations

import secrets

from graders.sandbox.environment import Environment
from graders.sandbox.errors import RoomFailed
from graders.sandbox.orders import Order
from graders.sandbox.site import Site
from graders.sandbox.warm_process import Child, Entry, WarmProcess

#: After so many forks a new warm process takes over, with a new hash seed.
FORKS_PER_PROCESS = 256

#: Starts that fail in a row before orders are refused instead of waiting.
MAX_FAILURES = 3

#: Processes for runs with a fixed seed, besides the one for fresh seeds.
MAX_SEEDED = 2


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

    def fork(self, order: Order, entry: Entry) -> Child:
        """Send a child into a room.

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
        for made in (self._current, self._next):
            if made is not None:
                made.hear()
        if self._current is not None and self._current.is_over:
            self._retire()
            self._next = self._next or self._light()
        if self._next is not None and self._next.is_over:
            self._next.end()
            self._failures += 1
            self._next = self._light() if self._failures < MAX_FAILURES else None
        if self._next is not None and self._next.is_ready:
            self._retire()
            self._current, self._next, self._failures = self._next, None, 0

    def fork(self, order: Order, entry: Entry) -> Child:
        """Send a child into a room.

        :raises RoomFailed: if the warm process cannot.
        """
        if self._current is None:
            # A new process for whoever tries again.
            self._failures, self._next = 0, self._light()
            raise RoomFailed("Le processus chaud ne démarre pas : voyez « garrigue doctor ».")
        child = self._current.fork(order, entry)
        is_old = self._current.forks >= FORKS_PER_PROCESS and self._seed is None
        if is_old and self._next is None:
            self._next = self._light()
        return child

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
