"""The supervisor: starts, restarts with a pause, stops gracefully, kills what does not stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lms.supervisor import Program, Supervisor

BEAT = """
import os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def end(*_):
    (folder / f"ended-{os.getpid()}").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / f"started-{os.getpid()}").touch()
while True:
    time.sleep(0.05)
"""
STUBBORN = BEAT.replace(
    "signal.signal(signal.SIGTERM, end)", "signal.signal(15, signal.SIG_IGN)"
)
CRASH = BEAT.replace("while True:", "sys.exit(3)\nwhile True:")


class Run:
    """A supervisor that runs in a thread of the test."""

    def __init__(self, folder: Path, program: str, grace_s: float = 20.0) -> None:
        self.folder = folder
        self.said: list[str] = []
        self._stop = threading.Event()
        command = [sys.executable, "-c", program, str(folder)]
        supervisor = Supervisor(
            programs=[Program(name="essai", command=command, environment=dict(os.environ))],
            say=self.said.append,
            grace_s=grace_s,
        )
        self._thread = threading.Thread(target=supervisor.run, args=(self._stop,))
        self._thread.start()

    def pids(self, name: str = "started") -> list[int]:
        """Return the processes that said so."""
        return [int(path.name.split("-")[1]) for path in self.folder.glob(f"{name}-*")]

    def wait(self, question: Callable[[], bool]) -> None:
        """Wait until the answer is yes."""
        ends_at_s = time.monotonic() + 30
        while not question():
            assert time.monotonic() < ends_at_s, self.said
            time.sleep(0.02)

    def stop(self) -> None:
        """Tell the supervisor to stop, and wait for it."""
        self._stop.set()
        self._thread.join()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Run a program under a supervisor: `run(BEAT)`."""
    made: list[Run] = []

    def start(program: str, **given: float) -> Run:
        made.append(Run(tmp_path, program, **given))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_restarts_what_was_killed_and_says_so(run: Callable[..., Run]) -> None:
    running = run(BEAT)
    running.wait(lambda: len(running.pids()) == 1)
    os.kill(running.pids()[0], signal.SIGKILL)
    running.wait(lambda: len(running.pids()) == 2)

    assert "« essai » s’est arrêté (signal 9)" in running.said[0]


def test_pauses_longer_at_each_crash(run: Callable[..., Run]) -> None:
    running = run(CRASH)
    running.wait(lambda: len(running.said) == 3)

    assert [line.split("redémarre dans ")[1] for line in running.said] == [
        "0.5 s.",
        "1 s.",
        "2 s.",
    ]


def test_asks_before_it_kills(run: Callable[..., Run]) -> None:
    running = run(BEAT)
    running.wait(lambda: len(running.pids()) == 1)
    running.stop()

    assert running.pids("ended") == running.pids()


def test_kills_what_does_not_stop(run: Callable[..., Run]) -> None:
    running = run(STUBBORN, grace_s=0.2)
    running.wait(lambda: len(running.pids()) == 1)
    running.stop()

    assert not is_alive(running.pids()[0])
