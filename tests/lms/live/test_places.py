"""Places are given in turn, few to each, and come back."""

from __future__ import annotations

import asyncio

import pytest

from lms.errors import TooMany
from lms.live.places import Places
from tests.looping import finish


def places(limit: int = 2, each: int = 2) -> Places:
    return Places(limit=limit, limit_each=each, make_room=lambda _user_id: False)


async def take(held: Places, user_id: int, told: list[int] | None = None) -> asyncio.Task[None]:
    tell = ([] if told is None else told).append
    task = asyncio.create_task(held.take(user_id, tell))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


def test_whoever_has_the_fewest_goes_first_then_whoever_came_first() -> None:
    async def work() -> list[str]:
        held = places(limit=1)
        await take(held, 1)
        waiting = {
            "second of 1": await take(held, 1),
            "first of 2": await take(held, 2),
            "first of 3": await take(held, 3),
        }
        order: list[str] = []
        for name, task in waiting.items():
            task.add_done_callback(lambda _task, name=name: order.append(name))  # type: ignore[misc]
        for user_id in (1, 1, 2):
            held.give_back(user_id)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert held.taken == 1
        await asyncio.gather(*waiting.values())
        return order

    assert finish(work()) == ["second of 1", "first of 2", "first of 3"]


def test_a_second_kernel_waits_behind_everybodys_first() -> None:
    async def work() -> tuple[bool, bool]:
        held = places(limit=2)
        await take(held, 1)
        await take(held, 2)
        again, new = await take(held, 1), await take(held, 3)
        held.give_back(2)
        await asyncio.sleep(0)
        done = again.done(), new.done()
        again.cancel()
        return done

    assert finish(work()) == (False, True)


def test_positions_are_told_as_they_change() -> None:
    async def work() -> tuple[list[int], list[int]]:
        held, second, third = places(limit=1), [], []
        await take(held, 1)
        await take(held, 2, second)
        last = await take(held, 3, third)
        held.give_back(1)
        last.cancel()
        return second, third

    assert finish(work()) == ([1], [2, 1])


def test_nobody_has_more_than_allowed() -> None:
    async def work() -> None:
        held = places(limit=9, each=2)
        await take(held, 1)
        await take(held, 1)
        with pytest.raises(TooMany, match="2 carnets"):
            await held.take(1, lambda _position: None)
        assert held.taken == 2

    finish(work())


def test_whoever_gives_up_leaves_the_line_and_no_place_is_lost() -> None:
    async def work() -> int:
        held = places(limit=1)
        await take(held, 1)
        gone, next_ = await take(held, 2), await take(held, 3)
        gone.cancel()
        await asyncio.sleep(0)
        held.give_back(1)
        await next_
        held.give_back(3)
        return held.taken

    assert finish(work()) == 0
