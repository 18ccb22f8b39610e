"""A cell that is stopped is asked, then told; what comes after it is left alone."""

from __future__ import annotations

import asyncio

import pytest

from lms.live import timers, words
from lms.live.timers import Stopping
from tests.looping import finish


class FakeKernel:
    """Notes how it is interrupted."""

    def __init__(self, *, runs_cell: bool) -> None:
        self.runs_cell = runs_cell
        self.heard: list[str] = []

    def interrupt(self) -> None:
        self.heard.append("message")

    def send_interrupt(self) -> None:
        self.heard.append("signal")


@pytest.mark.parametrize(
    ("runs_cell", "heard"), [(True, ["message", "signal"]), (False, ["message"])]
)
def test_a_signal_is_for_a_kernel_that_has_not_replied(
    runs_cell: bool, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INSIST_S", "GIVE_UP_S"):
        monkeypatch.setattr(timers, name, 0.0)
    kernel = FakeKernel(runs_cell=runs_cell)

    async def stop() -> str:
        given_up: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        Stopping(lambda _said: None, give_up=given_up.set_result).begin(kernel)  # type: ignore[arg-type]
        return await asyncio.wait_for(given_up, 30)

    assert finish(stop()) == words.STUBBORN_RESTART
    assert kernel.heard == heard
