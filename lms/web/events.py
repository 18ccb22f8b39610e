"""Server-sent events: a page follows what changes, for a bounded time and on few threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, stream_with_context

from lms.errors import Unavailable

#: A stream ends after that long, and the browser asks again: no thread is held for ever.
LIFE_S = 60.0
POLL_S = 0.5

#: A comment is sent that often, so that a browser that has gone away is noticed.
PULSE_S = 10.0

#: Each stream holds one of the server's threads: most must stay free for pages.
MAX_STREAMS = 12
RETRY_MS = 2000


class Streams:
    """How many pages this process lets follow at the same time."""

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self._free = threading.BoundedSemaphore(limit)

    def open(self, events: Iterator[str]) -> Response:
        """Return an answer that sends the events, then gives its thread back.

        :raises Unavailable: if too many pages follow already; the page then asks by itself.
        """
        if not self._free.acquire(blocking=False):
            raise Unavailable("Trop de pages sont suivies en même temps : actualisez la page.")
        response = Response(stream_with_context(events), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # or nginx keeps the events back
        response.call_on_close(self._free.release)
        return response


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long a stream lives and how often it looks; the clock is monotonic."""

    life_s: float = LIFE_S
    poll_s: float = POLL_S
    pulse_s: float = PULSE_S
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


def told(value: Mapping[str, Any]) -> str:
    """Return what an event says of a value; a page that was made from it says the same."""
    return json.dumps(value, ensure_ascii=False)


def changes(
    read: Callable[[], Mapping[str, Any]],
    *,
    is_final: Callable[[Mapping[str, Any]], bool],
    pace: Pace,
) -> Iterator[str]:
    """Give one event for what is read first and one for each change, until the final one."""
    yield f"retry: {RETRY_MS}\n\n"
    ends_at = pace.clock() + pace.life_s
    pulse_at = pace.clock() + pace.pulse_s
    last: Mapping[str, Any] | None = None
    while pace.clock() < ends_at:
        value = read()
        if value != last:
            yield f"data: {told(value)}\n\n"
            last, pulse_at = value, pace.clock() + pace.pulse_s
        if is_final(value):
            return
        if pace.clock() >= pulse_at:
            yield ":\n\n"
            pulse_at = pace.clock() + pace.pulse_s
        pace.sleep(pace.poll_s)
