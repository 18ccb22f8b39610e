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
from lms.live import words
from lms.live.asking import Asking
from lms.live.checking import Checking
from lms.live.desk import Desk, NoKernel, Workshop
from lms.live.ring import Ring
from lms.live.showing import Showing
from lms.live.timers import Idling, Stopping, Times
from lms.live.voice import Voice

#: What may wait: things, and characters of sources.
MAX_QUEUE = 500
MAX_QUEUE_CHARS = 2_000_000

#: Cells that are known by what they last ran with.
MAX_CELLS = 2000


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something that waits for its turn: a cell to run, or tests."""

    id: str
    cell: str
    size: int
    run: Callable[[], Awaitable[str]]


class Session:
    """The kernel of one person and one notebook, whatever the number of pages that show it."""

    def __init__(
        self,
        workshop: Workshop,
        *,
        user_id: int,
        version_id: int,
        times: Times,
        on_cull: Callable[[], None],
    ) -> None:
        self.id = secrets.token_hex(8)
        self.user_id = user_id
        self.ring = Ring()
        self.voice = Voice()
        self.pages = 0
        self.used_at_s = time.monotonic()
        self.showing = Showing(self.ring, self.voice)
        self.desk = Desk(
            workshop,
            user_id=user_id,
            version_id=version_id,
            listener=self,
            say=self._say,
            voice=self.voice,
        )
        self._checking = Checking(self, workshop.checks)
        self._asking = Asking(self.ring, lambda: None if self.is_busy else self.desk.kernel)
        #: Print of the source that each cell last ran with in this kernel, by its name.
        self.ran: dict[str, int] = {}
        self.was_stopped = False
        self._times = times
        self._on_cull = on_cull
        self._queue: deque[Work] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._state: tuple[str, str, int | None] = ("starting", words.STARTING, None)
        self._end: CellOutcome | None = None
        self._is_late = False
        self._idling = Idling(
            times,
            self.warn,
            self.voice,
            is_needed=lambda: self.is_busy or self.desk.kernel is None,
            end=self.cull,
        )
        self._stopping = Stopping(self.warn, give_up=self.restart)

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
            frame["message"] = self.voice.gettext(message)
        return frame if position is None else {**frame, "position": position}

    def wake(self) -> None:
        """Have a kernel, for a page that has come."""
        self.touch()
        if not self.desk.is_open:
            self._do(self._open())

    def warn(self, sentence: str) -> None:
        """Tell the pages a sentence of `words`, or one that was put together already."""
        self.ring.add({"type": "warning", "message": self.voice.gettext(sentence)})

    def execute(self, id: str, cell: str, source: str) -> None:
        """Run a cell when its turn comes."""
        work = lambda: self.run_cell(id, cell, source)  # noqa: E731
        self._add(Work(id=id, cell=cell, size=len(source), run=work))

    def check(self, id: str, exercise: str | None, sources: Mapping[str, str]) -> None:
        """Run the visible tests of an exercise, or of all."""
        run = lambda: self._checking.check(id, exercise, sources)  # noqa: E731
        size = sum(map(len, sources.values()))
        self._add(Work(id=id, cell="", size=size, run=run))

    def interrupt(self) -> None:
        """Stop what runs, and forget what waits."""
        self.was_stopped = True
        self._abort_waiting()
        kernel = self.desk.kernel
        if kernel is not None and self.is_busy:
            self._stopping.begin(kernel)

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
        self._do(self._asking.complete(id, source, cursor))

    def inspect(self, id: str, source: str, cursor: int) -> None:
        """Say what is known of the name at a place of a cell."""
        self._do(self._asking.inspect(id, source, cursor))

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
        if self.desk.kernel is kernel:
            self._note(cell, source)
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
        self._idling.stop()
        self._stopping.end()

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
        self._abort_waiting()
        self.desk.note_end(outcome)

    def touch(self) -> None:
        """Note that the person is there."""
        self.used_at_s = time.monotonic()
        self._idling.begin()

    def _say(self, state: str, message: str, position: int | None) -> None:
        if self._state[0] == state == "busy":
            return
        self._state = (state, message, position)
        self.ring.add(self.status)

    def _note(self, cell: str, source: str) -> None:
        if len(self.ran) < MAX_CELLS:
            self.ran[self.name_of(cell)] = hash(source)
        self.desk.note_source(source)

    def _status_of(self, reply: Mapping[str, Any]) -> str:
        if self._is_late:
            return CellOutcome.TIMED_OUT.value
        return "ok" if reply.get("status") == "ok" else "error"

    def _do(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _add(self, work: Work) -> None:
        size = work.size + sum(each.size for each in self._queue)
        if len(self._queue) >= MAX_QUEUE or size > MAX_QUEUE_CHARS:
            self.warn(words.TOO_MUCH)
            self.showing.abort(work.id, work.cell)
            return
        self._queue.append(work)
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Run what waits, one by one."""
        try:
            while self._queue:
                work, self.was_stopped = self._queue.popleft(), False
                try:
                    await self.desk.open()
                    self._say("busy", "", None)
                    status = await work.run()
                except NoKernel:
                    self.showing.abort(work.id, work.cell)
                    status = "aborted"
                self._stopping.end()
                if status != "ok" and work.cell:
                    self._abort_cells()
        finally:
            self._runner = None
            self.touch()
            if self._state[0] == "busy":
                self._say("idle", "", None)

    def _abort_cells(self) -> None:
        """Forget the cells that wait, as Jupyter does after an error, but not the checks."""
        for work in [work for work in self._queue if work.cell]:
            self._queue.remove(work)
            self.showing.abort(work.id, work.cell)

    def _abort_waiting(self) -> None:
        while self._queue:
            work = self._queue.popleft()
            self.showing.abort(work.id, work.cell)

    def _time_up(self) -> None:
        self._is_late = True
        self.warn(words.too_long(self.voice, self._times.cell_s))
        self.interrupt()

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
        await ending

    async def _cull(self, message: str) -> None:
        await self._forget_kernel(self.desk.shut())
        self._say("culled", message, None)
        self._on_cull()
