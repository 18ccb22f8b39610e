"""The frames of one session's cells: merged, in bounded amounts, one cell at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graders.sandbox.wire import Message
from lms.live import replies
from lms.live.outputs import CellOutputs
from lms.live.ring import Ring
from lms.live.voice import Voice

#: Outputs that come closer together are sent together.
FLUSH_S = 0.04

#: What one session sends a second, once it sends much.
BYTES_EACH_S = 1 << 20

#: Cells whose held outputs are kept for « afficher plus ».
MAX_HELD = 5


class Showing:
    """Sends what cells show to the session's ring."""

    def __init__(self, ring: Ring, voice: Voice) -> None:
        self._ring = ring
        self._voice = voice
        self._cell = ""
        self._outputs: CellOutputs | None = None
        self._held: OrderedDict[str, CellOutputs] = OrderedDict()
        self._flushing: asyncio.TimerHandle | None = None
        self._next_s = 0.0

    def begin(self, id: str, cell: str) -> None:
        """Note that a cell begins."""
        self._held.pop(cell, None)
        self._cell, self._outputs = cell, CellOutputs(cell, self._voice)
        self._ring.add({"type": "clear", "cell": cell})
        self._ring.add({"type": "running", "id": id, "cell": cell})

    def take(self, message: Message) -> None:
        """Take an output of the cell, to be sent soon."""
        if self._outputs is None:
            return
        self._outputs.take(message)
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_at(max(loop.time(), self._next_s), self._flush)

    def ask(self, prompt: str, *, is_password: bool) -> None:
        """Send the cell's question."""
        self._flush()
        self._ring.add(
            {
                "type": "input_request",
                "cell": self._cell,
                "prompt": prompt,
                "password": is_password,
            }
        )

    def cut(self) -> None:
        """Note that outputs of the cell are missing."""
        if self._outputs is not None:
            self._outputs.cut()

    def end(
        self, id: str, status: str, reply: Mapping[str, Any], *, duration_ms: float
    ) -> None:
        """Note that the cell has ended."""
        self._flush()
        if self._outputs is not None and self._outputs.has_more:
            self._held[self._cell] = self._outputs
            while len(self._held) > MAX_HELD:
                self._held.popitem(last=False)
        self._outputs = None
        self._ring.add(
            {
                "type": "done",
                "id": id,
                "cell": self._cell,
                "status": status,
                "execution_count": replies.count_of(reply),
                "duration_ms": round(duration_ms, 1),
                "error_line": replies.error_line(reply) if status == "error" else None,
            }
        )

    def abort(self, id: str, cell: str) -> None:
        """Note that something will not run."""
        self.settle(id, cell, "aborted")

    def settle(self, id: str, cell: str, status: str) -> None:
        """Note the end of something that is no cell, or never began."""
        self._ring.add(
            {
                "type": "done",
                "id": id,
                "cell": cell,
                "status": status,
                "execution_count": None,
                "duration_ms": 0,
                "error_line": None,
            }
        )

    def more(self, cell: str) -> None:
        """Send the next part of what was held back."""
        outputs = self._held.get(cell)
        if outputs is None and cell == self._cell:
            outputs = self._outputs
        if outputs is None:
            frame = {"type": "truncated", "cell": cell, "has_more": False, "message": ""}
            self._ring.add(frame)
            return
        for frame in outputs.more():
            self._ring.add(frame)

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._outputs is None:
            return
        sent = sum(self._ring.add(frame) for frame in self._outputs.frames())
        loop = asyncio.get_running_loop()
        self._next_s = loop.time() + max(FLUSH_S, sent / BYTES_EACH_S)
