"""The warm process: imports everything once, then sends children into rooms.

It stays single-threaded, holds no secret and runs no code of a learner. A child gives up
what it must not have before it becomes the kernel, so it never returns here.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
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

#: What the small objects of the preloaded modules take.
OBJECTS_MIB = 80

#: The largest object that Python keeps in its own arenas of a mebibyte, and how many fill one.
OBJECT_BYTES = 512 - 33
OBJECTS_PER_MIB = 31 * 63

#: The size of Python's pools, where the first object of one lies, and the step of sizes.
POOL_BYTES, FIRST_AT, STEP_BYTES = 16 << 10, 48, 16

#: Beyond so many objects of one size, we were wrong about pools.
MAX_GAPS = 100_000


def main(channel_fd: int) -> None:
    """Get warm, say so, then fork on every order until the keeper is gone."""
    channel = socket.socket(fileno=channel_fd)
    message, _ = post.receive(channel)
    _held = _reserve(OBJECTS_MIB) if message["preload"] else []
    app = import_module("graders.sandbox.kernel_app").prepare()
    ours = [*OURS, *(OURS_FOR_PANDAS if "pandas" in message["preload"] else ())]
    _load([*message["preload"], *(name for name in ours if find_spec(name))])
    confine = linux.confinement(compile_filter())
    rehearse(app)
    import_module("graders.verdict.rehearsal").rehearse()
    wakes = _wakes()
    gc.collect()
    _gaps = _fill_gaps()
    gc.freeze()
    linux.join_libraries()
    linux.join_pages()
    post.send(channel, {"is_ready": True})
    _serve(app, confine, channel, wakes)


def _reserve(size_mib: int) -> list[list[bytes]]:
    """Take memory for objects in one piece, before libraries come to lie between its parts.

    Only what is in one piece fits huge pages, and a fork copies what does not page by page.
    What is returned holds each part; the rest is free for the objects to come.
    """
    filled = [[bytes(OBJECT_BYTES) for _ in range(OBJECTS_PER_MIB)] for _ in range(size_mib)]
    return [part[:: OBJECTS_PER_MIB // 4] for part in filled]


def _fill_gaps() -> list[list[object]]:
    """Take what is free between objects, so that those of forks lie side by side in few pages.

    What is returned holds the gaps.
    """
    return [_fill(size) for size in range(2 * STEP_BYTES, 512 + 1, STEP_BYTES)]


def _fill(size: int) -> list[object]:
    """Make objects of one size until one is the first of a new pool."""
    held: list[object] = []
    while len(held) < MAX_GAPS:
        held.append(bytes(size - 40) if size > 2 * STEP_BYTES else float(len(held)))
        if id(held[-1]) % POOL_BYTES == FIRST_AT:
            break
    return held


def _serve(
    app: Any, confine: Callable[[], None], channel: socket.socket, wakes: tuple[int, int]
) -> None:
    """Fork on every order and tell of every end. Never returns."""
    poll = select.poll()
    for descriptor in (channel.fileno(), wakes[0]):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if wakes[0] in ready:
            os.read(wakes[0], 4096)
            _tell_ends(channel)
        if channel.fileno() in ready:
            try:
                order, descriptors = post.receive(channel)
            except EOFError:
                os._exit(0)
            _send_child(app, confine, [channel.fileno(), *wakes], order, descriptors)
            post.close(descriptors)


def _wakes() -> tuple[int, int]:
    """Return a pipe that can be read once a child has ended.

    A handler of our own would be late for a signal that comes just before we wait again.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return reader, writer


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
    confine: Callable[[], None],
    ours: Sequence[int],
    order: dict[str, Any],
    descriptors: Sequence[int],
) -> None:
    """Bear a child into the room and tell its number, which it does not know itself.

    :param ours: what the child must not have.
    """
    answer_fd, processes, *inner = descriptors
    with socket.socket(fileno=os.dup(answer_fd)) as answer:
        try:
            linux.bear_into(processes)
            pid = os.fork()
            if pid != 0:
                _tell_birth(answer, pid)
                return
        except OSError as error:
            post.send(answer, {"error": f"{type(error).__name__}: {error}"})
            return
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        post.close([*ours, answer_fd, processes])
        _enter(app, confine, answer, order, inner)


def _tell_birth(answer: socket.socket, pid: int) -> None:
    pidfd = os.pidfd_open(pid)
    try:
        post.send(answer, {"pid": pid}, [pidfd])
    finally:
        os.close(pidfd)


def _enter(
    app: Any,
    confine: Callable[[], None],
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
    _become(app, confine, order, output, sockets, [*doors, first])


def _become(
    app: Any,
    confine: Callable[[], None],
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
        confine()
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
