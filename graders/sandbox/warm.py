"""The warm process: imports everything once, then sends children into rooms.

It stays single-threaded, holds no secret and runs no code of a learner. A child gives up
what it must not have before it becomes the kernel, so it never returns here.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from graders.sandbox import launch, limits, linux, post
from graders.sandbox.rehearsal import rehearse
from graders.sandbox.room import NOTEBOOK_FOLDER
from graders.sandbox.seccomp import compile_filter

#: Modules of ours that programs and kernels load anyway.
OURS = ("graders.verdict.agent", "graders.verdict.checker")
OURS_FOR_PANDAS = ("graders.verdict.codec_tables",)


def main(channel_fd: int) -> None:
    """Get warm, say so, then fork on every order until the keeper is gone."""
    channel = socket.socket(fileno=channel_fd)
    message, _ = post.receive(channel)
    app = import_module("graders.sandbox.kernel_app").prepare()
    ours = [*OURS, *(OURS_FOR_PANDAS if "pandas" in message["preload"] else ())]
    _load([*message["preload"], *(name for name in ours if find_spec(name))])
    program = compile_filter()
    rehearse(app)
    signal.signal(signal.SIGCHLD, lambda *_: _tell_ends(channel))
    gc.collect()
    gc.freeze()
    post.send(channel, {"is_ready": True})
    while True:
        try:
            order, descriptors = post.receive(channel)
        except EOFError:
            os._exit(0)
        _send_child(app, program, channel, order, descriptors)
        post.close(descriptors)


def _tell_ends(channel: socket.socket) -> None:
    """Collect the children that have ended, and tell the keeper how they did."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with suppress(OSError):
                post.send(channel, {"ended": pid, "status": status})


def _load(names: Sequence[str]) -> None:
    for name in names:
        import_module(name)


def _send_child(
    app: Any,
    program: bytes,
    channel: socket.socket,
    order: dict[str, Any],
    descriptors: Sequence[int],
) -> None:
    """Bear a child into the room and tell its number, which it does not know itself."""
    answer_fd, processes, *inner = descriptors
    with socket.socket(fileno=os.dup(answer_fd)) as answer:
        try:
            linux.bear_into(processes)
            with _ends_untold():
                pid = os.fork()
                if pid != 0:
                    _tell_birth(answer, pid)
        except OSError as error:
            post.send(answer, {"error": f"{type(error).__name__}: {error}"})
            return
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            post.close([channel.detach(), answer_fd, processes])
            _enter(app, program, answer, order, inner)


@contextmanager
def _ends_untold() -> Iterator[None]:
    """Put off `_tell_ends`: a child that ends at once must still be there when it is told."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))


def _tell_birth(answer: socket.socket, pid: int) -> None:
    pidfd = os.pidfd_open(pid)
    try:
        post.send(answer, {"pid": pid}, [pidfd])
    finally:
        os.close(pidfd)


def _enter(
    app: Any,
    program: bytes,
    answer: socket.socket,
    order: dict[str, Any],
    descriptors: Sequence[int],
) -> None:
    """Enter the room for good, and tell that it worked. Never returns."""
    first, output = descriptors[:2]
    doors = descriptors[2 : 2 + order["doors"]]
    sockets = descriptors[2 + order["doors"] :]
    try:
        limits.join(doors)
        if order["uid"] is not None:
            os.setresgid(order["uid"], order["uid"], order["uid"])
            os.setresuid(order["uid"], order["uid"], order["uid"])
        linux.enter(first)
    except BaseException as error:
        post.send(answer, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)
    post.send(answer, {"is_inside": True})
    answer.close()
    _become(app, program, order, output, sockets, [*doors, first])


def _become(
    app: Any,
    program: bytes,
    order: dict[str, Any],
    output: int,
    sockets: Sequence[int],
    spare: Sequence[int],
) -> None:
    """Give up every right, then be the kernel or the program. Never returns."""
    code = 1
    try:
        os.setsid()
        for standard in (1, 2):
            os.dup2(output, standard)
        post.close([output, *spare])
        linux.drop_privileges()
        # A change of user hid our own /proc from us; a cold kernel sees its own.
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        linux.install_filter(program)
        os.chdir(NOTEBOOK_FOLDER)
        ordered = {**order, "sockets": dict(zip(order["sockets"], sockets, strict=True))}
        launch.settle(ordered)
        if order["kind"] == "kernel":
            app.serve(ordered)
        else:
            launch.run_program(ordered)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    os._exit(code)
