"""What holds around a learner's call: what it prints, what a test replaced, its figures."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self


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

    def __enter__(self) -> Self:
        self._saved = sys.stdout, sys.stderr
        self._out, self._err = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr = self._out, self._err
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self._saved

    def printed(self, limit: int) -> Any:
        """Return what was printed: a text, or with the text that went to stderr."""
        out, err = self._out.getvalue()[:limit], self._err.getvalue()[:limit]
        return [out, err] if err else out


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
