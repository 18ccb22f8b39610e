"""Titles as parts of addresses: plain lower-case letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_JOINED = str.maketrans({"·": "", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})


def slugify(title: str) -> str:
    """Return a title without accents, signs and capitals; `page` when nothing is left.

    >>> slugify("Développeur·se : à l’œuvre !")
    'developpeurse-a-l-oeuvre'
    """
    letters = unicodedata.normalize("NFKD", title.translate(_JOINED))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "page"


def unique(slug: str, taken: Container[str]) -> str:
    """Return the slug, numbered when it is taken.

    >>> unique("pandas", {"pandas", "pandas-2"})
    'pandas-3'
    """
    found, number = slug, 1
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
