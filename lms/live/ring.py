"""The last frames of a session: what every page reads from, each at its own pace."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

MIB = 1024 * 1024

#: What is kept for pages that were away, and for slow ones.
MAX_BYTES = 2 * MIB
MAX_FRAMES = 4000


class Ring:
    """Numbered frames. The oldest go when there are too many: no reader holds them back."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, max_frames: int = MAX_FRAMES) -> None:
        self._max_bytes = max_bytes
        self._max_frames = max_frames
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self.last = 0

    @property
    def first(self) -> int:
        """The number of the oldest frame that is kept."""
        return self.last - len(self._frames) + 1

    def add(self, frame: dict[str, Any]) -> int:
        """Number a frame and keep it; return its size."""
        self.last += 1
        text = json.dumps({"seq": self.last, **frame}, ensure_ascii=False)
        self._frames.append(text)
        self._bytes += len(text)
        while len(self._frames) > 1 and (
            self._bytes > self._max_bytes or len(self._frames) > self._max_frames
        ):
            self._bytes -= len(self._frames.popleft())
        self._news.set()
        self._news = asyncio.Event()
        return len(text)

    def get(self, number: int) -> str:
        """Return a frame that is kept."""
        return self._frames[number - self.first]

    async def wait_beyond(self, number: int) -> None:
        """Wait until there is a later frame."""
        while self.last <= number:
            await self._news.wait()
