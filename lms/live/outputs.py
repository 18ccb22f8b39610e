"""The outputs of one cell on their way to a page: merged, capped, the rest kept for later."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import Any

from graders.protocol import MIB
from graders.sandbox.outputs import Output, Outputs
from graders.sandbox.wire import Message
from lms.live import words
from lms.live.explaining import explanation
from lms.live.voice import Voice

Frame = dict[str, Any]

#: Text of one cell that is shown without being asked for; no one reads more at once.
SHOWN_CHARS = 64 * 1024

#: What each « afficher plus » adds.
MORE_CHARS = 256 * 1024

#: Outputs of one cell, however small; what one stream says in a row is one.
MAX_PARTS = 300

#: Displays whose pictures may change between two moments of sending.
MAX_UPDATES = 16

ROOM_FOR_ERRORS = 256 * 1024


class CellOutputs:
    """What one run of a cell shows. `frames` gives what is new since the last time.

    :param cell: as the page names it.
    :param kept_bytes: what is kept of the outputs in all, as grading keeps.
    """

    def __init__(self, cell: str, voice: Voice, *, kept_bytes: int = MIB) -> None:
        self._cell = cell
        self._voice = voice
        self._kept_bytes = kept_bytes
        self._pending: list[Frame] = []
        self._updates: list[Frame] = []
        self._clears_next = False
        self._is_cut = False
        self._forget()

    @property
    def has_more(self) -> bool:
        """Whether text is kept that was not shown."""
        return bool(self._held)

    def take(self, message: Message) -> None:
        """Take what the kernel says; what it says wrongly is nothing."""
        if message.kind == "clear_output":
            if message.content.get("wait") is True:
                self._clears_next = True
            else:
                self._clear()
            return
        if message.kind == "update_display_data":
            self._update(message)
            return
        for output in self._read(message):
            if self._clears_next:
                self._clear()
            if output["output_type"] == "stream":
                self._take_text(output["name"], output["text"])
            else:
                self._take_rich(output, _display_id(message))

    def cut(self) -> None:
        """Note that outputs are missing."""
        if not self._is_cut:
            self._is_cut = True
            self._held_news = True

    def frames(self) -> list[Frame]:
        """Return what is to be sent now."""
        frames = [*self._pending, *self._updates]
        self._pending, self._updates = [], []
        if self._held_news:
            self._held_news = False
            frames.append(self._truncated())
        return frames

    def more(self) -> list[Frame]:
        """Return the next part of what was held back, and whether there is still some."""
        frames: list[Frame] = []
        left = MORE_CHARS
        while self._held and left > 0:
            name, held = self._held.pop(0)
            text = held.getvalue()
            if len(text) > left:
                rest = StringIO()
                rest.write(text[left:])
                self._held.insert(0, (name, rest))
            frames.append(self._output(_stream(name, text[:left]), is_more=True))
            left -= len(text)
        return [*frames, self._truncated()]

    def _forget(self) -> None:
        self._left = self._kept_bytes
        self._shown_chars = 0
        self._parts = 0
        self._last_name = ""
        self._held: list[tuple[str, StringIO]] = []
        self._is_cut = False
        self._held_news = False

    def _clear(self) -> None:
        self._clears_next = False
        self._pending, self._updates = [{"type": "clear", "cell": self._cell}], []
        self._forget()

    def _read(self, message: Message) -> tuple[Output, ...]:
        """Return the output of a message, without anything that nbformat forbids."""
        room = ROOM_FOR_ERRORS if message.kind == "error" else self._left
        outputs = Outputs(room)
        outputs.take(message)
        if outputs.is_cut:
            self.cut()
            outputs.is_cut = False
        return outputs.finish()

    def _take_text(self, name: str, text: str) -> None:
        self._left -= len(text)
        if name != self._last_name and not self._is_part_left():
            return
        self._last_name = name
        room = SHOWN_CHARS - self._shown_chars
        shown, held = text[:room], text[room:]
        if shown:
            self._shown_chars += len(shown)
            last = self._pending[-1] if self._pending else {}
            output = last.get("output", {})
            if last.get("type") == "output" and output.get("name") == name:
                output["text"] += shown
            else:
                self._pending.append(self._output(_stream(name, shown)))
        if held:
            self._hold(name, held)

    def _hold(self, name: str, text: str) -> None:
        self._held_news = self._held_news or not self._held
        if not self._held or self._held[-1][0] != name:
            self._held.append((name, StringIO()))
        self._held[-1][1].write(text)

    def _take_rich(self, output: Output, display_id: str) -> None:
        is_error = output["output_type"] == "error"
        if not is_error:
            if not self._is_part_left():
                return
            self._left -= _size(output)
        frame = self._output(output)
        if is_error:
            said = (output["ename"], output["evalue"], output["traceback"])
            frame["explanation"] = explanation(*said, language=self._voice.language)
        if display_id:
            frame["display_id"] = display_id
        self._pending.append(frame)

    def _is_part_left(self) -> bool:
        """Count one more output; False when there are too many."""
        self._parts += 1
        self._last_name = ""
        if self._parts > MAX_PARTS:
            self.cut()
        return self._parts <= MAX_PARTS

    def _update(self, message: Message) -> None:
        display_id = _display_id(message)
        if not display_id:
            return
        for output in self._read(replace(message, kind="display_data")):
            update = {"type": "update", "display_id": display_id, "output": output}
            # The newest picture replaces one that nobody has seen yet.
            others = [each for each in self._updates if each["display_id"] != display_id]
            self._updates = [*others[-MAX_UPDATES:], {**update, "cell": self._cell}]

    def _output(self, output: Output, **more: object) -> Frame:
        return {"type": "output", "cell": self._cell, "output": output, **more}

    def _truncated(self) -> Frame:
        message = ""
        if self.has_more:
            message = self._voice.gettext(words.MORE_IS_HIDDEN)
        elif self._is_cut:
            message = words.cut_beyond(self._voice, f"{self._kept_bytes / MIB:.3g}")
        return {
            "type": "truncated",
            "cell": self._cell,
            "has_more": self.has_more,
            "message": message,
        }


def _stream(name: str, text: str) -> Output:
    return {"output_type": "stream", "name": name, "text": text}


def _size(output: Output) -> int:
    return len(json.dumps([output.get("data"), output.get("metadata")]))


def _display_id(message: Message) -> str:
    transient = message.content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found[:200] if isinstance(found, str) else ""
