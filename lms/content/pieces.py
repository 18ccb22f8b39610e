"""Many short Markdown texts rendered as one, since starting to render is what costs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lms.content.place import ID_PREFIX

_MARK = re.compile(rf'<hr id="{ID_PREFIX}piece-(\d+)">')
_ONE_PARAGRAPH = re.compile(r"\s*<p>((?:(?!</?p>).)*)</p>\s*\Z", re.DOTALL)


def joined(pieces: Sequence[str]) -> str:
    """Return one Markdown text with a mark before each piece."""
    marked = (f'<hr id="piece-{number}">\n\n{piece}' for number, piece in enumerate(pieces))
    return "\n\n".join(marked)


def parted(html: str, count: int) -> tuple[str, ...]:
    """Return the clean HTML of each piece; a single paragraph comes without its tags.

    A piece that swallowed the mark after it (a block of code left open, say) holds the next
    one too, whose own place is empty.
    """
    found = _MARK.split(html)[1:]
    by_number = dict(zip(map(int, found[::2]), found[1::2], strict=True))
    return tuple(_inline(by_number.get(number, "")) for number in range(count))


def _inline(html: str) -> str:
    alone = _ONE_PARAGRAPH.match(html)
    return alone[1] if alone else html.strip()
