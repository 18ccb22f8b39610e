"""Collects a cell's outputs as nbformat 4 has them, cut where they exceed their share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from graders.protocol import MIB
from graders.sandbox.wire import Message, text

#: Outputs of one cell, however small.
MAX_OUTPUTS = 500
MAX_NAME_CHARS = 200
MAX_TRACEBACK_CHARS = 65_536
MAX_TRACEBACK_LINES = 200

#: The kinds that nbformat allows to hold any JSON; others are text.
JSON_KIND = re.compile(r"application/(.*\+)?json")

Output = dict[str, Any]


class Outputs:
    """The outputs of one cell."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes
        self._kept: list[Output] = []
        self._by_display: dict[str, list[Output]] = {}
        self._clears_next = False
        self.is_cut = False

    def take(self, message: Message) -> None:
        """Keep what a message shows; what it shows wrongly is nothing."""
        take: Callable[[dict[str, Any]], None] | None = {
            "stream": self._take_stream,
            "display_data": self._take_display,
            "execute_result": self._take_result,
            "update_display_data": self._update,
            "error": self._take_error,
            "clear_output": self._clear,
        }.get(message.kind)
        if take is not None:
            take(message.content)

    def finish(self) -> tuple[Output, ...]:
        """Return the outputs, with a note when some are missing."""
        if not self.is_cut:
            return tuple(self._kept)
        size = f"{self._max_bytes / MIB:.3g}".replace(".", ",")
        note = (
            f"\n[Sorties coupées\u00a0: cette cellule en a produit plus de {size}\u00a0Mio.]\n"
        )
        return (*self._kept, {"output_type": "stream", "name": "stderr", "text": note})

    def _take_stream(self, content: dict[str, Any]) -> None:
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        shown = text(content.get("text"), self._left)
        whole = content.get("text")
        if isinstance(whole, str) and len(whole) > len(shown):
            self.is_cut = True
        if not shown:
            return
        self._left -= len(shown)
        last = self._kept[-1] if self._kept and not self._clears_next else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += shown
        else:
            self._keep({"output_type": "stream", "name": name, "text": shown})

    def _take_display(self, content: dict[str, Any]) -> None:
        self._take_bundle({"output_type": "display_data"}, content)

    def _take_result(self, content: dict[str, Any]) -> None:
        count = content.get("execution_count")
        number = count if type(count) is int and 0 <= count < 2**31 else None
        self._take_bundle({"output_type": "execute_result", "execution_count": number}, content)

    def _take_bundle(self, output: Output, content: dict[str, Any]) -> None:
        data, metadata = _bundle(content.get("data")), _object(content.get("metadata"))
        size = len(json.dumps([data, metadata]))
        if size > self._left:
            self.is_cut = True
            return
        self._left -= size
        output |= {"data": data, "metadata": metadata}
        self._keep(output)
        display = _display_id(content)
        if display:
            self._by_display.setdefault(display, []).append(output)

    def _update(self, content: dict[str, Any]) -> None:
        data, metadata = _bundle(content.get("data")), _object(content.get("metadata"))
        size = len(json.dumps([data, metadata]))
        for output in self._by_display.get(_display_id(content), []):
            if size > self._left:
                self.is_cut = True
                return
            self._left -= size
            output |= {"data": data, "metadata": metadata}

    def _take_error(self, content: dict[str, Any]) -> None:
        self._keep(
            {
                "output_type": "error",
                "ename": text(content.get("ename"), MAX_NAME_CHARS),
                "evalue": text(content.get("evalue"), MAX_TRACEBACK_CHARS),
                "traceback": traceback_lines(content),
            }
        )

    def _clear(self, content: dict[str, Any]) -> None:
        if content.get("wait") is True:
            self._clears_next = True
        else:
            self._kept.clear()

    def _keep(self, output: Output) -> None:
        if self._clears_next:
            self._kept.clear()
            self._clears_next = False
        if len(self._kept) >= MAX_OUTPUTS:
            self.is_cut = True
            return
        self._kept.append(output)


def traceback_lines(content: dict[str, Any]) -> list[str]:
    """Return the traceback of an error or of a reply: its last lines when it is endless."""
    lines = content.get("traceback")
    if not isinstance(lines, list):
        return []
    share = MAX_TRACEBACK_CHARS // MAX_TRACEBACK_LINES
    few = len(lines) <= MAX_TRACEBACK_LINES
    widest = MAX_TRACEBACK_CHARS if few and _total(lines) <= MAX_TRACEBACK_CHARS else share
    return [text(line, widest) for line in lines[-MAX_TRACEBACK_LINES:]]


def _total(lines: list[Any]) -> int:
    return sum(len(line) for line in lines if isinstance(line, str))


def _display_id(content: dict[str, Any]) -> str:
    transient = content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found if isinstance(found, str) else ""


def _bundle(data: object) -> dict[str, Any]:
    """Return the parts of a bundle that nbformat allows."""
    if not isinstance(data, dict):
        return {}
    return {
        _plain(kind): _plain(value) for kind, value in data.items() if _is_allowed(kind, value)
    }


def _is_allowed(kind: str, value: object) -> bool:
    if JSON_KIND.fullmatch(kind):
        return True
    if isinstance(value, list):
        return all(isinstance(line, str) for line in value)
    return isinstance(value, str)


def _object(value: object) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(value) if isinstance(value, dict) else {}
    return plain


def _plain(value: Any) -> Any:
    """Return JSON without half characters, which no file can hold."""
    raw = json.dumps(value, ensure_ascii=False)
    if raw.isascii():
        return value
    return json.loads(raw.encode("utf-8", "replace"))
