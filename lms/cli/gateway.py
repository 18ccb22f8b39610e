"""`garrigue gateway`: live kernels for the pages of a site, until it is told to stop."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket

import click
import zmq

from lms.cli.settings import settings
from lms.gateway import serve
from lms.listening import listen
from lms.logs import json_log
from lms.supervisor import die_with_parent

#: Four for each kernel.
MAX_SOCKETS = 65_000
PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", type=PORT, help="Port ; sans lui, le premier libre à partir de 8000.")
@click.option("--descriptor", type=int, hidden=True)
@click.option("--with-parent", is_flag=True, hidden=True)
def gateway(host: str, port: int | None, descriptor: int | None, with_parent: bool) -> None:
    """Tient les noyaux des carnets ouverts dans le site ; SIGTERM les arrête proprement."""
    if with_parent:
        die_with_parent()
    _open_more()
    config = settings()
    with listen(host, port) if descriptor is None else socket.socket(fileno=descriptor) as made:
        made.setblocking(False)
        asyncio.run(serve(config, made, json_log(), _told_to_stop))


def _open_more() -> None:
    """Have as many open files and sockets as the system gives: a kernel takes about twenty."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    zmq.Context.instance().max_sockets = MAX_SOCKETS


async def _told_to_stop() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()
