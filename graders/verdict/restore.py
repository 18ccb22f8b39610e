"""Copies what the learner's code did to a mutable argument back into the test's own object."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any


def restore(old: Any, new: Any) -> None:
    """Give `old` the content of `new`, if both are of the same mutable type."""
    kind = type(old)
    if kind is not type(new):
        return
    if kind in (list, bytearray):
        old[:] = new
    elif kind in (dict, set, Counter, OrderedDict, defaultdict):
        old.clear()
        old.update(new)
    elif kind is deque:
        old.clear()
        old.extend(new)
    elif kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
            old[...] = new
    elif kind.__module__.partition(".")[0] == "pandas":
        old._update_inplace(new)
