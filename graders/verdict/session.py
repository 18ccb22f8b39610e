"""The worker's side of checking: starts the checker, brings it together with the kernel.

Nothing of the learner's is decoded here. The worker hands a fresh pair of sockets to both
for each test, so that nothing left over from an earlier one can speak in the next.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from graders.protocol import Limits
from graders.sandbox import post
from graders.sandbox.errors import KernelDied
from graders.verdict import control
from graders.verdict.answers import CellVerdict, VerdictOutcome, read_answer

TARGET = "graders.verdict.checker:main"

#: A cold checker imports the data stack on a busy machine.
READY_S = 120
#: Beyond a test's own time: greeting, reading the test, and the answer's way.
GRACE_S = 12
#: After the verdict, how long the kernel may take to come back from the test.
RETURN_S = 3
#: What an interrupted test gets to end.
INTERRUPT_S = 2
#: How often it is asked meanwhile whether the kernel lives.
LOOK_S = 0.25
#: What a socket holds, if the system allows: large arrays then wake the other side less often.
BUFFER_BYTES = 1 << 20


class Program(Protocol):
    """The checker at work in its room."""

    def close(self) -> None:
        """End it."""

    def usage(self) -> Any:
        """Return what its room has used."""


class Kernel(Protocol):
    """The learner's kernel."""

    @property
    def is_alive(self) -> bool:
        """Whether it can run another cell."""

    def begin_test(self) -> None:
        """Have it answer whoever knocks at its door; it says so there when it has."""

    def interrupt(self) -> None:
        """Interrupt what it is doing."""

    def abandon(self) -> None:
        """End it: it obeys no more."""


class Nursery(Protocol):
    """What gives out rooms."""

    def program(
        self,
        target: str,
        *,
        limits: Limits,
        files: Mapping[str, Path] | None = ...,
        channels: Mapping[str, socket.socket],
    ) -> Any:
        """Run a trusted function in a room."""


