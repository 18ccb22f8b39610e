"""In which language the gateway speaks to a page: it has no request to ask."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

CATALOGUES = Path(__file__).parents[1] / "translations"
FRENCH = "fr"


class Voice:
    """Says sentences in the language of whoever listens, which may change meanwhile."""

    def __init__(self, language: str = FRENCH) -> None:
        self.language = language

    def gettext(self, sentence: str, **values: object) -> str:
        """Return a sentence with its values."""
        said = _catalogue(self.language).gettext(sentence)
        return said % values if values else said

    def ngettext(self, one: str, many: str, num: int, **values: object) -> str:
        """Return a sentence for that many."""
        return _catalogue(self.language).ngettext(one, many, num) % {"num": num, **values}


@cache
def _catalogue(language: str) -> NullTranslations:
    return translation("messages", CATALOGUES, [language, FRENCH], fallback=True)
