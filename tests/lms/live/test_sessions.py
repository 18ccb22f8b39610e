"""Sessions by themselves: unused kernels end, people wait their turn, a stop is announced."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from lms.live.hub import Hub
from lms.live.places import Places
from lms.live.session import Session
from lms.live.timers import Times
from lms.tickets import Ticket
from tests.lms.live.conftest import LiveSite

pytestmark = pytest.mark.room

Frame = dict[str, Any]


def hub_of(live: LiveSite, *, limit: int = 4, idle_s: float = 60.0) -> Hub:
    """A hub of its own, with the gateway's rooms."""
    places = Places(limit=limit, limit_each=2, make_room=lambda _user_id: False)
    workshop = replace(live.hub.workshop, places=places)
    return Hub(workshop, Times(idle_s=idle_s, cell_s=20))


def enter(live: LiveSite, hub: Hub, user_id: int, version: str = "main") -> Session:
    """Open a notebook as a page does."""
    version_id = live.versions[version]
    ticket = Ticket(user_id=user_id, version_id=version_id, promotion_id=1)
    session, _is_new = hub.enter(ticket)
    session.wake()
    return session


async def until(session: Session, **wanted: Any) -> list[Frame]:
    """Return the frames up to the first that says so."""
    frames: list[Frame] = []
    while not frames or not wanted.items() <= frames[-1].items():
        await asyncio.wait_for(session.ring.wait_beyond(len(frames)), 30)
        frames.append(json.loads(session.ring.get(len(frames) + 1)))
    return frames


class TestIdleKernels:
    def test_end_after_a_warning_and_come_back_with_the_next_cell(self, live: LiveSite) -> None:
        async def work() -> list[Frame]:
            hub = hub_of(live, idle_s=1.0)
            session = enter(live, hub, 1)
            session.execute("e1", "c1", "x = 1")
            frames = await until(session, type="status", state="culled")
            assert hub.workshop.places.taken == 0
            session.execute("e2", "c2", "x")
            frames = await until(session, type="done", id="e2")
            await hub.close()
            return frames

        frames = live.do(work())
        states = [frame["state"] for frame in frames if frame["type"] == "status"]
        warning = next(frame for frame in frames if frame["type"] == "warning")

        assert states == [
            "starting",
            "idle",
            "busy",
            "idle",
            "culled",
            "starting",
            "idle",
            "busy",
        ]
        assert "mettre en veille" in warning["message"]
        assert frames[-1]["status"] == "error"  # x is gone with the kernel

    def test_live_on_while_a_cell_runs(self, live: LiveSite) -> None:
        async def work() -> list[Frame]:
            hub = hub_of(live, idle_s=0.6)
            session = enter(live, hub, 1)
            session.execute("e1", "c1", "import time; time.sleep(1.5)")
            frames = await until(session, type="done")
            await hub.close()
            return frames

        assert live.do(work())[-1]["status"] == "ok"

    def test_that_nobody_looks_at_are_forgotten(self, live: LiveSite) -> None:
        async def work() -> int:
            hub = hub_of(live, idle_s=0.6)
            session = enter(live, hub, 1)
            await until(session, type="status", state="idle")
            hub.leave(session)
            await until(session, type="status", state="culled")
            return len(hub.sessions)

        assert live.do(work()) == 0


class TestTheLine:
    def test_is_kept_in_order_with_positions(self, live: LiveSite) -> None:
        async def work() -> dict[str, list[Frame]]:
            hub = hub_of(live, limit=1)
            first = enter(live, hub, 1)
            await until(first, type="status", state="idle")
            second, third = enter(live, hub, 2), enter(live, hub, 3)
            await until(second, type="status", state="waiting", position=1)
            await until(third, type="status", state="waiting", position=2)
            hub.leave(first)
            first.cull()
            seen = {
                "second": await until(second, type="status", state="idle"),
                "third": await until(third, type="status", position=1),
            }
            await hub.close()
            return seen

        seen = live.do(work())
        assert "1 personne attend" in seen["third"][0]["message"]
        assert "la prochaine" in seen["third"][-1]["message"]

    def test_a_kernel_that_was_left_makes_room(self, live: LiveSite) -> None:
        async def work() -> list[Frame]:
            hub = hub_of(live, limit=1)
            first = enter(live, hub, 1)
            await until(first, type="status", state="idle")
            hub.leave(first)
            second = enter(live, hub, 2)
            await until(second, type="status", state="idle")
            frames = await until(first, type="status", state="culled")
            await hub.close()
            return frames

        assert "laissé sa place" in live.do(work())[-1]["message"]


def test_a_stop_is_announced_and_waits_for_short_cells(live: LiveSite) -> None:
    async def work() -> tuple[list[Frame], int]:
        hub = hub_of(live)
        session = enter(live, hub, 1)
        session.execute("e1", "c1", "import time; time.sleep(0.5); print('fini')")
        await until(session, type="running")
        await hub.close()
        return await until(session, type="done"), hub.workshop.places.taken

    frames, taken = live.do(work())

    assert any("redémarre" in frame.get("message", "") for frame in frames)
    assert (frames[-1]["status"], taken) == ("ok", 0)
