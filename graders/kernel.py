"""Drives one kernel: runs cells, caps what they say, notices how they end."""

from __future__ import annotations

import signal
import time
from types import TracebackType
from typing import Self

import zmq

from graders.execution import CellOutcome, CellResult, Execution
from graders.protocol import MIB
from graders.sandbox.errors import KernelDied, RoomFailed
from graders.sandbox.lease import Lease
from graders.sandbox.lines import Sockets, receive, send
from graders.sandbox.meter import Usage
from graders.sandbox.outputs import Outputs, traceback_lines
from graders.sandbox.wire import Requests, read, text

__all__ = ["CellOutcome", "CellResult", "Kernel", "KernelDied", "RoomFailed", "Usage"]

#: A cold kernel of the data environment needs seconds; a busy machine may need more.
READY_S = 120

#: What an interrupted cell gets to end before its kernel is killed.
INTERRUPT_S = 2.0

#: How often a waiting cell's memory is looked at.
LOOK_S = 0.25

#: What a kernel gets to answer a new subscription.
WELCOME_MS = 500

#: Messages read between two looks at the clock.
BATCH = 64

#: What bubblewrap's exit code adds to the number of a signal.
SIGNAL_CODE = 128


#: Plain numbers: an `IntFlag` of zmq makes an object for each operation.
POLLIN, NOBLOCK = int(zmq.POLLIN), int(zmq.NOBLOCK)


