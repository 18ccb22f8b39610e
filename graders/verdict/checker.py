"""The trusted program that runs an author's tests against values of the learner's process."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from graders.verdict import control
from graders.verdict.mends import Mends, Patches
from graders.verdict.mirror import Mirror
from graders.verdict.names import members_defined_by, names_defined_by
from graders.verdict.namespace import Namespace
from graders.verdict.peer import Broken, Peer
from graders.verdict.running import TEST_LABEL, Runner, TimeUp, Unusable

ADDRESS_DEPTH = 1000
#: How long the learner's process may take to greet.
GREET_S = 10


def main(control: socket.socket) -> None:
    """Do what the worker asks over the control channel, until it hangs up."""
    serve(control)


def serve(channel: socket.socket) -> None:
    """Set up for one notebook, then run its tests as they are asked for."""
    try:
        setup, _ = control.receive(channel)
        checker = Checker(setup)
        control.send(channel, {"event": "ready"})
        while True:
            request, connection = control.receive(channel)
            if connection is None:
                raise ValueError("no connection to the learner's process")
            control.send(channel, {"event": "started"})
            control.send(channel, checker.check(request, connection))
    except (EOFError, OSError):
        return


class Checker:
    """All that lasts over the tests of one notebook."""

    def __init__(self, setup: dict[str, Any]) -> None:
        sys.setrecursionlimit(ADDRESS_DEPTH)
        author, learner = setup["author_cells"], setup["learner_sources"]
        touched = names_defined_by(learner)
        declared = setup["declared_names"]
        self._declared = frozenset(declared or ())
        self._learner = touched | names_defined_by(author)
        self.peer = Peer(members_defined_by([*author, *setup["solution_cells"]]))
        self.names = Namespace(
            self.peer,
            self._declared,
            self._learner,
            is_open=declared is None or not setup["has_solution"],
        )
        self.mends = Mends(self.peer, self.names, learner)
        self.mends.install()
        modules = _trusted_modules(Path.cwd())
        _import_from(modules)
        self.names.give_author([*author, *setup["solution_cells"]], touched)
        self.names.give_tests(setup.get("tests", []))
        self.names.give_imports(learner)
        self.mirror = Mirror(self.peer, closed=modules)
        self.mirror.install()
        self.patches = Patches()
        self.peer.before_call = self._before_call
        self.runner = Runner(self.peer, self.names, self._is_theirs)

    def _is_theirs(self, name: str) -> bool:
        return name in self._declared or name in self._learner

    def _before_call(self) -> Any:
        self.mirror.push()
        return self.patches.current()

    def check(self, request: dict[str, Any], connection: socket.socket) -> dict[str, Any]:
        """Run one test and return its verdict."""
        self._meet(request["new"])
        self.names.learner_ran(names_defined_by(request["ran"]))
        self.names.begin()
        try:
            self._greet(connection, request["wall_s"])
            with self.mirror.watching():
                finding = self.runner.run(
                    request["source"],
                    label=f"{TEST_LABEL}{request['id']}>",
                    points=request["points"],
                    is_split=request["is_split"],
                    is_hidden=request["is_hidden"],
                    wall_s=request["wall_s"],
                )
        except Unusable as error:
            return {"event": "unusable", "message": str(error)}
        except (Broken, TimeUp):
            return {"event": "unreachable"}
        finally:
            self.peer.close()
            self.patches.undo()
        return {"event": "verdict", **vars(finding)}

    def _meet(self, sources: list[str]) -> None:
        """Get to know cells that the learner has written since the beginning."""
        names = names_defined_by(sources)
        self._learner |= names
        self.names.meet(names)
        self.names.give_imports(sources)
        self.mends.meet(sources)

    def _greet(self, connection: socket.socket, wall_s: float) -> None:
        connection.settimeout(min(GREET_S, wall_s))
        self.peer.open(connection)
        connection.settimeout(None)


def _trusted_modules(folder: Path) -> Path | None:
    """Copy the author's own modules where nothing of the learner's will ever be."""
    modules = list(folder.glob("*.py"))
    if not modules:
        return None
    safe = Path(tempfile.mkdtemp(prefix="author-"))
    for module in modules:
        shutil.copy(module, safe)
    return safe


def _import_from(folder: Path | None) -> None:
    here = {"", str(Path.cwd())}
    sys.path[:] = [place for place in sys.path if place not in here]
    if folder is not None:
        sys.path.append(str(folder))
