"""One cell at work in a kernel, from its request to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graders.sandbox.outputs import Output, Outputs
from graders.sandbox.wire import Message

#: After its reply, how long a kernel may be silent before its last outputs count as lost.
IDLE_S = 1.0


class CellOutcome(StrEnum):
    """How a cell ended."""

    OK = "ok"
    ERROR = "error"
    TIMED_OUT = "timed-out"
    DIED = "died"
    OUT_OF_MEMORY = "out-of-memory"


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """What a cell did. All but its end is what the learner's own process says: display only.

    :param outputs: nbformat 4 outputs, cut at the caller's cap.
    :param execution_count: the number beside the cell; None when it was silent or died.
    :param traceback: coloured lines, as IPython sends them.
    """

    outcome: CellOutcome
    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None
    error_name: str = ""
    error_value: str = ""
    traceback: tuple[str, ...] = ()
    duration_ms: float = 0.0


@dataclass
class Execution:
    """A cell at work.

    :param is_silent: nobody looks at its outputs.
    :param heard: how many of its outputs have come.
    """

    request_id: str
    started_s: float
    outputs: Outputs
    is_silent: bool
    heard: int = 0
    reply: dict[str, Any] | None = None
    heard_s: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether all has come that the kernel says it has sent."""
        published = (self.reply or {}).get("published")
        return self.is_silent or (type(published) is int and self.heard >= published)

    @property
    def is_done(self) -> bool:
        """Whether the kernel replied, and said all or stopped talking."""
        if self.reply is None:
            return False
        return self.is_complete or time.monotonic() - self.heard_s > IDLE_S

    def take_reply(self, message: Message | None) -> None:
        """Take what came on the shell channel."""
        if message and message.kind == "execute_reply" and message.parent_id == self.request_id:
            self.reply = message.content
            self.heard_s = time.monotonic()

    def take_output(self, message: Message | None) -> None:
        """Take what came on the output channel."""
        self.heard_s = time.monotonic()
        if message is not None and message.parent_id == self.request_id:
            self.heard += 1
            self.outputs.take(message)
