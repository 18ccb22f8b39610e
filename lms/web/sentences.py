"""What a refusal says, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from lms.errors import Refusal


def said(refusal: Refusal) -> str:
    """Return the refusal's sentence, translated where it has a translation."""
    sentence: str = gettext(refusal.sentence, **refusal.values)
    return sentence
