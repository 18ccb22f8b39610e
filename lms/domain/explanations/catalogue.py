"""The catalogue of errors as its files tell it."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

#: In this order: an entry that asks for less stands after those that ask for more.
FILES = ("names", "syntax", "types", "values", "files", "sql", "tables", "limits")
LANGUAGES = ("fr", "en")


@dataclass(frozen=True, kw_only=True)
class Words:
    """An explanation in one language, with placeholders.

    :param says: what Python says.
    :param means: what that means.
    :param tries: what to try.
    """

    says: str
    means: str
    tries: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One kind of error.

    :param names: names of the error's class, without its module.
    :param message: what its message looks like; named groups fill the placeholders.
    :param needs: further placeholders that must be filled, such as `near`.
    """

    id: str
    names: frozenset[str]
    message: re.Pattern[str]
    needs: frozenset[str]
    words: Mapping[str, Words]

    @property
    def placeholders(self) -> frozenset[str]:
        """What must be known for the texts to be whole."""
        texts = (text for words in self.words.values() for text in vars(words).values())
        fields = (field for text in texts for _, field, _, _ in string.Formatter().parse(text))
        return self.needs | frozenset(field for field in fields if field)


@cache
def entries() -> tuple[Entry, ...]:
    """Return all entries, in the order in which they are tried."""
    folder = resources.files(__package__)
    found = []
    for name in FILES:
        data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        for entry in data["error"]:
            found.append(
                Entry(
                    id=entry["id"],
                    names=frozenset(entry["names"]),
                    message=re.compile(entry.get("message", ""), re.DOTALL),
                    needs=frozenset(entry.get("needs", ())),
                    words={language: Words(**entry[language]) for language in LANGUAGES},
                )
            )
    return tuple(found)
