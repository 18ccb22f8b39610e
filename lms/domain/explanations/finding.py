"""Finds the explanation of an error, and fills it with the learner's own names and line."""

from __future__ import annotations

import builtins
import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from lms.domain.explanations.catalogue import Entry, entries
from lms.domain.explanations.place import place_of

MAX_MESSAGE = 2000
MAX_SOURCE = 50_000
MAX_VALUE = 80
NEAR = 0.75

WORD = re.compile(r"[^\W\d]\w*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LAST = re.compile(
    r"^(?:\w+\.)*(\w*(?:Error|Exception|Warning|Interrupt|StopIteration))(?::[ ]?(.*))?$"
)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What an error means, in one language.

    Code in the texts stands between backticks.

    :param id: the entry of the catalogue.
    :param says: what Python says, in plain words.
    :param means: what that means.
    :param tries: what to try.
    :param line: the learner's line on which it happened; empty when it is not known.
    :param line_number: its number in its cell.
    """

    id: str
    says: str
    means: str
    tries: str
    line: str = ""
    line_number: int | None = None
    language: str = "fr"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def explain(
    error_name: str,
    message: str,
    traceback: str = "",
    source: str = "",
    *,
    language: str = "fr",
) -> Explanation | None:
    """Return what an error means, None when the catalogue does not know it.

    :param error_name: its class, with or without its module; or how a run ended, such as
        `timed-out`.
    :param traceback: as the kernel or a test told it; the learner's line is looked for there.
    :param source: what the learner wrote; names that are nearly right are looked for there.
    """
    name = error_name.rpartition(".")[2]
    message, source = message[:MAX_MESSAGE], source[:MAX_SOURCE]
    for entry in entries():
        found = entry.message.search(message) if name in entry.names else None
        filled = None if found is None else _filled(entry, found, source)
        if filled is not None:
            place = place_of(traceback, message, source)
            words = entry.words[language]
            return Explanation(
                id=entry.id,
                says=words.says.format_map(filled),
                means=words.means.format_map(filled),
                tries=words.tries.format_map(filled),
                line=place.line,
                line_number=place.number,
                language=language,
            )
    return None


def explain_traceback(
    traceback: str, source: str = "", *, language: str = "fr"
) -> Explanation | None:
    """Return what the error at the end of a traceback means; None when it is not known.

    >>> explain_traceback("ligne 2\\nKeyError: 'ville'").id
    'cle'
    >>> explain_traceback("") is None
    True
    """
    lines = traceback[: 10 * MAX_MESSAGE].strip().splitlines()
    for number in range(len(lines) - 1, -1, -1):
        found = LAST.match(lines[number].strip())
        if found:
            message = "\n".join([found[2] or "", *lines[number + 1 :]]).strip()
            return explain(found[1], message, traceback, source, language=language)
    return None


def _filled(entry: Entry, found: re.Match[str], source: str) -> dict[str, str] | None:
    """Return the values of all placeholders, None when one is missing."""
    values = {
        key: CONTROL.sub(" ", value)[:MAX_VALUE].strip()
        for key, value in found.groupdict().items()
        if value is not None
    }
    if "near" in entry.needs:
        near = _near(values.get("name") or values.get("key", ""), values.get("type"), source)
        values |= {"near": near} if near else {}
    return values if entry.placeholders <= values.keys() else None


def _near(wrong: str, kind: str | None, source: str) -> str:
    """Return the name most like the wrong one, of those that may have been meant."""
    known: dict[str, str] = {}
    for name in _candidates(kind, source):
        if name != wrong:
            known.setdefault(_plain(name), name)
    exact = known.get(_plain(wrong))
    close = difflib.get_close_matches(_plain(wrong), known, n=1, cutoff=NEAR)
    return exact or (known[close[0]] if close else "")


def _candidates(kind: str | None, source: str) -> Iterable[str]:
    if kind is not None:  # an attribute: only what the type has
        return (name for name in dir(getattr(builtins, kind, object)) if name[0] != "_")
    return [*dict.fromkeys(WORD.findall(source)), *dir(builtins)]


def _plain(text: str) -> str:
    """Return the text without accents and capitals."""
    split = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in split if not unicodedata.combining(char))
