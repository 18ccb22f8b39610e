"""Whatever a message holds, decoding it raises nothing but the one refusal."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.verdict import frames
from graders.verdict.codec import BadValue, Decoder, Encoder
from tests.graders.verdict.wire import refuse, resolve, values

TAGS = (
    *("l", "t", "s", "f", "d", "dc", "do", "dd", "q", "dv", "r", "sl", "e", "ty", "ga", "dt"),
    *("da", "tm", "td", "de", "fr", "pa", "pp", "u", "i", "c", "b", "ba", "n.a", "n.o", "n.g"),
    *("n.y", "n.r", "p.t", "p.k", "p.m", "p.z", "p.p", "p.v", "p.i", "p.ir", "p.im", "p.e"),
    *("p.s", "p.f", "p.ts", "p.td", "p.nat", "p.yk", "p.yt", "p.yz", "R", "x", "", "n.", "p."),
)
leaves = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    st.sampled_from(["<f8", "|O", "<U4", "M8[D]", "Int64", "UTC", "d", "q", "s", "", *TAGS]),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.tuples(st.sampled_from(TAGS), inner, inner, inner).map(list),
        st.tuples(st.sampled_from(TAGS), inner).map(list),
        st.tuples(st.sampled_from(TAGS), inner, inner).map(list),
    ),
    max_leaves=25,
)


class TestHostileMessages:
    @given(trees, st.lists(st.binary(max_size=32), max_size=3))
    @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
    @pytest.mark.filterwarnings("ignore")
    def test_raise_nothing_but_bad_value(self, tree, buffers):
        with suppress(BadValue):
            Decoder(buffers, resolve).decode(tree)

    @given(values, st.data())
    @settings(max_examples=150, deadline=None)
    def test_mutated_raise_nothing_but_bad_value(self, value, data):
        encoder = Encoder(refuse)
        text = bytearray(json.dumps(encoder.encode(value)).encode())
        for _ in range(data.draw(st.integers(1, 4))):
            text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(32, 126))
        try:
            tree = json.loads(text)
        except ValueError:
            return
        with suppress(BadValue):
            Decoder(encoder.buffers, resolve).decode(tree)

    @given(st.binary(max_size=200))
    @settings(max_examples=300, deadline=None)
    def test_any_bytes_are_a_message_or_refused(self, data):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
            with suppress(BadValue, frames.Closed):
                frames.receive(other)

    @pytest.mark.parametrize(
        ("tree", "buffers"),
        [
            (["n.a", "<f8", [10**9], False, 0], [b"x"]),
            (["n.a", "|O", [1], False, 0], [b"A" * 8]),
            (["n.a", "<f8", [-1], False, 0], [b"A" * 8]),
            (["n.a", "<f8", [1], False, -1], [b"A" * 8]),
            (["n.a", [["a", "|O"]], [1], False, 0], [b"A" * 8]),
            (["ty", "eval"], []),
            (["i", "0x" + "f" * 200_000], []),
            (["de", "9" * 200_000], []),
            (["fr", 1, 0], []),
            (["dt", [2026, 1, 1, 0, 0, 0, 0, 0], "../../etc/passwd"], []),
            (["l", "s", [{"a": 1}]], []),
            (["s", "s", ["a", 1 << 70]], []),
            (["p.f", [["l", "", []]], ["p.ir", 0, 1, 1, None], ["p.ir", 0, 1, 1, None]], []),
            (["p.p", ["n.a", "<i8", [1], False, 0], "__import__"], [b"A" * 8]),
            ({"a": 1}, []),
            (10**30, []),
        ],
    )
    def test_that_lie_are_refused(self, tree, buffers):
        with pytest.raises(BadValue):
            Decoder(buffers, resolve).decode(tree)

    def test_deep_ones_are_refused(self):
        tree = ["l", "", []]
        for _ in range(600):
            tree = ["l", "", [tree]]
        with pytest.raises(BadValue):
            Decoder([], resolve).decode(tree)

    def test_a_second_message_at_once_is_refused(self):
        one, other = socket.socketpair()
        with one, other:
            frames.send(one, [1], [])
            frames.send(one, [2], [])
            with pytest.raises(BadValue, match="more than one"):
                frames.receive(other)

    @pytest.mark.parametrize(
        "text", [b"", b"[1][2]", b"[1] ", b" [1]", b"[1,]", b"\xff", b"[" * 9]
    )
    def test_a_text_that_is_not_one_value_is_refused(self, text):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(struct.pack("!II", len(text), 0) + text)
            with pytest.raises(BadValue):
                frames.receive(other)

    @given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=64))
    @settings(max_examples=300, deadline=None)
    def test_any_head_is_a_message_or_refused(self, text_bytes, count, data):
        one, other = socket.socketpair()
        with one, other:
            one.sendall(struct.pack("!II", text_bytes, count) + data)
            one.shutdown(socket.SHUT_WR)
            with suppress(BadValue, frames.Closed):
                frames.receive(other)
