"""How many kernels the host and each person may have, and the line of those who wait."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from lms.errors import TooMany


@dataclass(kw_only=True, eq=False)
class Waiting:
    """One session in the line."""

    user_id: int
    number: int
    tell: Callable[[int], None]
    turn: asyncio.Future[None]
    told: int = 0


@dataclass(kw_only=True)
class Places:
    """The host's places. Whoever has the fewest goes first, then whoever came first.

    :param limit: kernels of the host.
    :param limit_each: kernels of one person.
    :param make_room: asked to end a kernel that nobody looks at, of this person if any; it
        gives the place back later, and says whether it will.
    """

    limit: int
    limit_each: int
    make_room: Callable[[int | None], bool]
    _held: Counter[int] = field(default_factory=Counter)
    _line: list[Waiting] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def taken(self) -> int:
        """How many kernels there are, or are about to be."""
        return self._held.total()

    async def take(self, user_id: int, tell: Callable[[int], None]) -> None:
        """Take a place, once there is one.

        :param tell: called with the position in the line, from 1, whenever it changes.
        :raises TooMany: if the person has as many as allowed, and looks at all of them.
        """
        mine = self._held[user_id] + sum(each.user_id == user_id for each in self._line)
        if mine >= self.limit_each and not self.make_room(user_id):
            raise TooMany(
                "Vous travaillez déjà dans %(most)s carnets : fermez-en un pour "
                "ouvrir celui-ci, puis redémarrez Python.",
                most=self.limit_each,
            )
        loop = asyncio.get_running_loop()
        waiting = Waiting(
            user_id=user_id, number=next(self._numbers), tell=tell, turn=loop.create_future()
        )
        self._line.append(waiting)
        self._serve()
        if not waiting.turn.done():
            self.make_room(None)
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting in self._line:
                self._line.remove(waiting)
            elif waiting.turn.done() and not waiting.turn.cancelled():
                self.give_back(user_id)
            raise

    def give_back(self, user_id: int) -> None:
        """Give a place back."""
        self._held[user_id] -= 1
        self._held += Counter()
        self._serve()

    def _serve(self) -> None:
        self._line.sort(key=lambda each: (self._held[each.user_id], each.number))
        ready = [each for each in self._line if self._held[each.user_id] < self.limit_each]
        while ready and self.taken < self.limit:
            first = ready.pop(0)
            self._line.remove(first)
            self._held[first.user_id] += 1
            first.turn.set_result(None)
        for position, waiting in enumerate(self._line, 1):
            if waiting.told != position:
                waiting.told = position
                waiting.tell(position)
