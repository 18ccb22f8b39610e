"""What a cell shows reaches its page merged, capped, and without what nobody sees."""

from __future__ import annotations

from typing import Any

from graders.sandbox.wire import Message
from lms.live.outputs import MORE_CHARS, SHOWN_CHARS, CellOutputs
from lms.live.ring import Ring
from lms.live.voice import Voice

MIB = 1 << 20


def stream(text: str, name: str = "stdout") -> Message:
    return Message(kind="stream", parent_id="", content={"name": name, "text": text})


def display(text: str, display_id: str = "", kind: str = "display_data") -> Message:
    content: dict[str, Any] = {"data": {"text/plain": text}, "metadata": {}}
    if display_id:
        content["transient"] = {"display_id": display_id}
    return Message(kind=kind, parent_id="", content=content)


def clear(*, wait: bool) -> Message:
    return Message(kind="clear_output", parent_id="", content={"wait": wait})


def shown(outputs: CellOutputs, *messages: Message) -> list[dict[str, Any]]:
    for message in messages:
        outputs.take(message)
    return outputs.frames()


def test_neighbouring_texts_of_one_stream_are_one_output() -> None:
    frames = shown(CellOutputs("c", Voice()), stream("a"), stream("b"), stream("e", "stderr"))

    assert [frame["output"]["text"] for frame in frames] == ["ab", "e"]


def test_long_text_is_held_and_given_in_parts() -> None:
    outputs = CellOutputs("c", Voice(), kept_bytes=MIB)
    frames = shown(outputs, *(stream("x" * 100_000) for _ in range(20)))

    assert len(frames[0]["output"]["text"]) == SHOWN_CHARS
    assert (frames[-1]["type"], frames[-1]["has_more"]) == ("truncated", True)
    total = SHOWN_CHARS
    while outputs.has_more:
        *parts, last = outputs.more()
        size = sum(len(part["output"]["text"]) for part in parts)
        assert 0 < size <= MORE_CHARS
        total += size
    assert total == MIB
    assert "Sortie coupée" in last["message"]


def test_pictures_and_errors_are_shown_after_a_long_text() -> None:
    outputs = CellOutputs("c", Voice())
    error = Message(
        kind="error",
        parent_id="",
        content={"ename": "KeyError", "evalue": "'a'", "traceback": ["KeyError: 'a'"]},
    )
    frames = shown(outputs, stream("x" * 100_000), display("image"), error)

    kinds = [frame["output"]["output_type"] for frame in frames if frame["type"] == "output"]
    assert kinds == ["stream", "display_data", "error"]


def test_what_is_cleared_before_it_was_sent_is_never_sent() -> None:
    outputs = CellOutputs("c", Voice())
    messages = [each for n in range(1000) for each in (stream(str(n)), clear(wait=True))]
    frames = shown(outputs, *messages, stream("fin"))

    assert [frame["type"] for frame in frames] == ["clear", "output"]
    assert frames[1]["output"]["text"] == "fin"


def test_only_the_newest_picture_of_a_display_is_sent() -> None:
    outputs = CellOutputs("c", Voice())
    updates = [display(str(n), "d", "update_display_data") for n in range(100)]
    frames = shown(outputs, display("0", "d"), *updates)

    assert [frame["output"]["data"]["text/plain"] for frame in frames] == ["0", "99"]
    assert frames[1]["type"] == "update"


def test_many_small_outputs_are_cut() -> None:
    frames = shown(CellOutputs("c", Voice()), *(display("a") for _ in range(10_000)))

    assert len(frames) < 400
    assert "Sortie coupée" in frames[-1]["message"]


def test_alternating_streams_cannot_fill_the_memory() -> None:
    outputs = CellOutputs("c", Voice())
    pairs = (stream("x", name) for _ in range(5_000) for name in ("stdout", "stderr"))
    frames = shown(outputs, *pairs)

    assert frames[-1]["type"] == "truncated"
    assert len(frames) < 400


def test_a_ring_keeps_the_newest_and_numbers_all() -> None:
    ring = Ring(max_bytes=1000)
    for number in range(100):
        ring.add({"type": "output", "text": "x" * 50, "n": number})

    assert ring.last == 100
    assert 1 < ring.first < 100
    assert '"seq": 100' in ring.get(100)
    assert f'"seq": {ring.first}' in ring.get(ring.first)
