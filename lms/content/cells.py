"""Text cells of a notebook as clean HTML, kept in memory by what they say and where."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from lms.content.markdown import markdown_cell, without_titles
from lms.content.place import Place

#: About 4 KB each.
MAX_KEPT = 2000


class TextCells:
    """Renders text cells; the author's are the same for everybody, so they are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = Lock()

    def html(self, text: str, place: Place) -> str:
        """Return one cell as clean HTML, its headings below the page's title."""
        key = (text, place.digest)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        html, _problems = markdown_cell(text, place=place)
        shown = without_titles(html)
        with self._lock:
            self._kept[key] = shown
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return shown
