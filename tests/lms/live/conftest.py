"""One gateway with real kernels for all tests of this folder, and pages that speak to it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import io
import itertools
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from lms import tickets
from lms.blobs import BlobStore
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.gateway import gateway
from lms.listening import listen
from lms.live.hub import Hub
from lms.logs import json_log
from lms.models import Base
from tests.factories import make_version
from tests.graders.making import answer, checks, code, hidden, markdown, notebook, solved

Frame = dict[str, Any]
PATIENCE_S = 60

#: Two exercises; the second has hidden tests alone. The setup cell is the author's.
SOURCE = notebook(
    markdown("# Carnet\n\n## Doubler"),
    code("FACTEUR = 2"),
    answer("double", f"def double(x):\n    {solved('return FACTEUR * x', indent=4)}"),
    checks(
        "double-tests",
        "assert double(2) == 4\n" + hidden("assert double(-3) == -6, 'SECRET'"),
        2,
    ),
    markdown("## Tripler"),
    answer("triple", f"def triple(x):\n    {solved('return 3 * x', indent=4)}"),
    checks("triple-caches", hidden("assert triple(2) == 6, 'SECRET'"), 2),
    environment="base",
)
RIGHT, WRONG = "def double(x):\n    return FACTEUR * x", "def double(x):\n    return x"

_people = itertools.count(1)


class Page:
    """What a browser's page sees of the gateway."""

    def __init__(self, site: LiveSite, socket: WebSocketClientConnection) -> None:
        self.site = site
        self.frames: list[Frame] = []
        self._socket = socket
        self._is_closed = False

    def send(self, kind: str, **said: Any) -> None:
        """Send a frame."""
        self.site.do(self._write(json.dumps({"type": kind, **said})))

    def hello(self, ticket: str, **said: Any) -> Frame:
        """Say hello, and return the welcome."""
        self.send("hello", ticket=ticket, **{"last_seq": None, **said})
        return self.until(type="welcome")

    def execute(self, source: str, cell: str = "c1", id: str = "e1") -> Frame:
        """Run a cell to its end, and return how it ended."""
        self.send("execute", id=id, cell=cell, source=source)
        return self.until(type="done", id=id)

    def until(self, **wanted: Any) -> Frame:
        """Return the next frame that says so; all others are kept in `frames`."""
        while True:
            frame = self.site.do(self._read())
            self.frames.append(frame)
            if wanted.items() <= frame.items():
                return frame

    def close_code(self) -> int:
        """Read until the gateway hangs up, and return its reason."""
        while (text := self.site.do(self._next())) is not None:
            self.frames.append(json.loads(text))
        return self._socket.close_code or 0

    def text(self, cell: str = "c1") -> str:
        """Return what a cell printed, as it stands now."""
        shown = ""
        for frame in self.frames:
            if frame.get("cell") != cell:
                continue
            if frame["type"] == "clear":
                shown = ""
            elif frame["type"] == "output":
                shown += frame["output"].get("text", "")
        return shown

    def seen(self, kind: str) -> list[Frame]:
        """Return the frames of a kind."""
        return [frame for frame in self.frames if frame["type"] == kind]

    @property
    def last_seq(self) -> int:
        """The number of the last frame."""
        return max(frame.get("seq", 0) for frame in self.frames)

    def leave(self) -> None:
        """Close the tab."""
        self.site.do(self._leave())

    async def _leave(self) -> None:
        self._socket.close()
        while not self._is_closed:
            await self._next()

    async def _write(self, text: str) -> None:
        await self._socket.write_message(text)

    async def _next(self) -> str | None:
        text = await self._socket.read_message()
        assert text is None or isinstance(text, str)
        self._is_closed = text is None
        return text

    async def _read(self) -> Frame:
        text = await self._next()
        assert text is not None, (self._socket.close_code, self.frames[-5:])
        frame: Frame = json.loads(text)
        return frame


@dataclass(kw_only=True)
class LiveSite:
    """A gateway at work in a loop of its own, and what it needs of the site."""

    config: Config
    hub: Hub
    loop: asyncio.AbstractEventLoop
    versions: dict[str, int]
    log: io.StringIO = field(default_factory=io.StringIO)
    pages: list[Page] = field(default_factory=list)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the gateway's loop."""
        running = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return running.result(PATIENCE_S)
        except concurrent.futures.TimeoutError:
            running.cancel()
            pytest.fail("It never came.")

    def ticket(
        self, user_id: int, version: str = "main", language: str = "fr", **settings: Any
    ) -> str:
        """Sign a ticket as the web does."""
        config = replace(self.config, **settings)
        offer = tickets.offer(
            config,
            user_id=user_id,
            version_id=self.versions[version],
            promotion_id=1,
            language=language,
        )
        return str(offer["ticket"])

    def connect(self, origin: str | None = None) -> Page:
        """Open a line without saying anything."""
        request = HTTPRequest(
            self.config.gateway_socket, headers={"Origin": origin or self.config.public_url}
        )

        async def connect() -> WebSocketClientConnection:
            return await websocket_connect(request)

        page = Page(self, self.do(connect()))
        self.pages.append(page)
        return page

    def open(
        self, user_id: int | None = None, version: str = "main", language: str = "fr"
    ) -> Page:
        """Open a workbench, with its kernel ready."""
        page = self.connect()
        page.hello(self.ticket(user_id or next(_people), version, language))
        page.until(type="status", state="idle")
        return page

    def person(self) -> int:
        """Return somebody new."""
        return next(_people)


def version_of(source: bytes, blobs: BlobStore, session: Any, **run: int) -> int:
    """Keep a version of an assignment, and return its number."""
    released = write_notebook(release(read_notebook(source)))
    limits = {"wall_s": 30, "cpu_s": 20, "memory_mib": 512} | run
    version = make_version(
        session, notebook_hash=blobs.put(source), released_hash=blobs.put(released), run=limits
    )
    return int(version.id)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


@pytest.fixture
def live(site: LiveSite) -> Iterator[LiveSite]:
    """The gateway, with nobody in it."""
    yield site
    for page in site.pages:
        page.leave()
    site.pages.clear()


@pytest.fixture(scope="session")
def site(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSite]:
    """The gateway."""
    folder: Path = tmp_path_factory.mktemp("live")
    listener = listen("127.0.0.1", None)
    listener.setblocking(False)
    port = listener.getsockname()[1]
    config = Config(
        secret_key="secret of the tests, long enough",
        instance=folder,
        courses=folder,
        public_url="http://127.0.0.1:8000",
        gateway_url=f"http://127.0.0.1:{port}",
        gateway_kernels=20,
        gateway_cell_s=20,
    )
    versions = fill(config)
    log = io.StringIO()
    context = gateway(config, listener, json_log(log), warm="base")

    def do(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_S)

    hub = do(context.__aenter__())
    yield LiveSite(config=config, hub=hub, loop=loop, versions=versions, log=log)
    do(context.__aexit__(None, None, None))


def fill(config: Config) -> dict[str, int]:
    """Make the database, and keep the versions that the tests open."""
    engine, blobs = open_engine(config.database), BlobStore(config.instance / "blobs")
    Base.metadata.create_all(engine)
    with session_factory(engine).begin() as session:
        versions = {
            "main": version_of(SOURCE, blobs, session),
            "other": version_of(SOURCE, blobs, session),
            "third": version_of(SOURCE, blobs, session),
            "small": version_of(SOURCE, blobs, session, memory_mib=160),
        }
    engine.dispose()
    return versions


Open = Callable[..., Page]
