"""One learner's work in one notebook: what waits, what runs, and the frames that it makes."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graders.kernel import CellOutcome
from graders.sandbox.errors import KernelDied
from lms.live import replies, words
from lms.live.checking import Checking
from lms.live.desk import Desk, NoKernel, Workshop
from lms.live.ring import Ring
from lms.live.showing import Showing

MAX_QUEUE = 500

#: What an interrupted cell gets before we insist, then before its kernel restarts.
INSIST_S = 3.0
GIVE_UP_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long things may last in a session."""

    idle_s: float
    cell_s: float

    @property
    def warning_s(self) -> float:
        """How long before its end the end of an unused kernel is announced."""
        return min(120.0, self.idle_s / 2)


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something that waits for its turn: a cell to run, or tests."""

    id: str
    cell: str
    run: Callable[[], Awaitable[str]]


class Session:
    """The kernel of one person and one notebook, whatever the number of pages that show it."""

    def __init__(
        self, workshop: Workshop, *, user_id: int, version_id: int, times: Times
    ) -> None:
        self.id = secrets.token_hex(8)
        self.user_id = user_id
        self.ring = Ring()
        self.pages = 0
        self.used_at_s = time.monotonic()
        self.showing = Showing(self.ring)
        self.desk = Desk(
            workshop,
            user_id=user_id,
            version_id=version_id,
            listener=self,
            say=self._say,
        )
        self.checking = Checking(self, workshop.checks)
        #: Source that each cell last ran with in this kernel, by the cell's name.
        self.ran: dict[str, str] = {}
        self._times = times
        self._queue: deque[Work] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._state: tuple[str, str, int | None] = ("starting", words.STARTING, None)
        self._end: CellOutcome | None = None
        self._is_late = False
        self._insisting: asyncio.TimerHandle | None = None
        self._idling: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something runs or waits."""
        return self._runner is not None

    @property
    def status(self) -> dict[str, Any]:
        """The frame that tells the state of the kernel."""
        state, message, position = self._state
        frame: dict[str, Any] = {"type": "status", "state": state}
        if message:
            frame["message"] = message
        return frame if position is None else {**frame, "position": position}

    def wake(self) -> None:
        """Have a kernel, for a page that has come."""
        self.touch()
        if not self.desk.is_open:
            self._do(self._open())

    def execute(self, id: str, cell: str, source: str) -> None:
        """Run a cell when its turn comes."""
        self._add(Work(id=id, cell=cell, run=lambda: self.run_cell(id, cell, source)))

    def check(self, id: str, exercise: str | None, sources: Mapping[str, str]) -> None:
        """Run the visible tests of an exercise, or of all."""
        run = lambda: self.checking.check(id, exercise, sources)  # noqa: E731
        self._add(Work(id=id, cell="", run=run))

    def interrupt(self) -> None:
        """Stop what runs, and forget what waits."""
        self._abort_waiting()
        kernel = self.desk.kernel
        if kernel is not None and self.is_busy:
            kernel.interrupt()
            self._insist_later(INSIST_S, self._insist)

    def restart(self, message: str = words.RESTARTING) -> None:
        """Have a new kernel; what waits is forgotten."""
        self._abort_waiting()
        self._do(self._restart(message))

    def answer(self, value: str) -> None:
        """Answer the question of the running cell."""
        if self.desk.kernel is not None and self.is_busy:
            self.desk.kernel.answer(value)

    def more(self, cell: str) -> None:
        """Show more of the outputs of a cell."""
        self.showing.more(cell)

    def complete(self, id: str, source: str, cursor: int) -> None:
        """Say what could stand at a place of a cell."""
        self._do(self._complete(id, source, replies.place_of(source, cursor)))

    def inspect(self, id: str, source: str, cursor: int) -> None:
        """Say what is known of the name at a place of a cell."""
        self._do(self._inspect(id, source, replies.place_of(source, cursor)))

    async def run_cell(self, id: str, cell: str, source: str) -> str:
        """Run a cell now; return how it ended."""
        kernel = await self.desk.open()
        began_s = time.monotonic()
        reply: Mapping[str, Any] = {}
        self.showing.begin(id, cell)
        self._is_late, self._end = False, None
        late = asyncio.get_running_loop().call_later(self._times.cell_s, self._time_up)
        try:
            request = kernel.execute(source)
            reply = await request.done
            if request.has_lost:
                self.showing.cut()
            status = self._status_of(reply)
        except KernelDied:
            status = self._end.value if self._end else "aborted"
        finally:
            late.cancel()
            self._insist_no_more()
        if self.desk.kernel is kernel:
            self.ran[self.name_of(cell)] = source
            self.checking.note(source)
        self.showing.end(id, status, reply, duration_ms=(time.monotonic() - began_s) * 1000)
        return status

    def name_of(self, cell: str) -> str:
        """Return the one name of a cell that a page may call by its id or its `grade_id`."""
        assignment = self.desk.assignment
        return cell if assignment is None else assignment.names.get(cell, cell)

    async def shut(self) -> None:
        """End the kernel and everything that waits for it."""
        self.forget()
        self._abort_waiting()
        await self._forget_kernel(self.desk.shut())

    def forget(self) -> None:
        """Let nothing more happen by itself."""
        for handle in (self._idling, self._insisting):
            if handle is not None:
                handle.cancel()

    def cull(self, message: str = words.CULLED) -> None:
        """End a kernel that nobody uses; the next cell or page gets another."""
        self._do(self._cull(message))

    def on_output(self, message: Any) -> None:
        """Take an output of the running cell."""
        self.showing.take(message)

    def on_input_request(self, prompt: str, *, is_password: bool) -> None:
        """Ask the person a question of the running cell."""
        self.showing.ask(prompt, is_password=is_password)

    def on_end(self, outcome: CellOutcome) -> None:
        """Note that the kernel has died."""
        self._end = outcome
        self.ran.clear()
        self.checking.forget()
        self._abort_waiting()
        self.desk.note_end(outcome)

    def touch(self) -> None:
        """Note that the person is there."""
        self.used_at_s = time.monotonic()
        if self._idling is not None:
            self._idling.cancel()
        wait_s = self._times.idle_s - self._times.warning_s
        self._idling = asyncio.get_running_loop().call_later(wait_s, self._warn_idle)

    def _say(self, state: str, message: str, position: int | None) -> None:
        if self._state[0] == state == "busy":
            return
        self._state = (state, message, position)
        self.ring.add(self.status)

    def _status_of(self, reply: Mapping[str, Any]) -> str:
        if self._is_late:
            return CellOutcome.TIMED_OUT.value
        return "ok" if reply.get("status") == "ok" else "error"

    def _do(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _add(self, work: Work) -> None:
        if len(self._queue) >= MAX_QUEUE:
            self.ring.add({"type": "warning", "message": words.TOO_MUCH})
            self.showing.abort(work.id, work.cell)
            return
        self._queue.append(work)
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Run what waits, one by one."""
        try:
            while self._queue:
                work = self._queue.popleft()
                try:
                    await self.desk.open()
                    self._say("busy", "", None)
                    status = await work.run()
                except NoKernel:
                    self.showing.abort(work.id, work.cell)
                    status = "aborted"
                if status != "ok" and work.cell:
                    self._abort_waiting()
        finally:
            self._runner = None
            self.touch()
            if self._state[0] == "busy":
                self._say("idle", "", None)

    def _abort_waiting(self) -> None:
        while self._queue:
            work = self._queue.popleft()
            self.showing.abort(work.id, work.cell)

    def _time_up(self) -> None:
        self._is_late = True
        self.ring.add({"type": "warning", "message": words.too_long(self._times.cell_s)})
        self.interrupt()

    def _insist(self) -> None:
        kernel = self.desk.kernel
        if kernel is not None and self.is_busy:
            self.ring.add({"type": "warning", "message": words.STUBBORN})
            kernel.send_interrupt()
            self._insist_later(GIVE_UP_S, lambda: self.restart(words.STUBBORN_RESTART))

    def _insist_later(self, wait_s: float, what: Callable[[], None]) -> None:
        self._insist_no_more()
        self._insisting = asyncio.get_running_loop().call_later(wait_s, what)

    def _insist_no_more(self) -> None:
        if self._insisting is not None:
            self._insisting.cancel()
            self._insisting = None

    async def _open(self) -> None:
        try:
            await self.desk.open()
        except NoKernel:
            return  # said already

    async def _restart(self, message: str) -> None:
        try:
            await self._forget_kernel(self.desk.restart(message))
        except NoKernel:
            return

    async def _forget_kernel(self, ending: Awaitable[None]) -> None:
        self.ran.clear()
        self.checking.forget()
        await ending

    async def _cull(self, message: str) -> None:
        await self._forget_kernel(self.desk.shut())
        self._say("culled", message, None)

    def _warn_idle(self) -> None:
        if self.is_busy or not self.desk.is_open:
            self.touch()
            return
        left_s = self._times.warning_s
        self.ring.add({"type": "warning", "message": words.about_to_cull(left_s)})
        self._idling = asyncio.get_running_loop().call_later(left_s, self.cull)

    async def _complete(self, id: str, source: str, cursor: int) -> None:
        reply = await self._asked("complete", source, cursor)
        found = replies.completions(reply, source)
        self.ring.add({"type": "completions", "id": id, **found})

    async def _inspect(self, id: str, source: str, cursor: int) -> None:
        reply = await self._asked("inspect", source, cursor)
        found = replies.inspection(reply)
        self.ring.add({"type": "inspection", "id": id, "text": found})

    async def _asked(self, what: str, source: str, cursor: int) -> Mapping[str, Any]:
        """Ask the kernel, unless it is at work: then it knows nothing in time."""
        kernel = self.desk.kernel
        if kernel is None or self.is_busy:
            return {"cursor_start": cursor, "cursor_end": cursor}
        ask = kernel.complete if what == "complete" else kernel.inspect
        try:
            return await ask(source, cursor)
        except KernelDied:
            return {"cursor_start": cursor, "cursor_end": cursor}
