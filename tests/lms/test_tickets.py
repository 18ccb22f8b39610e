"""A ticket opens one notebook to one person for a minute, and only on its own site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms import tickets
from lms.config import Config

CONFIG = Config(
    secret_key="secret of the tests, long enough", instance=Path("i"), courses=Path("c")
)


def signed(config: Config = CONFIG) -> str:
    return str(
        tickets.offer(config, user_id=1, version_id=2, promotion_id=3, language="en")["ticket"]
    )


def test_says_who_works_on_what() -> None:
    read = tickets.read(CONFIG, signed())

    assert read == tickets.Ticket(user_id=1, version_id=2, promotion_id=3, language="en")


def test_needs_only_the_key_of_tickets() -> None:
    gateway = replace(
        CONFIG, secret_key="another one of that length", gateway_key=tickets.key_of(CONFIG)
    )

    assert tickets.read(gateway, signed()).user_id == 1
    assert CONFIG.secret_key not in tickets.key_of(CONFIG)


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "a.b.c",
        signed()[:-1],
        signed(replace(CONFIG, secret_key="another site's secret, long enough")),
    ],
    ids=["empty", "strange", "cut", "another-key"],
)
def test_of_nobody_is_refused(ticket: str) -> None:
    with pytest.raises(tickets.BadTicket):
        tickets.read(CONFIG, ticket)


@pytest.mark.parametrize(
    ("public", "gateway", "expected"),
    [
        ("http://127.0.0.1:8000", "", "ws://127.0.0.1:8001/noyau"),
        ("http://[::1]:8000", "", "ws://[::1]:8001/noyau"),
        ("https://e.example", "", "wss://e.example:444/noyau"),
        ("https://e.example", "wss://e.example", "wss://e.example/noyau"),
        ("https://e.example", "https://e.example/live/", "wss://e.example/live/noyau"),
        ("https://e.example", "wss://k.example:9", "wss://k.example:9/noyau"),
    ],
)
def test_leads_to_the_gateways_public_address(public: str, gateway: str, expected: str) -> None:
    config = replace(CONFIG, public_url=public, gateway_url=gateway)

    assert config.gateway_socket == expected
    assert expected.startswith(config.gateway_origin + "/")
