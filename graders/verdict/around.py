"""What holds around a learner's call: what it prints, what a test replaced, its figures."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_figures_shown() -> Iterator[None]:
    """Close the figures that tests had drawn, which the notebook would else render."""

    def open_figures() -> set[int]:
        pyplot = sys.modules.get("matplotlib.pyplot")
        return set(pyplot.get_fignums()) if pyplot is not None else set()

    before = open_figures()
    try:
        yield
    finally:
        for number in open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)


class Captured:
    """Keeps what is printed for the test; not a generator, because each call passes here."""

    def __enter__(self) -> io.StringIO:
        self._saved, printed = sys.stdout, io.StringIO()
        sys.stdout = printed
        return printed

    def __exit__(self, *_: object) -> None:
        sys.stdout = self._saved


@contextmanager
def patched(patches: list[tuple[str, Any]]) -> Iterator[None]:
    """Replace what the test replaced in its own process."""
    saved = []
    for place, value in patches:
        module, _, name = place.rpartition(".")
        owner = importlib.import_module(module)
        saved.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in saved:
            setattr(owner, name, value)
