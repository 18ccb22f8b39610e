"""The reader's language, and what a refusal says in it."""

from __future__ import annotations

from flask_babel import get_locale, gettext

from lms.errors import Refusal, Several


def said(refusal: Refusal) -> str:
    """Return the refusal's sentences, translated where they have a translation."""
    if isinstance(refusal, Several):
        return " ".join(said(problem) for problem in refusal.problems)
    sentence: str = gettext(refusal.sentence, **refusal.values)
    return sentence


def language() -> str:
    """Return in which of our languages the page is."""
    return "en" if str(get_locale()) == "en" else "fr"
