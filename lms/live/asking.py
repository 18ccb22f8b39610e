"""What a page asks of a kernel that is not at work: completions and descriptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graders.live import LiveKernel
from graders.sandbox.errors import KernelDied
from lms.live import replies
from lms.live.ring import Ring


class Asking:
    """The questions of one session.

    :param kernel: gives the kernel, if there is one that has time.
    """

    def __init__(self, ring: Ring, kernel: Callable[[], LiveKernel | None]) -> None:
        self._ring = ring
        self._kernel = kernel

    async def complete(self, id: str, source: str, cursor: int) -> None:
        """Say what could stand at a place of a cell."""
        place, kernel = replies.place_of(source, cursor), self._kernel()
        reply = await _reply(kernel.complete(source, place) if kernel else None, place)
        found = replies.completions(reply, source)
        self._ring.add({"type": "completions", "id": id, **found})

    async def inspect(self, id: str, source: str, cursor: int) -> None:
        """Say what is known of the name at a place of a cell."""
        place, kernel = replies.place_of(source, cursor), self._kernel()
        reply = await _reply(kernel.inspect(source, place) if kernel else None, place)
        found = replies.inspection(reply)
        self._ring.add({"type": "inspection", "id": id, "text": found})


async def _reply(asked: Awaitable[dict[str, Any]] | None, place: int) -> Mapping[str, Any]:
    """Return the answer; nothing when there is nobody to give one."""
    nothing = {"cursor_start": place, "cursor_end": place}
    try:
        return nothing if asked is None else await asked
    except KernelDied:
        return nothing
