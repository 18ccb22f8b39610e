"""The reader's language, and what a refusal says in it."""

from __future__ import annotations

from flask_babel import get_locale, gettext

from lms.errors import Refusal


def said(refusal: Refusal) -> str:
    """Return the refusal's sentence, translated where it has a translation."""
    sentence: str = gettext(refusal.sentence, **refusal.values)
    return sentence


def language() -> str:
    """Return in which of our languages the page is."""
    return "en" if str(get_locale()) == "en" else "fr"
