"""Sends values through a real socket, and draws them for Hypothesis."""

from __future__ import annotations

import math
import socket
import threading
from collections import deque

from hypothesis import strategies as st

from graders.verdict import frames
from graders.verdict.codec import BadValue, Decoder, Encoder, Uncopyable


def refuse(value, encoder):
    raise Uncopyable


def resolve(json_value, decoder):
    raise BadValue("no references here")


def there_and_back(value):
    """Send a value through a real socket."""
    encoder = Encoder(refuse)
    text = encoder.encode(value)
    one, other = socket.socketpair()
    with one, other:
        sender = threading.Thread(target=frames.send, args=(one, text, encoder.buffers))
        sender.start()
        message, buffers = frames.receive(other)
        sender.join()
    return Decoder(buffers, resolve).decode(message)


def same(one, other):
    """Compare by type too, with NaN equal to itself and the sign of zero kept."""
    if type(one) is not type(other):
        return False
    if type(one) is float:
        if math.isnan(one):  # its sign means nothing, and does not travel
            return math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    if isinstance(one, list | tuple | deque):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same([*one], [*other]) and same([*one.values()], [*other.values()])
    return bool(one == other)


hashable = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.binary()),
    *(st.text(), st.text(st.characters(categories=["Cs"]))),
    *(st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.decimals(allow_nan=False)),
    *(st.fractions(), st.complex_numbers(allow_nan=False)),
)
values = st.recursive(
    st.one_of(hashable, st.floats()),
    lambda inner: st.one_of(
        *(st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(hashable, inner)),
        *(st.sets(hashable), st.frozensets(hashable), st.lists(inner).map(deque)),
        *(st.lists(st.floats(), min_size=9), st.lists(st.integers(), min_size=9)),
        st.lists(st.text(), min_size=9),
    ),
    max_leaves=20,
)
