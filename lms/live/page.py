"""One page's line to the gateway: who may open it, what it may say, what it is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from lms import tickets
from lms.config import Config
from lms.errors import Refusal
from lms.live import words
from lms.live.hub import Hub
from lms.live.session import Session
from lms.live.voice import Voice

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

#: A page that says nothing is no page.
HELLO_S = 15.0
MAX_FRAME_BYTES = 1 << 20
MAX_ID_CHARS = 200
MAX_SOURCE_CHARS = 500_000
MAX_CELLS = 500

#: Messages of one page: so many at once, and so many a second in the long run.
BURST = 600
EACH_S = 50.0

BAD_TICKET, NOT_POSSIBLE, RESTARTING, TOO_FAST = 4001, 4003, 1012, 1008


class Page(WebSocketHandler):
    """A WebSocket from a workbench."""

    def initialize(self, hub: Hub, config: Config) -> None:
        """Take what all pages share."""
        self._hub = hub
        self._config = config
        self._session: Session | None = None
        self._voice = Voice()
        self._pump: asyncio.Task[None] | None = None
        self._left, self._at_s = float(BURST), time.monotonic()
        self._is_gone = False

    def check_origin(self, origin: str) -> bool:
        """Whether the page that asks is one of ours."""
        return _is_ours(origin, self._config.public_url)

    def open(self, *_: str, **__: str) -> None:
        """Wait for the page's hello."""
        self.set_nodelay(True)
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(HELLO_S, self._hang_up, TOO_FAST)
        if self._hub.is_stopping:
            self._hang_up(RESTARTING)

    def on_message(self, message: str | bytes) -> None:
        """Do what the page asks."""
        if self._is_gone:
            return
        if not self._may_speak():
            self._hang_up(TOO_FAST)
            return
        said = _read(message)
        if said.get("type") == "hello":
            self._greet(said)
        elif self._session is None:
            self._refuse(self._voice.gettext(words.NOT_UNDERSTOOD), NOT_POSSIBLE)
        else:
            self._obey(self._session, said)

    def on_close(self) -> None:
        """Forget the page; the kernel stays a while."""
        self._is_gone = True
        self._waiting.cancel()
        if self._pump is not None:
            self._pump.cancel()
        if self._session is not None:
            session, self._session = self._session, None
            self._hub.leave(session)

    def _greet(self, said: Mapping[str, Any]) -> None:
        if self._session is not None:
            return
        try:
            ticket = tickets.read(self._config, _text(said, "ticket", 2000))
        except Refusal as refusal:
            self._voice.language = tickets.language_of(self._config, said["ticket"])
            sentence = self._voice.gettext(refusal.sentence, **refusal.values)
            self._refuse(sentence, BAD_TICKET)
            return
        except Misspoken:
            self._refuse(self._voice.gettext(words.NOT_UNDERSTOOD), NOT_POSSIBLE)
            return
        self._waiting.cancel()
        session, is_new = self._hub.enter(ticket)
        self._voice = session.voice
        self._session = session
        after, is_gap = _after(session, said, is_new=is_new)
        self._tell(
            {
                "type": "welcome",
                "session": session.id,
                "seq": after,
                "is_new": is_new,
                "is_gap": is_gap,
            }
        )
        self._tell(session.status)
        self._pump = asyncio.create_task(self._send_from(session, after))
        session.wake()

    def _obey(self, session: Session, said: Mapping[str, Any]) -> None:
        act = ACTS.get(str(said.get("type")))
        try:
            if act is None:
                raise Misspoken
            act(session, said)
        except Misspoken:
            message = self._voice.gettext(words.NOT_UNDERSTOOD)
            self._tell({"type": "refused", "message": message})
        session.touch()

    async def _send_from(self, session: Session, after: int) -> None:
        """Send the session's frames at the page's own pace: the ring waits for nobody."""
        ring = session.ring
        try:
            while True:
                await ring.wait_beyond(after)
                if after + 1 < ring.first:
                    after = ring.first - 1
                    message = self._voice.gettext(words.LOST_OUTPUTS)
                    await self._write({"type": "warning", "message": message})
                    await self._write(session.status)
                after += 1
                await self.write_message(ring.get(after))
        except WebSocketClosedError:
            return

    async def _write(self, frame: Mapping[str, Any]) -> None:
        await self.write_message(json.dumps(frame, ensure_ascii=False))

    def _tell(self, frame: Mapping[str, Any]) -> None:
        if not self._is_gone:
            self.write_message(json.dumps(frame, ensure_ascii=False))

    def _refuse(self, message: str, code: int) -> None:
        self._tell({"type": "refused", "message": message})
        self._hang_up(code)

    def _hang_up(self, code: int) -> None:
        self._is_gone = True
        self.close(code)

    def _may_speak(self) -> bool:
        now_s = time.monotonic()
        self._left = min(BURST, self._left + (now_s - self._at_s) * EACH_S)
        self._at_s = now_s
        self._left -= 1
        return self._left >= 0


