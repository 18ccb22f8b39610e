"""What rendering gives: clean HTML, its headings, and what an author should mend."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from html import unescape
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One entry of a page's table of contents.

    :param level: 2 or 3.
    :param id: where in the page it leads.
    """

    level: int
    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ContentProblem:
    """One thing in a page that is shown otherwise than its author meant.

    :param line: in the page's file, from 1; 0 when it is not known.
    """

    message: str
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One page as clean HTML, without its title.

    :param headings: of the levels 2 and 3, in order.
    :param terms: slugs of the glossary's terms that it links to.
    """

    html: str
    headings: tuple[Heading, ...] = ()
    problems: tuple[ContentProblem, ...] = ()
    terms: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what a cache keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Rendered:
        """Return what a cache kept."""
        return cls(
            html=kept["html"],
            headings=tuple(Heading(**heading) for heading in kept["headings"]),
            problems=tuple(ContentProblem(**problem) for problem in kept["problems"]),
            terms=tuple(kept["terms"]),
        )


_HEADING = re.compile(r'<h([23])(?: id="([^"]*)")?[^>]*>(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def headings_of(html: str) -> tuple[Heading, ...]:
    """Return the headings of levels 2 and 3 of clean HTML that have an id and a text."""
    found = (
        Heading(level=int(level), id=anchor, text=unescape(_TAG.sub("", inner)).strip())
        for level, anchor, inner in _HEADING.findall(html)
    )
    return tuple(heading for heading in found if heading.id and heading.text)