class Kernel:
    """One live kernel in its room. Use it from one thread at a time."""

    def __init__(self, lease: Lease, sockets: Sockets, *, output_bytes: int = MIB) -> None:
        self._lease = lease
        self._output_bytes = output_bytes
        self._sockets = sockets
        self._requests = Requests()
        self._current: Execution | None = None
        self._poller = zmq.Poller()
        self._poller.register(sockets.shell, POLLIN)
        self._poller.register(sockets.iopub, POLLIN)
        self._poller.register(lease.fileno(), POLLIN)
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can run another cell."""
        return not self._lease.has_ended

    def is_well(self) -> bool:
        """Say whether it lives and no process was killed for want of memory; else end it.

        :raises RoomFailed: if its keeper died: our fault.
        """
        if self._has_lost_a_process():
            self._lease.end()
        if self.is_alive:
            return True
        self._raise_if_ours()
        return False

    def execute(
        self,
        source: str,
        *,
        wall_s: float,
        is_silent: bool = False,
        max_output_bytes: int | None = None,
    ) -> CellResult:
        """Run a cell to its end.

        :param wall_s: then it is interrupted, and killed if that does not help.
        :param max_output_bytes: what is kept of its outputs, if less than the room's limit.
        :raises KernelDied: if the kernel was gone before.
        :raises RoomFailed: if its keeper died: our fault.
        """
        self.start_executing(source, is_silent=is_silent, max_output_bytes=max_output_bytes)
        return self.finish(wall_s=wall_s)

    def start_executing(
        self, source: str, *, is_silent: bool = False, max_output_bytes: int | None = None
    ) -> None:
        """Have the kernel run a cell while the caller does something else.

        :raises KernelDied: if the kernel is gone.
        """
        self._require_life()
        number, frames = self._requests.execute(source, is_silent=is_silent)
        self._current = Execution(
            request_id=number,
            started_s=time.monotonic(),
            outputs=Outputs(min(max_output_bytes or self._output_bytes, self._output_bytes)),
            is_silent=is_silent,
        )
        send(self._sockets.shell, frames)

    def finish(self, *, wall_s: float) -> CellResult:
        """Wait for the cell that was started, for so long since its start."""
        execution = self._current
        if execution is None:
            raise KernelDied("Aucune cellule n’est en cours.")
        self._current = None
        if self._follow(execution, execution.started_s + wall_s):
            return self._end_cell(execution)
        if self._has_lost_a_process():
            self._lease.end()
        if self.is_alive:
            self.interrupt()
            if not self._follow(execution, time.monotonic() + INTERRUPT_S):
                self._lease.end()
            return self._result(execution, CellOutcome.TIMED_OUT)
        return self._result(execution, self._died_as())

    def interrupt(self) -> None:
        """Ask the kernel to raise KeyboardInterrupt in the running cell."""
        self._lease.send_signal(signal.SIGINT)

    def begin_test(self) -> None:
        """Let it answer a test: it watches the door by itself.

        :raises KernelDied: if the kernel is gone.
        :raises RoomFailed: if its keeper died: our fault.
        """
        self._require_life()

    def abandon(self) -> None:
        """End a kernel that obeys no more."""
        self._lease.end()

    def usage(self) -> Usage:
        """Return what the whole room has used so far."""
        return self._lease.usage()

    def close(self) -> None:
        """End the room."""
        self._lease.close()
        self._sockets.close()

    def _await_ready(self) -> None:
        """Wait until our subscription holds, so that no output is missed."""
        deadline_s = time.monotonic() + READY_S
        while time.monotonic() < deadline_s and self.is_alive:
            if self._is_welcome(50):
                return
        raise RoomFailed(f"Le noyau n’a pas démarré. {self._lease.last_words()}".strip())

    def _is_welcome(self, wait_ms: int) -> bool:
        if not self._sockets.iopub.poll(wait_ms):
            return False
        message = read(receive(self._sockets.iopub))
        return message is not None and message.kind == "iopub_welcome"

    def _follow(self, execution: Execution, deadline_s: float) -> bool:
        """Read what comes until the cell is done; False at the deadline or at death."""
        look_s = time.monotonic() + LOOK_S
        while not execution.is_done:
            now_s = time.monotonic()
            if now_s >= deadline_s:
                return False
            if now_s >= look_s:
                look_s = now_s + LOOK_S
                if self._has_lost_a_process():
                    return False
            ready = dict(self._poller.poll(min(deadline_s - now_s, LOOK_S) * 1000 + 1))
            self._drain(execution)
            if self._lease.fileno() in ready and self._lease.has_ended:
                self._drain(execution)
                return execution.is_done
        return True

    def _has_lost_a_process(self) -> bool:
        """Whether memory ran out; the kernel itself may not have been the victim."""
        return self._lease.oom_kills() > 0

    def _drain(self, execution: Execution) -> None:
        for made, take in (
            (self._sockets.shell, execution.take_reply),
            (self._sockets.iopub, execution.take_output),
        ):
            for _ in range(BATCH):
                if not made.getsockopt(zmq.EVENTS) & POLLIN:
                    break
                take(read(receive(made, NOBLOCK)))

    def _end_cell(self, execution: Execution) -> CellResult:
        if self._has_lost_a_process():
            self._lease.end()
            return self._result(execution, CellOutcome.OUT_OF_MEMORY)
        if not execution.is_complete:
            execution.outputs.is_cut = True
            self._sockets.reconnect_outputs()
            self._is_welcome(WELCOME_MS)
        is_ok = (execution.reply or {}).get("status") == "ok"
        return self._result(execution, CellOutcome.OK if is_ok else CellOutcome.ERROR)

    def _died_as(self) -> CellOutcome:
        self._raise_if_ours()
        usage, status = self._lease.usage(), self._lease.status
        if usage.oom_kills > 0:
            return CellOutcome.OUT_OF_MEMORY
        if status in (-signal.SIGXCPU, SIGNAL_CODE + signal.SIGXCPU):
            return CellOutcome.TIMED_OUT
        return CellOutcome.DIED

    def _require_life(self) -> None:
        if not self.is_alive:
            self._raise_if_ours()
            raise KernelDied("Le noyau s’est arrêté.")

    def _raise_if_ours(self) -> None:
        if self._lease.is_keeper_dead:
            raise RoomFailed("Le gardien des salles est mort\u00a0: le travail est à refaire.")

    def _result(self, execution: Execution, outcome: CellOutcome) -> CellResult:
        reply = execution.reply or {}
        count = reply.get("execution_count")
        return CellResult(
            outcome=outcome,
            outputs=execution.outputs.finish(),
            execution_count=count if type(count) is int and 0 <= count < 2**31 else None,
            error_name=text(reply.get("ename"), 200),
            error_value=text(reply.get("evalue"), 10_000),
            traceback=tuple(traceback_lines(reply)),
            duration_ms=(time.monotonic() - execution.started_s) * 1000,
        )
