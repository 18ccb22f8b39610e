"""The embedded form: one parent starts web and workers, restarts them, and stops them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0

#: Who lived that long had started well: the next crash counts as the first.
STEADY_S = 30.0
LOOK_S = 0.1

#: What a worker may take to finish or give back its work, and a little more.
GRACE_S = 30.0
PR_SET_PDEATHSIG = 1


def pause_s(crashes: int) -> float:
    """Return how long to wait before the restart after so many crashes in a row.

    >>> [pause_s(1), pause_s(2), pause_s(20)]
    [0.5, 1.0, 30.0]
    """
    return float(min(FIRST_PAUSE_S * 2 ** (crashes - 1), LONGEST_PAUSE_S))


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program to keep running.

    :param descriptors: open files that it inherits, such as the socket that it listens on.
    :param log: file that gets its standard error; None shares the parent's.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()
    log: Path | None = None


@dataclass(kw_only=True)
class _Child:
    """A program with its process at this moment, if it has one."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    crashes: int = 0
    start_at_s: float = 0.0


@dataclass(kw_only=True)
class Supervisor:
    """Keeps programs running until it is told to stop.

    :param say: takes sentences for the person at the terminal.
    """

    programs: Sequence[Program]
    say: Callable[[str], None]
    clock: Callable[[], float] = field(default=time.monotonic)
    grace_s: float = GRACE_S

    def run(self, stop: threading.Event) -> None:
        """Start everything, restart what ends, and stop everything when told to."""
        children = [_Child(program=program) for program in self.programs]
        try:
            while not stop.is_set():
                for child in children:
                    self._look_after(child)
                stop.wait(LOOK_S)
        finally:
            self._stop(children)

    def _look_after(self, child: _Child) -> None:
        now_s = self.clock()
        if child.process is None:
            if now_s >= child.start_at_s:
                child.process, child.started_at_s = _start(child.program), now_s
            return
        status = child.process.poll()
        if status is None:
            return
        child.process = None
        child.crashes = 1 if now_s - child.started_at_s >= STEADY_S else child.crashes + 1
        child.start_at_s = now_s + pause_s(child.crashes)
        self.say(
            f"Le processus « {child.program.name} » s’est arrêté ({_reason(status)}) : "
            f"il redémarre dans {pause_s(child.crashes):g} s."
        )

    def _stop(self, children: Sequence[_Child]) -> None:
        running = [child.process for child in children if child.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        ends_at_s = self.clock() + self.grace_s
        for process in running:
            try:
                process.wait(max(0.0, ends_at_s - self.clock()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Have the first Ctrl-C or SIGTERM set the event; a second one ends the process at once."""
    before: dict[signal.Signals, object] = {}

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for name in (signal.SIGINT, signal.SIGTERM):
        before[name] = signal.signal(name, ask)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)  # type: ignore[arg-type]


def die_with_parent() -> None:
    """Have the kernel end this process (SIGTERM) when its parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(program: Program) -> subprocess.Popen[bytes]:
    with ExitStack() as files:
        log = files.enter_context(program.log.open("ab")) if program.log else None
        return subprocess.Popen(
            program.command,
            env=dict(program.environment),
            pass_fds=program.descriptors,
            stdin=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then stops all
        )


def _reason(status: int) -> str:
    if status < 0:
        return f"signal {-status}"
    return f"code {status}"


def python_command(module: str, *words: str) -> list[str]:
    """Return the command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *words]


def inherited_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with some variables set."""
    return {**os.environ, **changes}
