"""Notices whether the learner's code changed a mutable argument."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from graders.verdict.sharing import Shared, is_touched

MUTABLE = frozenset((list, dict, set, bytearray, deque, Counter, OrderedDict, defaultdict))
MUTABLE_NAMES = frozenset(("ndarray", "DataFrame", "Series"))


def is_mutable(value: Any) -> bool:
    """Whether an argument is of a type whose changes are copied back."""
    kind = type(value)
    return kind in MUTABLE or kind.__name__ in MUTABLE_NAMES


def watch(value: Any, encoded: Callable[[Any], Any]) -> Callable[[], bool]:
    """Return what tells later whether the value has changed since.

    :param encoded: gives something that differs whenever the value does.
    """
    if type(value).__name__ == "ndarray" and value.dtype.kind in "biuf":
        return _watch_array(value)
    before = encoded(value)
    return lambda: bool(encoded(value) != before)


def _watch_array(array: Any) -> Callable[[], bool]:
    """Compare by bits, so that NaN equals itself, and without the cost of encoding."""
    place = _shared_place(array)
    if place is not None:
        return lambda: is_touched(*place)
    before = array.copy("K")
    bits = f"u{array.itemsize}" if array.itemsize <= 8 else array.dtype

    def has_changed() -> bool:
        if array.shape != before.shape or array.dtype != before.dtype:
            return True
        return not bool((array.view(bits) == before.view(bits)).all())

    return has_changed


def _shared_place(array: Any) -> tuple[int, int] | None:
    """Return address and size of an array that the test's process shared; None for others."""
    root = array
    while type(root) is type(array):
        root = root.base
    is_shared = type(root) is Shared or (type(root) is memoryview and type(root.obj) is Shared)
    return (array.__array_interface__["data"][0], array.nbytes) if is_shared else None
