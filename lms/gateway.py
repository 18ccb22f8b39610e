"""The gateway: a process of its own between pages and live kernels."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from structlog.typing import FilteringBoundLogger
from tornado.httpserver import HTTPServer
from tornado.web import Application

from graders.sandbox.errors import SandboxError
from lms.blobs import BlobStore
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.live.assignments import DEFAULT_ENVIRONMENT, Assignments
from lms.live.desk import Workshop
from lms.live.hub import Hub
from lms.live.page import MAX_FRAME_BYTES, Health, Page
from lms.live.places import Places
from lms.live.timers import Times
from lms.workshop import free_mib

#: Share of the free memory that live kernels may have, and what a kernel at work uses of it.
MEMORY_SHARE = 0.5
KERNEL_MIB = 96

PING_S = 20.0
ROOM_THREADS = 8


def places_of(config: Config) -> Places:
    """Return how many kernels there may be."""
    limit = config.gateway_kernels or max(4, int(free_mib() * MEMORY_SHARE) // KERNEL_MIB)
    return Places(
        limit=limit, limit_each=config.gateway_kernels_each, make_room=lambda _user_id: False
    )


@asynccontextmanager
async def gateway(
    config: Config,
    listener: socket.socket,
    log: FilteringBoundLogger,
    *,
    warm: str = DEFAULT_ENVIRONMENT,
) -> AsyncIterator[Hub]:
    """Serve pages on the socket for the length of the block.

    :param warm: environment whose rooms are started before the first learner comes.
    """
    engine = open_engine(config.database)
    places = places_of(config)
    assignments = Assignments(session_factory(engine), BlobStore(config.instance / "blobs"))
    rooms = ThreadPoolExecutor(ROOM_THREADS, thread_name_prefix="room")
    checks = ThreadPoolExecutor(max(8, places.limit), thread_name_prefix="check")
    hub = Hub(
        Workshop(assignments=assignments, places=places, rooms=rooms, checks=checks),
        Times(idle_s=config.gateway_idle_s, cell_s=config.gateway_cell_s),
    )
    server = HTTPServer(_application(hub, config), xheaders=bool(config.trusted_proxies))
    server.add_socket(listener)
    warming = asyncio.create_task(_warm_up(assignments, warm, rooms, log))
    try:
        yield hub
    finally:
        server.stop()
        warming.cancel()
        await hub.close()
        await server.close_all_connections()
        for pool in (checks, rooms):
            pool.shutdown(wait=True, cancel_futures=False)
        assignments.close()
        engine.dispose()


async def serve(
    config: Config,
    listener: socket.socket,
    log: FilteringBoundLogger,
    stopped: Callable[[], Awaitable[None]],
) -> None:
    """Serve pages until told to stop, then let them know and end all kernels."""
    async with gateway(config, listener, log) as hub:
        log.info("gateway ready", kernels=hub.limit, process=os.getpid())
        await stopped()


def _application(hub: Hub, config: Config) -> Application:
    return Application(
        [
            (r".*/noyau", Page, {"hub": hub, "config": config}),
            (r"/sante", Health, {"hub": hub}),
        ],
        websocket_ping_interval=PING_S,
        websocket_max_message_size=MAX_FRAME_BYTES,
        log_function=lambda _handler: None,
    )


async def _warm_up(
    assignments: Assignments, warm: str, rooms: ThreadPoolExecutor, log: FilteringBoundLogger
) -> None:
    """Start the usual rooms now rather than for the first learner."""
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(rooms, assignments.nursery, warm)
    except SandboxError as error:
        log.error("no rooms", reason=str(error))
