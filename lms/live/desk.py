"""The kernel at one learner's disposal: its place, its start, its checker, its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from graders.kernel import CellOutcome
from graders.live import Listener, LiveKernel, start
from graders.verdict.session import CheckerSession
from lms.errors import Refusal
from lms.live import words
from lms.live.assignments import Assignments, LiveAssignment
from lms.live.places import Places
from lms.live.voice import Voice

log = logging.getLogger(__name__)

#: Sources of one kernel's cells that its checker gets to know; no person writes as much.
MAX_NOTED_CHARS = 4_000_000

#: Takes a state of the wire's `status` frames, a sentence, and a position in the line.
Say = Callable[[str, str, int | None], None]


class NoKernel(Exception):
    """There is no kernel to be had; `str(error)` is a sentence for the learner."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What all desks share.

    :param rooms: threads that build and end rooms.
    :param checks: threads that wait for checkers, one a check.
    """

    assignments: Assignments
    places: Places
    rooms: Executor
    checks: Executor


class Desk:
    """One kernel at a time, started when it is wanted."""

    def __init__(
        self,
        workshop: Workshop,
        *,
        user_id: int,
        version_id: int,
        listener: Listener,
        say: Say,
        voice: Voice,
    ) -> None:
        self._workshop = workshop
        self._user_id = user_id
        self._version_id = version_id
        self._listener = listener
        self._say = say
        self._voice = voice
        self._opening: asyncio.Task[LiveKernel] | None = None
        self._kernel: LiveKernel | None = None
        self._has_place = False
        self._checker: CheckerSession | None = None
        self._is_checker_ready = False
        self._noted_chars = 0
        self.assignment: LiveAssignment | None = None

    @property
    def kernel(self) -> LiveKernel | None:
        """The kernel, if there is one now."""
        return self._kernel

    @property
    def is_open(self) -> bool:
        """Whether there is a kernel, or one is on its way."""
        return self._kernel is not None or self._opening is not None

    async def open(self) -> LiveKernel:
        """Return the kernel; a new one if there is none.

        :raises NoKernel: if none can be had now.
        """
        if self._kernel is not None:
            return self._kernel
        opening = self._opening = self._opening or asyncio.create_task(self._open())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            if opening.cancelled():  # the desk was shut, or its kernel restarted
                raise NoKernel(words.RESTARTING) from None
            raise

    def note_source(self, source: str) -> None:
        """Note that the kernel has run a cell, for the tests that will look at it."""
        self._noted_chars += len(source)
        if self._checker is not None and self._noted_chars < MAX_NOTED_CHARS:
            self._checker.learner_ran(source)

    async def checker(self) -> CheckerSession | None:
        """Return the checker of this kernel, warm; None when no test needs it."""
        checker = self._checker
        if checker is not None and not self._is_checker_ready:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._workshop.checks, checker.__enter__)
            self._is_checker_ready = True
        return checker

    def note_end(self, outcome: CellOutcome) -> None:
        """Note that the kernel has died."""
        self._kernel = None
        self._drop_checker()
        self._leave_place()
        self._say("dead", words.ENDS[outcome], None)

    async def restart(self, message: str = words.RESTARTING) -> None:
        """End the kernel, and have a new one."""
        self._say("restarting", message, None)
        await self._end()
        await self.open()

    async def shut(self) -> None:
        """End the kernel."""
        await self._end()
        self._leave_place()

    async def _end(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        kernel, self._kernel = self._kernel, None
        self._drop_checker()
        if kernel is not None:
            kernel.listener = None
            await kernel.close()

    async def _open(self) -> LiveKernel:
        try:
            await self._take_place()
            self._say("starting", words.STARTING, None)
            self._kernel = await self._start()
        except Refusal as refusal:
            message = self._voice.gettext(refusal.sentence, **refusal.values)
            raise self._without(message) from refusal
        except Exception as error:  # whatever it is, it is ours
            log.exception("no kernel")
            raise self._without(words.ROOMS_FAIL) from error
        finally:
            if self._kernel is None:
                self._drop_checker()
            if self._opening is asyncio.current_task():
                self._opening = None
        self._say("idle", "", None)
        return self._kernel

    def _without(self, message: str) -> NoKernel:
        self._leave_place()
        self._say("dead", message, None)
        return NoKernel(message)

    async def _take_place(self) -> None:
        if self._has_place:
            return
        await self._workshop.places.take(
            self._user_id,
            lambda position: self._say(
                "waiting", words.waiting(self._voice, position), position
            ),
        )
        self._has_place = True

    def _leave_place(self) -> None:
        if self._has_place:
            self._has_place = False
            self._workshop.places.give_back(self._user_id)

    async def _start(self) -> LiveKernel:
        loop, shared = asyncio.get_running_loop(), self._workshop
        assignment = await loop.run_in_executor(
            shared.rooms, shared.assignments.get, self._version_id
        )
        nursery = await loop.run_in_executor(
            shared.rooms, shared.assignments.nursery, assignment.environment
        )
        self.assignment = assignment
        prepared = assignment.prepared
        if assignment.has_checker:
            self._checker = CheckerSession(
                nursery,
                limits=assignment.limits,
                author_cells=assignment.author_cells,
                declared_names=prepared.declared_names,
                has_solution=prepared.has_solution,
                solution_cells=prepared.solutions,
                files=assignment.files,
            )
        kernel = await start(
            nursery,
            limits=assignment.limits,
            files=assignment.files,
            seed=prepared.settings.seed,
            channel=self._checker.learner_channel if self._checker else None,
            pool=shared.rooms,
        )
        kernel.listener = self._listener
        return kernel

    def _drop_checker(self) -> None:
        checker, self._checker = self._checker, None
        self._is_checker_ready, self._noted_chars = False, 0
        if checker is not None:
            self._workshop.rooms.submit(checker.__exit__, None, None, None)
