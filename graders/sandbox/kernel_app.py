"""An ipykernel whose sockets were bound outside, made in two steps around a fork."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import zmq
from ipykernel.compiler import XCachingCompiler, murmur2_x86
from ipykernel.control import ControlThread
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

#: History would be a file and a thread for each run, and nobody reads it. Jedi reads sources
#: for seconds at the first completion; the live objects know as much.
ARGUMENTS = ["--HistoryManager.enabled=False", "--IPCompleter.use_jedi=False", "--quiet"]


#: Modules that ipykernel imports when it starts or runs its first cells.
LOADED_LATER = ("tornado.platform.asyncio", "faulthandler")


class RoomCompiler(XCachingCompiler):  # type: ignore[misc]
    """Names a cell's code after its text alone, so that warnings read the same each run."""

    def get_code_name(self, raw_code: str, *_: object) -> str:
        return f"/tmp/ipykernel/{murmur2_x86(raw_code, 0xC70F6907)}.py"  # noqa: S108


class OnlyMainThread:
    """Stands for the thread of the shell channel, which we do without; it counts as absent.

    ipykernel asks it one thing, when a cell awaits: which thread may catch an interrupt.
    """

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class RoomKernel(IPythonKernel):  # type: ignore[misc]
    """Runs cells in the main thread, from the main loop, and has no subshells."""

    _supports_kernel_subshells = False

    # A pause after each cell, in the hope that its outputs arrive before its reply; our
    # clients wait for the idle status, which comes last.
    _execute_sleep = 0


class RoomStream(OutStream):  # type: ignore[misc]
    """A standard stream that stops sending when one cell has said enough.

    It spares an honest flood: what is sent is cut outside again, whoever sends it.
    """

    max_chars = 1 << 20

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """Begin a cell's share."""
        self.left = self.max_chars
        super().set_parent(parent)

    def write(self, string: str) -> int:
        """Send what is left of the share, and pretend to have sent it all."""
        left = getattr(self, "left", self.max_chars)
        if isinstance(string, str) and len(string) > left:
            self.left = 0
            super().write(string[:left])
            return len(string)
        self.left = left - len(string)
        super().write(string)
        return len(string)


class RoomIOPubThread(IOPubThread):  # type: ignore[misc]
    """Hears its forked children over a socket of the room, for want of a loopback."""

    def _setup_pipe_in(self) -> None:
        self._pipe_uuid = os.urandom(16)
        self._pipe_address = f"ipc:///tmp/.kernel-{self._pipe_uuid.hex()}"
        pipe_in = self.socket.context.socket(zmq.PULL)
        pipe_in.linger = 0
        pipe_in.bind(self._pipe_address)
        self._pipe_in = ZMQStream(pipe_in, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[zmq.Context[Any], zmq.Socket[Any]]:
        context = zmq.Context()
        pipe_out = context.socket(zmq.PUSH)
        pipe_out.linger = 3000
        pipe_out.connect(self._pipe_address)
        return context, pipe_out


class RoomHeartbeat(Heartbeat):  # type: ignore[misc]
    """Listens on a descriptor that was bound outside."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        super().__init__(zmq.Context(), ("ipc", "room", 5))

    def _bind_socket(self) -> None:
        _listen(self.socket, self.descriptor)


class RoomKernelApp(IPKernelApp):  # type: ignore[misc]
    """`prepare` may happen in a process that is forked later; `serve` happens in a room."""

    def prepare(self) -> None:
        """Do all that needs neither sockets nor threads."""
        super(IPKernelApp, self).initialize(ARGUMENTS)
        self.init_pdb()
        self.shell = ZMQInteractiveShell.instance(
            parent=self,
            profile_dir=self.profile_dir,
            user_ns={},
            compiler_class=RoomCompiler,
        )
        self.init_path()
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()

    def serve(self, order: Mapping[str, Any]) -> None:
        """Become the kernel that listens on the order's sockets. Returns when it is told to."""
        self._descriptors = order["sockets"]
        self.outstream_class = "graders.sandbox.kernel_app.RoomStream"
        # One more than is kept outside, so that a cut is seen there.
        RoomStream.max_chars = order["output_bytes"] + 1
        self.session.key = order["key"].encode()
        _forget_streams()
        ProfileDir.create_profile_dir(self.profile_dir.location)
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
        self.stdin_socket = self._open(context, zmq.ROUTER, "stdin")
        self.init_control(context)
        self.init_iopub(context)

    def init_control(self, context: zmq.Context[Any]) -> None:
        # Without debugger and subshells: one wants loopback, the other threads.
        self.control_socket = self._open(context, zmq.ROUTER, "control")
        self.control_thread = ControlThread(daemon=True)

    def init_iopub(self, context: zmq.Context[Any]) -> None:
        self.configure_tornado_logger()
        self.iopub_thread = RoomIOPubThread(
            self._open(context, zmq.XPUB, "iopub"), pipe=True, session=self.session
        )
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None:
        self.heartbeat = RoomHeartbeat(self._descriptors["hb"])
        self.heartbeat.start()

    def init_kernel(self) -> None:
        control_stream = ZMQStream(self.control_socket, self.control_thread.io_loop)
        shell_stream = ZMQStream(self.shell_socket)
        self.control_thread.start()
        self.kernel = kernel = RoomKernel.instance(
            parent=self,
            session=self.session,
            control_stream=control_stream,
            shell_stream=shell_stream,
            control_thread=self.control_thread,
            shell_channel_thread=OnlyMainThread(),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            stdin_socket=self.stdin_socket,
            log=self.log,
            profile_dir=self.profile_dir,
        )
        self.shell.parent = self.shell.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count

    def _open(self, context: zmq.Context[Any], kind: int, name: str) -> zmq.Socket[Any]:
        made = context.socket(kind)
        made.linger = 1000
        if kind == zmq.ROUTER:
            made.router_handover = 1
        _listen(made, self._descriptors[name])
        return made


def prepare() -> RoomKernelApp:
    """Return an app that is ready to serve."""
    _load_without_debugpy()
    for name in LOADED_LATER:
        import_module(name)
    app: RoomKernelApp = RoomKernelApp.instance(config=Config(), log_level=logging.ERROR)
    app.prepare()
    return app


def _listen(made: zmq.Socket[Any], descriptor: int) -> None:
    made.setsockopt(zmq.USE_FD, descriptor)
    made.bind("ipc://room")


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
