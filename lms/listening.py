"""The socket that the site listens on: opened by the parent, so that no restart loses it."""

from __future__ import annotations

import errno
import socket

from lms.errors import Conflict, Invalid

DEFAULT_PORT = 8000
BACKLOG = 512

#: How many ports after the default one are tried.
NEXT_PORTS = 100
LAST_PORT = 65535


class PortTaken(Conflict):
    """Another program listens on the port that was asked for."""

    def __init__(self, port: int, free: int | None) -> None:
        advice = (
            "" if free is None else f" Le port {free} est libre : ajoutez « --port {free} »."
        )
        super().__init__(f"Le port {port} est déjà pris par un autre programme.{advice}")


def listen(host: str, port: int | None) -> socket.socket:
    """Return a listening socket: on that port, or on the first free one from the default on.

    :raises PortTaken: if the port that was asked for is taken; the message names a free one.
    :raises Invalid: if this machine cannot listen there at all.
    """
    if port is None:
        found = _first_free(host, DEFAULT_PORT)
        if found is None:
            raise PortTaken(DEFAULT_PORT, None)
        return found
    asked = _open(host, port)
    if asked is not None:
        return asked
    free = _first_free(host, port + 1)
    if free is None:
        raise PortTaken(port, None)
    with free:
        raise PortTaken(port, free.getsockname()[1])


def listen_after(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the first free port after that one.

    :raises PortTaken: if none is free.
    """
    found = _first_free(host, port + 1)
    if found is None:
        raise PortTaken(port + 1, None)
    return found


def _first_free(host: str, first: int) -> socket.socket | None:
    ports = range(first, min(first + NEXT_PORTS, LAST_PORT + 1))
    tried = (_open(host, port) for port in ports)
    return next((found for found in tried if found is not None), None)


def _open(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise Invalid(_reason(host, port, error)) from error
    return listener


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return (
            f"Le port {port} est réservé au système : prenez un port à partir de 1024, et "
            "placez un serveur comme nginx devant le site."
        )
    return f"Cette machine ne peut pas écouter sur {host}:{port} ({error.strerror})."
