"""An ipykernel whose sockets were bound outside, made in two steps around a fork."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import zmq
from ipykernel.control import ControlThread
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

from graders.sandbox.kernel_parts import OnlyMainThread, RoomHeartbeat, RoomKernel, listen
from graders.sandbox.kernel_shell import RoomCompiler, RoomShell, RoomTransformers
from graders.sandbox.kernel_streams import (
    LateIOPubThread,
    ReplyStream,
    RoomIOPubThread,
    RoomStream,
)
from graders.sandbox.session import RoomSession

#: History would be a file and a thread for each run, and nobody reads it. Jedi reads sources
#: for seconds at the first completion; the live objects know as much.
ARGUMENTS = ["--HistoryManager.enabled=False", "--IPCompleter.use_jedi=False", "--quiet"]


#: How long last words may take to leave.
LINGER_MS = 1000

#: Modules that ipykernel imports when it starts or runs its first cells.
LOADED_LATER = ("tornado.platform.asyncio", "faulthandler")


class RoomKernelApp(IPKernelApp):  # type: ignore[misc]
    """`prepare` may happen in a process that is forked later; `serve` happens in a room."""

    def prepare(self) -> None:
        """Do all that needs neither sockets nor threads."""
        super(IPKernelApp, self).initialize(ARGUMENTS)
        self._profile_folders = list(_folders(Path(self.ipython_dir)))
        # A logger that lets everything pass makes a record of each message.
        self.log.setLevel(self.log_level)
        self.session = RoomSession(parent=self)
        self.init_pdb()
        self.shell = RoomShell.instance(
            parent=self,
            profile_dir=self.profile_dir,
            user_ns={},
            compiler_class=RoomCompiler,
            input_transformer_manager=RoomTransformers(),
        )
        self.init_path()
        self.init_gui_pylab()
        self.init_extensions()
        self.configure_tornado_logger()
        self.init_code()
        assert self.shell.logger  # made when it is first asked for
        # It looks at every module: before the fork, or each kernel pays for pages of its own.
        self.kernel = RoomKernel.instance(
            parent=self,
            session=self.session,
            shell_channel_thread=OnlyMainThread(),
            log=self.log,
            profile_dir=self.profile_dir,
        )
        self.shell.parent = self.shell.kernel = self.kernel

    def serve(self, order: Mapping[str, Any]) -> None:
        """Become the kernel that listens on the order's sockets. Returns when it is told to."""
        self._descriptors = order["sockets"]
        self.outstream_class = "graders.sandbox.kernel_streams.RoomStream"
        # One more than is kept outside, so that a cut is seen there.
        RoomStream.max_chars = order["output_bytes"] + 1
        self.kernel.is_terse = order["is_terse"]
        self._renew_session(order["key"])
        _forget_streams()
        for folder, mode in self._profile_folders:
            with suppress(FileExistsError):
                folder.mkdir(mode)
        self.init_sockets()
        self.init_heartbeat()
        self.init_io()
        self.init_signal()
        self.init_kernel()
        self.init_shell()
        self.start()

    def init_sockets(self) -> None:
        self.context = context = zmq.Context()
        self.shell_socket = self._open(context, zmq.ROUTER, "shell")
        if "stdin" in self._descriptors:
            self.stdin_socket = self._open(context, zmq.ROUTER, "stdin")
        if "control" in self._descriptors:
            self.init_control(context)
        self.init_iopub(context)

    def init_control(self, context: zmq.Context[Any]) -> None:
        # Without debugger and subshells: one wants loopback, the other threads.
        self.control_socket = self._open(context, zmq.ROUTER, "control")
        self.control_thread = ControlThread(daemon=True)

    def init_iopub(self, context: zmq.Context[Any]) -> None:
        kind = LateIOPubThread if self.kernel.is_terse else RoomIOPubThread
        self.iopub_thread = kind(self._open(context, zmq.XPUB, "iopub"), session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None:
        if "hb" in self._descriptors:
            self.heartbeat = RoomHeartbeat(self.context, self._descriptors["hb"])
            self.heartbeat.start()

    def init_kernel(self) -> None:
        kernel = self.kernel
        if "control" in self._descriptors:
            kernel.control_thread = self.control_thread
            kernel.control_stream = ZMQStream(self.control_socket, self.control_thread.io_loop)
            self.control_thread.start()
        kernel.shell_stream = ReplyStream(self.shell_socket)
        kernel.iopub_thread = self.iopub_thread
        kernel.iopub_socket = self.iopub_socket
        kernel.stdin_socket = self.stdin_socket
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
        self.shell.displayhook.pub_socket = self.iopub_socket
        self.shell.display_pub.pub_socket = self.iopub_socket
        self.displayhook.get_execution_count = lambda: kernel.execution_count

    def _renew_session(self, key: str) -> None:
        """Have names of our own in messages; the forks of one process would share them."""
        self.session.pid = os.getpid()
        self.session.message_count = 0
        self.session.digest_history.clear()
        self.session.session = str(uuid4())
        self.session.key = key.encode()
        self.kernel.ident = str(uuid4())

    def _open(self, context: zmq.Context[Any], kind: int, name: str) -> zmq.Socket[Any]:
        made = context.socket(kind)
        made.setsockopt(zmq.LINGER, LINGER_MS)
        if kind == zmq.ROUTER:
            made.setsockopt(zmq.ROUTER_HANDOVER, 1)
        listen(made, self._descriptors[name])
        return made


def _folders(top: Path) -> Iterator[tuple[Path, int]]:
    """Yield a folder and all below it with their modes, from the top down."""
    for folder in (top, *sorted(path for path in top.rglob("*") if path.is_dir())):
        yield folder, stat.S_IMODE(folder.stat().st_mode)


def prepare() -> RoomKernelApp:
    """Return an app that is ready to serve."""
    _load_without_debugpy()
    for name in LOADED_LATER:
        import_module(name)
    app: RoomKernelApp = RoomKernelApp.instance(config=Config(), log_level=logging.ERROR)
    app.prepare()
    return app


def _forget_streams() -> None:
    """Leave the standard streams, so that no flood of output waits for a reader.

    ipykernel copies what is written to descriptors 1 and 2 to where they led before.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    sys.stdout.flush()


def _load_without_debugpy() -> None:
    """Import ipykernel's debugger module as if debugpy were not installed.

    It would cost each kernel a hundred milliseconds to listen on a loopback that no room has.
    """
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        import_module("ipykernel.debugger")
    finally:
        del sys.modules["debugpy"]
