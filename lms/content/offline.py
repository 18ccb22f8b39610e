"""Lessons for reading without the network: links to files beside them, or no link at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import unquote

#: Folder of images and data in a pack.
FILES = "fichiers"

_LINK = re.compile(r"<a\b(?P<attributes>[^>]*)>(?P<words>.*?)</a>", re.DOTALL)
_HREF = re.compile(r'\shref="(?P<target>[^"]*)"')
_SOURCE = re.compile(r'(?P<head><img\b[^>]*?\ssrc=")(?P<target>[^"]*)"')


@dataclass(kw_only=True)
class Relinker:
    """Rewrites the links of clean HTML, and remembers the files that it leads to.

    :param names: file in the pack of each address of the site that is in it.
    :param files_at: what the addresses of the course's files begin with.
    """

    names: Mapping[str, str]
    files_at: str
    needed: set[str] = field(default_factory=set)

    def relinked(self, html: str) -> str:
        """Return the HTML with links that work from a folder; other addresses are only told."""
        return _SOURCE.sub(self._image, _LINK.sub(self._link, html))

    def _link(self, found: re.Match[str]) -> str:
        href = _HREF.search(found["attributes"])
        if href is None:
            return found[0]
        target = unescape(href["target"])
        local = self._local(target)
        if local is not None:
            start, end = href.span("target")
            attributes = found["attributes"]
            return (
                f"<a{attributes[:start]}{escape(local)}{attributes[end:]}>{found['words']}</a>"
            )
        if target.startswith("http"):
            told = escape(target)
            return f'{found["words"]} <span class="address">({told})</span>'
        return found["words"]

    def _image(self, found: re.Match[str]) -> str:
        target = unescape(found["target"])
        local = target if target.startswith("data:") else self._local(target)
        return f'{found["head"]}{escape(local or "")}"'

    def _local(self, target: str) -> str | None:
        page, sharp, anchor = target.partition("#")
        if not page:
            return target
        if page in self.names:
            return self.names[page] + sharp + anchor
        if page.startswith(self.files_at):
            path = unquote(page.removeprefix(self.files_at))
            self.needed.add(path)
            return f"{FILES}/{page.removeprefix(self.files_at)}"
        return None
