"""The gateway is killed while a cell runs: its kernels end, the page gets a fresh one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from lms import tickets
from lms.config import Config
from lms.models import AssignmentVersion
from tests.faults.conftest import PATIENCE_S, Site
from tests.faults.test_serve import address, answers, child, wait_until
from tests.looping import finish

pytestmark = pytest.mark.room

Frame = dict[str, Any]


def offered(site: Site) -> Config:
    """The settings with the addresses that `serve` announced."""
    found = re.search(r"Noyaux\s+ws://([\d.:]+)/noyau", site.output.read_text())
    assert found
    return Config(
        secret_key=site.config.secret_key,
        instance=site.config.instance,
        courses=site.config.courses,
        public_url=address(site),
        gateway_url=f"http://{found[1]}",
    )


async def open_page(config: Config, site: Site) -> WebSocketClientConnection:
    """Open a workbench, and wait for its kernel."""
    version = site.read(lambda session: session.query(AssignmentVersion).first())
    assert version is not None
    offer = tickets.offer(
        config, user_id=site.learner_id, version_id=version.id, promotion_id=1, language="fr"
    )
    page = await websocket_connect(
        HTTPRequest(str(offer["url"]), headers={"Origin": config.public_url})
    )
    await page.write_message(json.dumps({"type": "hello", "ticket": offer["ticket"]}))
    await until(page, type="status", state="idle")
    return page


async def until(page: WebSocketClientConnection, **wanted: Any) -> Frame:
    """Return the first frame that says so."""
    while True:
        text = await asyncio.wait_for(page.read_message(), PATIENCE_S)
        assert text is not None, "the gateway hung up"
        frame: Frame = json.loads(text)
        if wanted.items() <= frame.items():
            return frame


async def execute(page: WebSocketClientConnection, source: str) -> None:
    await page.write_message(
        json.dumps({"type": "execute", "id": "e", "cell": "c", "source": source})
    )


def test_a_page_whose_gateway_is_killed_gets_a_fresh_kernel(site: Site) -> None:
    async def first() -> int:
        page = await open_page(config, site)
        await execute(page, "kept = 1\nprint('va')\nwhile True: pass")
        await until(page, type="output")
        keepers = descendants(gateway)
        os.kill(gateway, signal.SIGKILL)
        while await page.read_message() is not None:
            pass
        wait_until(lambda: not [pid for pid in keepers if is_alive(pid)], site)
        return len(keepers)

    async def second() -> Frame:
        page = await open_page(config, site)
        await execute(page, "kept")
        done = await until(page, type="done")
        page.close()
        return done

    parent = site.start("serve")
    wait_until(lambda: answers(address(site)), site)
    wait_until(lambda: child(parent.pid, "lms.cli gateway") is not None, site)
    config = offered(site)
    wait_until(lambda: answers(config.gateway_url), site)
    gateway = child(parent.pid, "lms.cli gateway")
    assert gateway is not None

    assert finish(first()) > 0
    wait_until(lambda: child(parent.pid, "lms.cli gateway") not in (None, gateway), site)
    wait_until(lambda: answers(config.gateway_url), site)
    done = finish(second())

    assert re.search(r"«\snoyaux\s» s’est arrêté \(signal 9\)", site.output.read_text())
    assert done["status"] == "error"  # what the first kernel held is gone


def descendants(pid: int) -> list[int]:
    """Return all that a process has started."""
    found = [pid]
    for each in found:
        for listed in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(number) for number in listed.read_text().split()]
    return found[1:]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
