"""Following by server-sent events: one event a change, a bounded life, few threads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from lms.errors import Unavailable
from lms.web.events import Pace, Streams, changes


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let the time go by at once."""
        self.now_s += seconds


def pace(clock: Clock, **given: float) -> Pace:
    times = {"life_s": 10.0, "poll_s": 1.0, "pulse_s": 100.0} | given
    return Pace(clock=clock, sleep=clock.sleep, **times)


def follow(values: Iterator[Mapping[str, Any]], **given: float) -> list[str]:
    return list(
        changes(
            lambda: next(values),
            is_final=lambda value: value["state"] == "done",
            pace=pace(Clock(), **given),
        )
    )


def states(*names: str) -> Iterator[Mapping[str, Any]]:
    return ({"state": name} for name in names)


def test_sends_one_event_for_each_change_and_ends_with_the_final_one() -> None:
    sent = follow(states("queued", "queued", "running", "running", "done", "never"))

    assert sent[0].startswith("retry: ")
    assert [json.loads(event[6:])["state"] for event in sent[1:]] == [
        "queued",
        "running",
        "done",
    ]


def test_ends_after_its_life_and_pulses_meanwhile() -> None:
    sent = follow(({"state": "queued"} for _ in range(100)), life_s=10, pulse_s=4)

    assert sent.count(":\n\n") == 2
    assert len(sent) == 4


def test_lets_only_so_many_follow_at_once() -> None:
    streams = Streams(limit=1)
    with Flask(__name__).test_request_context():
        first = streams.open(iter(["data: 1\n\n"]))
        with pytest.raises(Unavailable, match="actualisez la page"):
            streams.open(iter([]))
        first.close()

        assert streams.open(iter([])).mimetype == "text/event-stream"
