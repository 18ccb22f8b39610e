"""The files that a Markdown text names: images, downloads and other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lms.content.fences import CODE, Directive, Prose, split

_CODE_SPAN = re.compile(r"(?<![`}])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_TARGETS = (
    re.compile(r"\]\(\s*<?([^)\s>]+)"),
    re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*<?([^\s>]+)", re.MULTILINE),
    re.compile(r"\b(?:src|href)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE),
    re.compile(r"\{(?:download|doc)\}`(?:[^`<]*<)?([^`>]+)>?`"),
)
_NESTING = 12


class Outside(ValueError):
    """The target leaves the course's folder."""


def targets(text: str, *, depth: int = 0) -> Iterator[str]:
    """Yield what links, images and MyST directives of a text point to; code is skipped."""
    for part in split(text):
        if isinstance(part, Prose):
            prose = _CODE_SPAN.sub("", "\n".join(part.lines))
            for pattern in _TARGETS:
                yield from pattern.findall(prose)
        elif isinstance(part, Directive) and part.name not in CODE:
            if part.name in ("figure", "image"):
                yield part.argument
            if depth < _NESTING:
                yield from targets("\n".join(part.body), depth=depth + 1)


def resolve(target: str, *, page: PurePosixPath) -> PurePosixPath | None:
    """Return the file that a target names, relative to the course; None for anything else.

    As in MyST, a target that begins with `/` starts at the course's folder.

    :param page: the file in which the target stands.
    :raises Outside: when it leaves the course's folder.

    >>> resolve("../data/offres.csv?x#y", page=PurePosixPath("pandas/intro.md"))
    PurePosixPath('data/offres.csv')
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    start = () if path.startswith("/") else page.parent.parts
    return PurePosixPath(*_walk([*start, *path.split("/")]))


def _walk(parts: list[str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if part in ("", "."):
            continue
        if part != "..":
            found.append(part)
        elif found:
            found.pop()
        else:
            raise Outside
    return found
