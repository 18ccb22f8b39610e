"""Where a page stands in its course, so that its links lead to the site's addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from lms.content.references import Outside, resolve

PAGE_SUFFIXES = ("", ".md", ".ipynb")

#: Before every id that an author gave, so that none is an id of the site's own.
ID_PREFIX = "s-"


_NO_PAGE = PurePosixPath("page.md")


class BadLink(ValueError):
    """The link leads nowhere; the message, in French, says why."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One page among the files of its course.

    :param page: the page's file, relative to the course.
    :param addresses: address of each page and file that a link may lead to.
    :param titles: title of each page, for links without words.
    :param glossary: the course's glossary among the addresses; empty when there is none.
    :param terms: slugs of the terms that it defines.
    """

    page: PurePosixPath = _NO_PAGE
    addresses: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    glossary: str = ""
    terms: frozenset[str] = frozenset()

    def address(self, target: str) -> str:
        """Return where a link of the page leads on the site.

        :raises BadLink: if it leads out of the course, or to none of its files.
        """
        if target.startswith("#"):
            return f"#{ID_PREFIX}{target[1:]}" if target != "#" else "#"
        try:
            parts = urlsplit(target)
        except ValueError:
            raise BadLink(f"le lien « {target[:80]} » est mal formé.") from None
        if parts.scheme in ("http", "https", "mailto", "tel"):
            return target
        found = self._known(target)
        if found is None:
            raise BadLink(f"« {target[:80]} » ne mène à aucun fichier servi du cours.")
        anchor = f"#{ID_PREFIX}{parts.fragment}" if parts.fragment else ""
        return self.addresses[found] + anchor

    def title(self, target: str) -> str:
        """Return the title of the page that a link leads to; the target when it has none."""
        try:
            found = self._known(target)
        except BadLink:
            found = None
        return self.titles.get(found or "", target)

    @cached_property
    def digest(self) -> str:
        """A hash of all that the page's links depend on."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the place as plain data, for another process."""
        return {
            "page": str(self.page),
            "addresses": dict(self.addresses),
            "titles": dict(self.titles),
            "glossary": self.glossary,
            "terms": sorted(self.terms),
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Place:
        """Return a place from plain data."""
        return cls(
            page=PurePosixPath(said["page"]),
            addresses=said["addresses"],
            titles=said["titles"],
            glossary=said["glossary"],
            terms=frozenset(said["terms"]),
        )

    def _known(self, target: str) -> str | None:
        try:
            path = resolve(target, page=self.page)
        except Outside:
            raise BadLink(f"« {target[:80]} » sort du dossier du cours.") from None
        if path is None:
            return None
        names = (f"{path}{suffix}" for suffix in PAGE_SUFFIXES)
        return next((name for name in names if name in self.addresses), None)
