"""« Vérifier »: the visible tests of exercises, run against what the live kernel holds now.

The verdict is the one that grading gives: the tests run in a checker's room of their own,
kept warm for the session. Nothing is recorded: a check costs no attempt and gives no points.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graders import in_kernel
from graders.checker import CheckFailed, check, is_in_kernel
from graders.kernel import CellOutcome, CellResult
from graders.live import LiveKernel
from graders.notebooks.cells import Cell
from graders.notebooks.exercises import Exercise
from graders.protocol import TestOutcome
from graders.sandbox.errors import KernelDied
from graders.sandbox.outputs import traceback_lines
from graders.sandbox.wire import text
from graders.scoring import Verdict
from graders.verdict.agent_door import SERVE
from lms.live import words
from lms.live.assignments import LiveAssignment
from lms.live.explaining import comparison_of, explanation_of

if TYPE_CHECKING:
    from lms.live.session import Session

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The person stopped the check, or its kernel is gone."""


class Checking:
    """The checks of one session."""

    def __init__(self, session: Session, pool: Executor) -> None:
        self._session = session
        self._pool = pool

    async def check(self, id: str, exercise: str | None, sources: Mapping[str, str]) -> str:
        """Run what is not up to date, then the tests; tell each exercise's result."""
        session = self._session
        kernel = await session.desk.open()
        assignment = session.desk.assignment
        assert assignment is not None
        chosen = [
            each for each in assignment.exercises if exercise in (None, each.id, each.title)
        ]
        if not chosen:
            session.warn(words.UNKNOWN_EXERCISE)
            session.showing.settle(id, "", "error")
            return "error"
        try:
            return await self._check(id, kernel, assignment, chosen, sources)
        except Stopped:
            session.showing.abort(id, "")
            return "aborted"

    async def _check(
        self,
        id: str,
        kernel: LiveKernel,
        assignment: LiveAssignment,
        chosen: Sequence[Exercise],
        sources: Mapping[str, str],
    ) -> str:
        session = self._session
        count = await self._catch_up(id, kernel, assignment, chosen, sources)
        for each in chosen:
            frame = await self._judge(kernel, assignment, each)
            if session.was_stopped:
                raise Stopped
            message = " ".join(
                filter(None, (words.ran_first(session.voice, count), frame["message"]))
            )
            session.ring.add({"type": "checked", "id": id, **frame, "message": message})
            count = 0
        session.showing.settle(id, "", "ok")
        return "ok"

    async def _catch_up(
        self,
        id: str,
        kernel: LiveKernel,
        assignment: LiveAssignment,
        chosen: Sequence[Exercise],
        sources: Mapping[str, str],
    ) -> int:
        """Run the cells above the tests that have not run as they stand; return how many."""
        session, count = self._session, 0
        given = {session.name_of(key): (key, source) for key, source in sources.items()}
        for cell in _above(assignment, chosen):
            name = cell.grade_id or cell.id
            is_answer = cell.role is not None and cell.role.is_solution
            if is_answer and name not in given:
                continue
            key, source = given.get(name, (cell.id or name, cell.source))
            last = session.ran.get(name)
            is_current = last == hash(source) if is_answer else last is not None
            if is_current or not source.strip():
                continue
            count += 1
            await session.run_cell(f"{id}/{key}", key, source)
            if session.desk.kernel is not kernel or session.was_stopped:
                raise Stopped
        return count

    async def _judge(
        self, kernel: LiveKernel, assignment: LiveAssignment, exercise: Exercise
    ) -> dict[str, Any]:
        cells = [
            assignment.visible[cell.grade_id]
            for cell in exercise.graded
            if cell.grade_id in assignment.visible
        ]
        tests = [await self._test(kernel, assignment, cell) for cell in cells]
        return {
            "exercise": exercise.id,
            "title": exercise.title,
            "outcome": _together([test["outcome"] for test in tests]),
            "tests": tests,
            "message": "" if tests else self._session.voice.gettext(words.NO_VISIBLE_TEST),
        }

    async def _test(
        self, kernel: LiveKernel, assignment: LiveAssignment, cell: Cell
    ) -> dict[str, Any]:
        wall_s = assignment.limits.cell_wall_s
        try:
            if assignment.prepared.settings.is_in_kernel or is_in_kernel(cell):
                verdict = await _judged_inside(kernel, cell, wall_s)
            else:
                verdict = await self._judged_outside(kernel, cell, wall_s)
        except (CheckFailed, KernelDied) as error:
            log.warning("not checked: %s", error)
            told = self._session.voice.gettext(words.CHECK_FAILED)
            verdict = Verdict(outcome=TestOutcome.NOT_RUN, message=told)
        return {
            "id": cell.grade_id,
            "outcome": verdict.outcome.value,
            "message": verdict.message,
            "traceback": verdict.traceback,
            "comparison": comparison_of(verdict.comparison),
            "explanation": explanation_of(
                verdict.traceback, language=self._session.voice.language
            ),
        }

    async def _judged_outside(self, kernel: LiveKernel, cell: Cell, wall_s: float) -> Verdict:
        checker = await self._session.desk.checker()
        if checker is None:
            raise CheckFailed("no checker")
        loop = asyncio.get_running_loop()
        spoken: Any = FromThread(kernel, loop)  # what a checker asks of a `Kernel`, no more
        done = await loop.run_in_executor(self._pool, check, checker, spoken, cell, wall_s)
        return done.verdict


