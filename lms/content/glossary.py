"""Glossaries: the terms that a `{glossary}` directive defines, and what pages show of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from lms.content.fences import Directive, split
from lms.content.place import ID_PREFIX
from lms.content.slugs import slugify

DIRECTIVE = "glossary"

#: Before a term's slug, in the ids of the glossary's page.
ANCHOR = "terme-"

_ASIDE = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*$")
_MARKS = re.compile(r"\{:[^}]*\}|[*_`]")
_ENTRY = re.compile(
    rf'<dt><span id="{ID_PREFIX}{ANCHOR}([a-z0-9-]+)"></span>(.*?)</dt>\s*<dd>(.*?)</dd>',
    re.DOTALL,
)
_USED = re.compile(rf'class="term" href="[^"#]*#{ID_PREFIX}{ANCHOR}([a-z0-9-]+)"')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One term with its definition.

    :param slug: its name in addresses.
    :param name: as people say it, without what stands in brackets after it.
    :param term: clean HTML.
    :param definition: clean HTML.
    """

    slug: str
    name: str
    term: str
    definition: str

    @property
    def anchor(self) -> str:
        """Return the id of the term in the glossary's page."""
        return f"{ID_PREFIX}{ANCHOR}{self.slug}"


def name_of(line: str) -> str:
    """Return a term without marks and without what stands in brackets after it.

    >>> name_of('carnet (*notebook*{: lang="en"})')
    'carnet'
    """
    return _ASIDE.sub("", _MARKS.sub("", line)).strip()


def slugs_of(text: str) -> Iterator[str]:
    """Yield the slug of each term that a glossary's text defines."""
    for part in split(text):
        if isinstance(part, Directive) and part.name == DIRECTIVE:
            lines = list(part.body)
            for line, after in zip(lines, [*lines[1:], ""], strict=True):
                if _is_term(line, after):
                    yield slugify(name_of(line))


def to_definitions(found: Directive) -> str:
    """Return the directive as a definition list whose terms have ids."""
    lines = list(found.body)
    written = [
        f'<span id="{ANCHOR}{slugify(name_of(line))}"></span>{line.strip()}'
        if _is_term(line, after)
        else re.sub(r"^\s*:\s+", ":   ", line)
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(written)


def slug_among(word: str, slugs: frozenset[str]) -> str:
    """Return the slug of the term that a word means, plural or not; empty for none.

    >>> slug_among("Carnets", frozenset({"carnet"}))
    'carnet'
    """
    slug = slugify(word)
    singular = "-".join(part.rstrip("sx") for part in slug.split("-"))
    by_singular = {
        "-".join(part.rstrip("sx") for part in known.split("-")): known for known in slugs
    }
    return slug if slug in slugs else by_singular.get(singular, "")


@lru_cache(maxsize=32)
def entries_of(html: str) -> tuple[Entry, ...]:
    """Return the terms of a glossary's clean HTML, in their order."""
    return tuple(
        Entry(slug=slug, name=name_of(unescape(_TAG.sub("", term))), term=term, definition=said)
        for slug, term, said in _ENTRY.findall(html)
    )


def used_in(html: str) -> tuple[str, ...]:
    """Return the slugs of the terms that a page's clean HTML links to, each once."""
    return tuple(dict.fromkeys(_USED.findall(html)))


def _is_term(line: str, after: str) -> bool:
    return bool(line.strip()) and not line[0].isspace() and line[0] != ":" and after[:1] == ":"