class Health(RequestHandler):
    """Says that the gateway lives, to whoever watches over it."""

    def initialize(self, hub: Hub) -> None:
        """Take the sessions."""
        self._hub = hub

    def get(self) -> None:
        """Answer."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_status(503 if self._hub.is_stopping else 200)
        self.finish("ok\n")


class Misspoken(Exception):
    """A page sent what no page of ours sends."""


def _execute(session: Session, said: Mapping[str, Any]) -> None:
    session.execute(_id(said), _id(said, "cell"), _text(said, "source", MAX_SOURCE_CHARS))


def _check(session: Session, said: Mapping[str, Any]) -> None:
    sources = said.get("sources") or {}
    exercise = said.get("exercise")
    if not isinstance(sources, dict) or len(sources) > MAX_CELLS:
        raise Misspoken
    if not all(isinstance(source, str) for source in sources.values()):
        raise Misspoken
    if exercise is not None and not isinstance(exercise, str):
        raise Misspoken
    session.check(_id(said), exercise, sources)


def _complete(session: Session, said: Mapping[str, Any]) -> None:
    session.complete(_id(said), _text(said, "source", MAX_SOURCE_CHARS), _cursor(said))


def _inspect(session: Session, said: Mapping[str, Any]) -> None:
    session.inspect(_id(said), _text(said, "source", MAX_SOURCE_CHARS), _cursor(said))


#: What a page may ask for, once it was let in.
ACTS: Mapping[str, Callable[[Session, Mapping[str, Any]], None]] = {
    "execute": _execute,
    "interrupt": lambda session, _said: session.interrupt(),
    "restart": lambda session, _said: session.restart(),
    "complete": _complete,
    "inspect": _inspect,
    "input": lambda session, said: session.answer(_text(said, "value", MAX_SOURCE_CHARS)),
    "check": _check,
    "more": lambda session, said: session.more(_id(said, "cell")),
}


def _read(message: str | bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: Mapping[str, Any], name: str, max_chars: int) -> str:
    found = said.get(name)
    if not isinstance(found, str) or len(found) > max_chars:
        raise Misspoken
    return found.encode("utf-8", "replace").decode()


def _id(said: Mapping[str, Any], name: str = "id") -> str:
    return _text(said, name, MAX_ID_CHARS)


def _cursor(said: Mapping[str, Any]) -> int:
    found = said.get("cursor")
    if type(found) is not int:
        raise Misspoken
    return min(max(0, found), MAX_SOURCE_CHARS)


def _after(session: Session, said: Mapping[str, Any], *, is_new: bool) -> tuple[int, bool]:
    """Return the frame after which the page goes on, and whether some are lost between."""
    seq, ring = said.get("last_seq"), session.ring
    is_known = said.get("session") == session.id and not is_new
    if not isinstance(seq, int) or not is_known or not 0 <= seq <= ring.last:
        return ring.last, False
    return max(seq, ring.first - 1), seq < ring.first - 1


def _is_ours(origin: str, public_url: str) -> bool:
    theirs, ours = urlsplit(origin), urlsplit(public_url)
    if (theirs.scheme, theirs.port) != (ours.scheme, ours.port):
        return False
    if ours.hostname in LOOPBACK:
        return theirs.hostname in LOOPBACK
    return theirs.hostname == ours.hostname
