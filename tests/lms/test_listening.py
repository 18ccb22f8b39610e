"""The port: the one asked for or a clear refusal, the next free one by default."""

from __future__ import annotations

import socket

import pytest

from lms.errors import Invalid
from lms.listening import DEFAULT_PORT, PortTaken, listen

HOST = "127.0.0.1"


def test_listens_on_a_free_port_that_was_asked_for() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with listen(HOST, port) as found:
        assert found.getsockname()[1] == port
        socket.create_connection((HOST, port)).close()


def test_names_a_free_port_when_the_one_asked_for_is_taken() -> None:
    with listen(HOST, 47311) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Le port {port} est déjà pris") as refusal:
            listen(HOST, port)

    free = int(str(refusal.value).split("--port ")[1].split()[0])
    with listen(HOST, free):
        assert free > port


def test_takes_the_next_free_port_by_default() -> None:
    with listen(HOST, None) as first, listen(HOST, None) as second:
        assert DEFAULT_PORT <= first.getsockname()[1] < second.getsockname()[1]


def test_says_when_the_machine_has_no_such_address() -> None:
    with pytest.raises(Invalid, match=r"ne peut pas écouter sur 192\.0\.2\.1:47320"):
        listen("192.0.2.1", 47320)