class CheckerSession:
    """The checker of one notebook, from its first test to its last.

    :param author_cells: sources of the author's locked cells that are no tests.
    :param solution_cells: sources of the author's own solution cells: what their classes
        define says which operators a learner's object may have.
    :param learner_sources: sources of the learner's cells.
    :param declared_names: names that the author's solution defines, which are the learner's
        to define, even a built-in's; None when the author's source has no solution.
    :param has_solution: these names come from a solution, not from what is to be filled in.
    """

    def __init__(
        self,
        nursery: Nursery,
        *,
        limits: Limits,
        author_cells: Iterable[str] = (),
        learner_sources: Iterable[str] = (),
        declared_names: frozenset[str] | None = None,
        solution_cells: Iterable[str] = (),
        has_solution: bool = True,
        files: Mapping[str, Path] | None = None,
    ) -> None:
        self._nursery = nursery
        self._limits = limits
        self._files = dict(files or {})
        self._setup: dict[str, Any] = {
            "author_cells": list(author_cells),
            "solution_cells": list(solution_cells),
            "learner_sources": list(learner_sources),
            "has_solution": has_solution,
            "declared_names": None if declared_names is None else sorted(declared_names),
        }
        self._tests: list[str] = []
        self._known = {*self._setup["author_cells"], *self._setup["learner_sources"]}
        self._ran: list[str] = []
        self._new: list[str] = []
        self._program: Program | None = None
        self._control: socket.socket | None = None
        self._is_ready = False
        self._cpu_ms: float | None = 0.0
        self._door, self.learner_channel = socket.socketpair()
        self._door.setblocking(False)

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._door.close()
        self.learner_channel.close()

    @property
    def cpu_ms(self) -> float | None:
        """Processor time of the checkers that have ended; None where it cannot be measured."""
        return self._cpu_ms

    def learner_ran(self, source: str) -> None:
        """Note that the learner's kernel has run a cell since the last test.

        It may be one that nobody knew: a person at work writes new ones.
        """
        self._ran.append(source)
        if source not in self._known:
            self._known.add(source)
            self._new.append(source)
            self._setup["learner_sources"].append(source)

    def check(
        self,
        kernel: Kernel,
        source: str,
        *,
        grade_id: str,
        max_points: float,
        points_per_assert: bool = False,
        is_hidden: bool = False,
        wall_s: float,
    ) -> CellVerdict:
        """Run one test cell against the values that the kernel has now.

        :param points_per_assert: divide the points among the cell's assertions.
        :param is_hidden: say nothing about what was expected.
        """
        begun = time.monotonic()
        request = {
            "id": grade_id,
            "source": source,
            "points": max_points,
            "is_split": points_per_assert,
            "is_hidden": is_hidden,
            "wall_s": wall_s,
            "ran": self._ran,
            "new": self._new,
        }
        answer = self._ask(kernel, request)
        if answer["event"] != "lost":
            self._ran, self._new = [], []
            self._tests.append(source)
        verdict = read_answer(answer, max_points, is_hidden=is_hidden)
        return replace(verdict, duration_ms=(time.monotonic() - begun) * 1000)

    def _ask(self, kernel: Kernel, request: Mapping[str, Any]) -> dict[str, Any]:
        """Have the test run; once more when the checker died of it.

        A checker that dies of the same test twice, while a fresh one is well, dies of what
        the learner's code gave it.
        """
        answer: dict[str, Any] = {"event": "lost"}
        has_started = False
        for _ in range(2):
            if not self._is_ready and not self._restart():
                return {"event": "lost"}
            answer = self._ask_once(kernel, request)
            if answer["event"] not in ("lost", "died"):
                return answer
            has_started = has_started or answer["event"] == "died"
            self._stop()
        is_well = has_started and self._restart()
        return {"event": "deadly"} if is_well else {"event": "lost"}

    def _ask_once(self, kernel: Kernel, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._control is not None
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        self._forget_returns()
        try:
            with ours, theirs:
                socket.send_fds(self._door, [b"!"], [theirs.fileno()])
                kernel.begin_test()
                started = time.monotonic()
                control.send(self._control, dict(request), ours.fileno())
        except (BlockingIOError, KernelDied):
            return {"event": "unreachable"}
        except BrokenPipeError:
            return {"event": "lost" if kernel.is_alive else "unreachable"}
        answer = self._answer(started + request["wall_s"] + GRACE_S)
        if answer["event"] == "slow":
            self._stop()  # hangs up on the learner's process too
        self._await_return(kernel)
        return answer

    def _forget_returns(self) -> None:
        """Take away what was said at the door before: the last return, and what a flood left.

        Once: whoever floods it would keep us here for ever.
        """
        with suppress(BlockingIOError):
            self._door.recv(BUFFER_BYTES)

    def _await_return(self, kernel: Kernel) -> None:
        """Wait until the kernel can run cells again; interrupt it, and end it if need be."""
        if not self._is_back(kernel, RETURN_S) and kernel.is_alive:
            kernel.interrupt()
            if not self._is_back(kernel, INTERRUPT_S):
                kernel.abandon()

    def _is_back(self, kernel: Kernel, wait_s: float) -> bool:
        deadline_s = time.monotonic() + wait_s
        while not post.has_news(self._door, LOOK_S):
            if not kernel.is_alive or time.monotonic() >= deadline_s:
                return False
        return True

    def _answer(self, deadline_s: float) -> dict[str, Any]:
        assert self._control is not None
        event = "lost"
        try:
            while True:
                left_s = max(0.0, deadline_s - time.monotonic())
                if not post.has_news(self._control, left_s):
                    return {"event": "slow"}
                answer, _ = control.receive(self._control)
                if answer["event"] != "started":
                    return answer
                event = "died"
        except (EOFError, OSError, ValueError, KeyError):
            return {"event": event}

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._program = self._nursery.program(
                TARGET, limits=self._limits, files=self._files, channels={"control": theirs}
            )
        self._control = ours
        with suppress(OSError):
            control.send(ours, {**self._setup, "tests": self._tests})
        self._is_ready = self._answer(time.monotonic() + READY_S)["event"] == "ready"

    def _restart(self) -> bool:
        self._stop()
        self._start()
        return self._is_ready

    def _stop(self) -> None:
        self._is_ready = False
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._program is not None:
            self._program.close()
            used_ms = self._program.usage().cpu_ms
            known = used_ms is not None and self._cpu_ms is not None
            self._cpu_ms = self._cpu_ms + used_ms if known else None
            self._program = None


__all__ = ["CellVerdict", "CheckerSession", "VerdictOutcome"]
