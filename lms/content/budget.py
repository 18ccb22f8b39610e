"""How much of one notebook is shown, and the clean pieces of which its page is made."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What costs time to show, or weight to carry."""

    IMAGE = "image"  # characters of base64
    PROSE = "prose"  # characters of Markdown
    BRACKETS = "brackets"  # of Markdown: each may cost a look at all the rest
    SOURCE = "source"  # characters of code to colour
    TEXT = "text"  # characters of streams, tracebacks and results
    HTML = "html"  # characters of rich outputs


@dataclass(frozen=True, kw_only=True)
class Most:
    """How much of one kind is shown: in one cell or output, and in the whole notebook."""

    each: int
    total: int


LIMITS: Mapping[Kind, Most] = {
    Kind.IMAGE: Most(each=700_000, total=4_000_000),
    Kind.PROSE: Most(each=100_000, total=200_000),
    Kind.BRACKETS: Most(each=500, total=5000),
    Kind.SOURCE: Most(each=20_000, total=200_000),
    Kind.TEXT: Most(each=100_000, total=2_000_000),
    Kind.HTML: Most(each=300_000, total=2_000_000),
}


class Budget:
    """How much one notebook may still show."""

    def __init__(self) -> None:
        self._left = {kind: most.total for kind, most in LIMITS.items()}

    def takes(self, kind: Kind, size: int) -> bool:
        """Return whether that much still fits, and count it if it does."""
        fits = size <= min(LIMITS[kind].each, self._left[kind])
        self._left[kind] -= size if fits else 0
        return fits


class Pieces:
    """Clean HTML that waits behind marks, which nobody who writes a notebook can guess."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(16)
        self._held: list[str] = []

    def hold(self, html: str) -> str:
        """Keep clean HTML, and return the mark that stands for it."""
        self._held.append(html)
        return f"{self._token}-{len(self._held) - 1}-"

    def put_back(self, html: str) -> str:
        """Return the HTML with each mark replaced by what it stands for."""
        return re.sub(rf"{self._token}-(\d+)-", lambda mark: self._held[int(mark[1])], html)
