"""What happens to a session by itself: an unused kernel ends, a stubborn cell is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from graders.live import LiveKernel
from lms.live import words
from lms.live.voice import Voice

#: What an interrupted cell gets before we insist, then before its kernel restarts.
INSIST_S = 2.0
GIVE_UP_S = 3.0


#: Tells the pages a sentence, in their language.
Warn = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long things may last in a session."""

    idle_s: float
    cell_s: float

    @property
    def warning_s(self) -> float:
        """How long before its end the end of an unused kernel is announced."""
        return min(120.0, self.idle_s / 2)


class Idling:
    """Ends a kernel that nobody uses, after a warning.

    :param is_needed: says whether the kernel is at work all the same.
    """

    def __init__(
        self,
        times: Times,
        warn: Warn,
        voice: Voice,
        *,
        is_needed: Callable[[], bool],
        end: Callable[[], None],
    ) -> None:
        self._times = times
        self._tell = warn
        self._voice = voice
        self._is_needed = is_needed
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Count from now."""
        self.stop()
        self._later(self._times.idle_s - self._times.warning_s, self._warn)

    def stop(self) -> None:
        """Count no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _warn(self) -> None:
        if self._is_needed():
            self.begin()
            return
        left_s = self._times.warning_s
        self._tell(words.about_to_cull(self._voice, left_s))
        self._later(left_s, self._end)

    def _later(self, wait_s: float, what: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, what)


class Stopping:
    """Interrupts a cell, insists when it goes on, and gives its kernel up in the end.

    :param give_up: called with what to say of it.
    """

    def __init__(self, warn: Warn, *, give_up: Callable[[str], None]) -> None:
        self._tell = warn
        self._give_up = give_up
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, kernel: LiveKernel) -> None:
        """Interrupt what runs."""
        self.end()
        kernel.interrupt()
        self._later(INSIST_S, lambda: self._insist(kernel))

    def end(self) -> None:
        """Note that it has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _insist(self, kernel: LiveKernel) -> None:
        if kernel.runs_cell:  # else the signal would meet the next one
            self._tell(words.STUBBORN)
            kernel.send_interrupt()
        self._later(GIVE_UP_S, lambda: self._give_up(words.STUBBORN_RESTART))

    def _later(self, wait_s: float, what: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, what)
