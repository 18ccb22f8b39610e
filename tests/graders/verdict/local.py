"""Kernels and programs as plain processes without rooms, to try many cases fast."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from graders.sandbox.errors import KernelDied
from graders.sandbox.meter import Usage
from graders.verdict.agent_door import SERVE

ROOT = Path(__file__).parents[3]
#: Whoever is interrupted may have to wait for a processor on a busy machine.
INTERRUPT_S = 20
PYTHON = ROOT / ".venv-kernels" / "bin" / "python"

LOOP = """
import json, signal, sys
import __main__
# A shell that starts the tests in the background has them ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
read, write = sys.stdin.readline, sys.stdout
sys.stdout = sys.stderr
while True:
    line = read()
    if not line:
        break
    try:
        names = __main__.__dict__
        number, source = json.loads(line)
        exec(compile(source, "<cell>", "exec"), names)
        end = "ok"
    except BaseException as error:
        end = repr(error)
    write.write("\\n" + json.dumps({"number": number, "end": end}) + "\\n")
    write.flush()
"""
PROGRAM = """
import socket, sys, json
from importlib import import_module
module, _, name = sys.argv[1].partition(":")
given = {k: socket.socket(fileno=fd) for k, fd in json.loads(sys.argv[2]).items()}
getattr(import_module(module), name)(**given)
"""


class LocalNursery:
    """Starts processes of the kernels' interpreter."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="verdict-"))
        self.programs: list[LocalProgram] = []

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _folder(self, files: Mapping[str, Path] | None) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name, path in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
        return folder

    def kernel(self, *, limits: Any = None, files: Any = None, channel: socket.socket) -> Any:
        return LocalKernel(self._folder(files), channel)

    def program(self, target: str, *, limits: Any, files: Any = None, channels: Any) -> Any:
        numbers = {name: each.fileno() for name, each in channels.items()}
        words = [str(PYTHON), "-c", PROGRAM, target, json.dumps(numbers)]
        program = LocalProgram(words, self._folder(files), list(numbers.values()))
        self.programs.append(program)
        return program


def _environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the settings of a process that works in a folder of the nursery's.

    Temporary files lie in the nursery: a checker mirrors them, and would mirror the libraries
    of a project that lies in the machine's own folder of temporary files.
    """
    return {
        **{"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        **{"PYTHONDONTWRITEBYTECODE": "1", "HOME": tempfile.gettempdir()},
        "TMPDIR": str(folder.parent),
        **{"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **more},
    }


class LocalProgram:
    """A trusted program at work."""

    def __init__(self, words: list[str], folder: Path, descriptors: list[int]) -> None:
        self.process = subprocess.Popen(
            words,
            cwd=folder,
            pass_fds=descriptors,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
        )

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def usage(self) -> Usage:
        return Usage()


class LocalKernel:
    """A loop that executes cells, with a kernel's manners."""

    def __init__(self, folder: Path, channel: socket.socket) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [str(PYTHON), "-c", LOOP],
            cwd=folder,
            pass_fds=[channel.fileno()],
            env=_environment(folder, GARRIGUE_CHANNEL=str(channel.fileno())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._begun = 0.0
        self._number = 0

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def execute(self, source: str, *, wall_s: float) -> str:
        self.start_executing(source)
        return self.finish(wall_s=wall_s)

    def begin_test(self) -> None:
        if not self.is_alive:
            raise KernelDied
        self.start_executing(SERVE)

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def abandon(self) -> None:
        self._process.kill()
        self._process.wait()

    def start_executing(self, source: str) -> None:
        assert self._process.stdin is not None
        self._begun = time.monotonic()
        self._number += 1
        try:
            self._process.stdin.write(json.dumps([self._number, source]).encode() + b"\n")
        except BrokenPipeError:
            self._process.wait()

    def finish(self, *, wall_s: float) -> str:
        end = self._end(self._begun + wall_s)
        if end is None and self.is_alive:
            self._process.send_signal(signal.SIGINT)
            end = self._end(time.monotonic() + INTERRUPT_S) or "interrupted"
            if end == "interrupted":
                self.close()
        return end or "died"

    def _end(self, deadline: float) -> str | None:
        assert self._process.stdout is not None
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._process.stdout], [], [], left)[0]:
                return None
            line = self._process.stdout.readline()
            if not line:
                self._process.wait()
                return None
            with suppress(ValueError, TypeError, KeyError):
                said = json.loads(line)
                if said["number"] == self._number:  # not that of a test before
                    return str(said["end"])
        return None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
