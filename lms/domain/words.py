"""Words that are shown in the reader's language: marked for translators, mended for French."""

from __future__ import annotations

import re


def mark(text: str) -> str:
    """Return the text unchanged: translators find it, and the web asks gettext for it."""
    return text


def with_first(day: str, language: str) -> str:
    """Return a written day with the first of a month as that language writes it.

    >>> with_first("1 juin 2026", "fr"), with_first("11 juin 2026", "fr")
    ('1er juin 2026', '11 juin 2026')
    >>> with_first("1 June 2026", "en")
    '1 June 2026'
    """
    return re.sub(r"\b1 ", "1er ", day) if language == "fr" else day
