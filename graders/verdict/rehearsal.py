"""Has a test speak with a learner's cell once, in the warm process: forks then do it faster.

Both sides are ours. Whichever side the warm process does not play is played by a child of its
own, which then ends; what the agent had numbered is forgotten.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable

from graders.verdict import agent, frames
from graders.verdict.names import members_defined_by, names_defined_by
from graders.verdict.namespace import Namespace
from graders.verdict.peer import Peer
from graders.verdict.proxy import data_names
from graders.verdict.running import Runner

WALL_S = 60

#: Python makes code that has run some times faster.
TIMES = 4

CELL = """
def same(value): return value
class Thing:
    def __init__(self): self.name = "thing"
    def __eq__(self, other): return type(other) is Thing
def fail(): raise ValueError("no")
known = [1, 2.5, "three", None, {"a": (1, 2)}]
"""
TESTS = (
    "assert same(3) == 3\nassert same('a') == 'a'\nassert known[0] == 1",
    "values = [1, 2, 3]\nassert same(values) == [1, 2, 3]\nassert same({'a': 1}) == {'a': 1}",
    "thing = Thing()\nassert thing.name == 'thing'\nassert Thing() == thing",
    "try:\n    fail()\nexcept ValueError as error:\n    assert str(error) == 'no'",
    "assert list(map(lambda n: same(n) + 1, range(20))) == list(range(1, 21))",
)
NUMPY_TESTS = (
    "import numpy as np\nx = np.arange(12.0).reshape(3, 4)\nassert np.allclose(same(x), x)",
)
PANDAS_TESTS = (
    "import pandas as pd\n"
    "table = pd.DataFrame({'key': list('abab'), 'value': [1.0, 2.0, 3.0, 4.0]})\n"
    "assert list(same(table).columns) == ['key', 'value']\n"
    "assert list(same(table.groupby('key')['value'].mean()).index) == ['a', 'b']\n"
    "pd.testing.assert_frame_equal(same(table), table)",
)


def rehearse() -> None:
    """Play both sides, one after the other."""
    data_names()  # it looks at every method of pandas' classes
    tempfile.gettempdir()  # it looks whether the folder takes a file
    _play(_ask, _answer)
    _play(_answer, _ask)
    agent.objects.clear()
    agent.numbers.clear()


def _play(
    ours: Callable[[socket.socket], None], theirs: Callable[[socket.socket], None]
) -> None:
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        here.close()
        try:
            theirs(there)
        finally:
            os._exit(0)
    there.close()
    with here:
        ours(here)
    os.waitpid(child, 0)


def _answer(connection: socket.socket) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(CELL, "<rehearsal>", "exec"), names)  # noqa: S102
    frames.send(connection, ["hello"], [])
    try:
        agent.Agent(connection, names).answer_until(None)
    except EOFError:
        return


def _ask(connection: socket.socket) -> None:
    declared = names_defined_by([CELL])
    peer = Peer(members_defined_by([CELL]))
    runner = Runner(peer, Namespace(peer, declared, frozenset()), declared.__contains__)
    peer.open(connection)
    for source in _tests() * TIMES:
        runner.run(
            source,
            label="<rehearsal>",
            points=1.0,
            is_split=False,
            is_hidden=False,
            wall_s=WALL_S,
        )
    peer.close()


def _tests() -> tuple[str, ...]:
    return (
        TESTS
        + NUMPY_TESTS * ("numpy" in sys.modules)
        + PANDAS_TESTS * ("pandas" in sys.modules)
    )