class FromThread:
    """A live kernel as a checker speaks to it, from a thread."""

    def __init__(self, kernel: LiveKernel, loop: asyncio.AbstractEventLoop) -> None:
        self._kernel = kernel
        self._loop = loop

    @property
    def is_alive(self) -> bool:
        """Whether it can run another cell."""
        return self._kernel.is_alive

    def begin_test(self) -> None:
        """Have it answer a test.

        :raises KernelDied: if it is gone.
        """
        if not self._kernel.is_alive:
            raise KernelDied("Python s’est arrêté.")
        asyncio.run_coroutine_threadsafe(self._answer(), self._loop)

    def interrupt(self) -> None:
        """Interrupt what it is doing."""
        self._loop.call_soon_threadsafe(self._kernel.interrupt)

    def abandon(self) -> None:
        """End it: it obeys no more."""
        asyncio.run_coroutine_threadsafe(self._kernel.abandon(), self._loop)

    async def _answer(self) -> None:
        with suppress(KernelDied):
            await self._kernel.execute(SERVE, is_silent=True).done


async def _judged_inside(kernel: LiveKernel, cell: Cell, wall_s: float) -> Verdict:
    """Judge by what the learner's own kernel says, where the author wants it so."""
    request = kernel.execute(cell.source, is_silent=False)
    outcome = CellOutcome.ERROR
    try:
        reply = await asyncio.wait_for(asyncio.shield(request.done), wall_s)
    except TimeoutError:
        kernel.interrupt()
        reply, outcome = await request.done, CellOutcome.TIMED_OUT
    if reply.get("status") == "ok" and outcome is CellOutcome.ERROR:
        outcome = CellOutcome.OK
    result = CellResult(
        outcome=outcome,
        error_name=text(reply.get("ename"), 200),
        error_value=text(reply.get("evalue"), 10_000),
        traceback=tuple(traceback_lines(dict(reply))),
    )
    return replace(in_kernel.judge(cell, result, wall_s=wall_s, counts=()), is_forgeable=True)


def _above(assignment: LiveAssignment, chosen: Sequence[Exercise]) -> list[Cell]:
    """Return the code cells up to the exercises' last answers, without tests."""
    last = {cell.grade_id for each in chosen for cell in (*each.answers, *each.graded)}
    cells = assignment.released.cells
    end = max(number for number, cell in enumerate(cells) if cell.grade_id in last)
    return [
        cell
        for cell in cells[: end + 1]
        if cell.kind == "code"
        and not (cell.role is not None and cell.role.is_test)
        and "skip-execution" not in (cell.metadata.get("tags") or ())
    ]


def _together(outcomes: Sequence[str]) -> str:
    """Return what the tests of an exercise say together."""
    passed, partial, not_run = (
        each.value for each in (TestOutcome.PASSED, TestOutcome.PARTIAL, TestOutcome.NOT_RUN)
    )
    if not outcomes or not_run in outcomes:
        return not_run
    if set(outcomes) == {passed}:
        return passed
    return partial if {passed, partial} & set(outcomes) else TestOutcome.FAILED.value
