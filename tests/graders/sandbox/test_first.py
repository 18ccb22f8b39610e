"""The first process of a room says that it is there, and waits until nobody holds it."""

import platform
import signal
import subprocess
from pathlib import Path

import pytest

from graders.sandbox.first import DATA, PROGRAMS, first_program
from graders.sandbox.seccomp import AUDIT_ARCHITECTURES


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "first"
    path.write_bytes(first_program())
    path.chmod(0o755)
    with subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_says_that_it_is_there_and_ends_with_whoever_holds_it(program):
    assert program.stdout.read(1) == b"!"
    assert program.poll() is None

    program.stdin.close()

    assert program.wait(10) == 0


def test_has_the_dead_buried(program):
    program.stdout.read(1)

    status = Path(f"/proc/{program.pid}/status").read_text().split()
    ignored = int(status[status.index("SigIgn:") + 1], 16)

    assert ignored >> (signal.SIGCHLD - 1) & 1


@pytest.mark.parametrize("machine", PROGRAMS)
def test_is_whole_for_every_machine(machine):
    program = first_program(machine)

    assert program.startswith(b"\x7fELF")
    assert program.endswith(DATA)
    assert len(program) < 300


def test_knows_the_machines_that_the_filter_knows():
    assert set(PROGRAMS) == set(AUDIT_ARCHITECTURES)
    assert platform.machine() in PROGRAMS
