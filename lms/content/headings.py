"""Titles read from a Markdown text without rendering it, and its front matter."""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_DECLARED = re.compile(r"^title:[ \t]*(\S.*)$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}|:{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<atx>.+?)[ \t#]*$|^(?P<setext>\S.*)\n(?:=+|-{2,})[ \t]*$",
    re.MULTILINE,
)
_ATTRIBUTES = re.compile(r"[ \t]*\{[^{}]*\}$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def without_front_matter(text: str) -> str:
    """Return the text below the YAML block that may open it."""
    return _FRONT_MATTER.sub("", text, count=1)


def title_of(text: str) -> str:
    """Return the title in the front matter, else the first heading, else nothing.

    >>> title_of("Du texte\\n\\n# Les `pandas` {.grand}\\n")
    'Les pandas'
    """
    matter = _FRONT_MATTER.match(text)
    declared = _DECLARED.search(matter[1]) if matter else None
    if declared:
        return declared[1].strip().strip("\"'")
    return _first_heading(without_front_matter(text))


def _first_heading(text: str) -> str:
    found = _HEADING.search(_FENCE.sub("", text))
    if found is None:
        return ""
    heading = _ATTRIBUTES.sub("", found["atx"] or found["setext"])
    return re.sub(r"[*_`$]", "", _LINK.sub(r"\1", heading)).strip()
