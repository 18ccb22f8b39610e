"""Deals the tests out to processes: by modules and classes, and what shares a school as one."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Tests that one process runs, by the beginning of their names: each process that asks for a
#: school starts one, with its services and its rooms.
TOGETHER = ("tests/browser/test_workbench", "tests/browser/")

#: What lasts long or waits more than it works comes first: short modules fill up the end.
FIRST = (
    *("tests/browser/", "tests/faults/", "tests/attacks/"),
    *("tests/lms/demo/", "tests/lms/cli/"),
)


class Dealing(LoadScopeScheduling):
    """One scope after another, in the order of the tests, to whoever has nothing left."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (start for start in TOGETHER if nodeid.startswith(start))
        return next(shared, super()._split_scope(nodeid))


def turn(nodeid: str) -> int:
    """Return when a test comes: the order of the tree decides between equal ones."""
    return next((n for n, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))
