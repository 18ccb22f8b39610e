"""Search in a course's text: without accents, case and endings, with excerpts."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MAX_QUERY_CHARACTERS = 200
MAX_WORDS = 12
SHOWN = 30
EXCERPT_CHARACTERS = 220
TITLE_WEIGHT = 6
HEADING_WEIGHT = 4

#: A word as it is typed may be the beginning of what is meant.
MIN_PREFIX = 3

_JOINED = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
_WORD = re.compile(r"[^\W_]+")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
_SMALL_WORDS = """
    a au aux avec ce ces dans de des du elle en est et il ils je la le les leur lui ma mais me
    mes mon ne nos notre nous on ou par pas pour qu que qui sa se ses son sur ta te tes toi ton
    tu un une vos votre vous y
"""
_STOP = frozenset(_SMALL_WORDS.split())


class Kind(StrEnum):
    """What a place of a course is."""

    LESSON = "lesson"
    TERM = "term"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One place that can be found: a heading with the text below it, a term, a statement.

    :param title: of the page.
    :param heading: of the part, empty at the top of the page.
    :param address: with the heading's anchor.
    :param module: title of the module, empty for the glossary.
    """

    kind: Kind
    title: str
    heading: str
    address: str
    module: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some characters of an excerpt.

    :param is_match: whether they are what was looked for.
    """

    text: str
    is_match: bool


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One place found, with the words around what was looked for."""

    part: Part
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search gave.

    :param total: places found; the first of them are in `hits`.
    :param has_all: whether each place has all the words; else some of them.
    """

    hits: tuple[Hit, ...]
    total: int
    has_all: bool


@dataclass(frozen=True, kw_only=True)
class _Word:
    """A word without accents and capitals, and what is left of it without its endings."""

    folded: str
    stem: str

    def is_meant_by(self, wanted: _Word) -> bool:
        """Whether somebody who looks for `wanted` means this word, or begins to write it."""
        is_begun = len(wanted.folded) >= MIN_PREFIX and self.folded.startswith(wanted.folded)
        return is_begun or self.stem == wanted.stem


@dataclass(frozen=True, kw_only=True)
class _Token:
    word: _Word
    start: int
    end: int


def folded(text: str) -> str:
    """Return a text without accents and capitals.

    >>> folded("À l’Œuvre")
    "a l'oeuvre"
    """
    letters = unicodedata.normalize("NFKD", text.translate(_JOINED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def stem(word: str) -> str:
    """Return a folded word without the endings of plurals and feminines.

    No more than that: « donner » and « données » are not the same word.

    >>> [stem(word) for word in ("tables", "journaux", "jointure", "donnees", "css")]
    ['tabl', 'journal', 'jointur', 'donne', 'css']
    """
    if len(word) <= MIN_PREFIX:
        return word
    if word.endswith("aux"):
        return word[:-2] + "l"
    singular = word.removesuffix("s") if word.endswith("s") else word.removesuffix("x")
    return singular.removesuffix("e") if len(singular) > MIN_PREFIX else singular


class Index:
    """The words of a course, and where each of them stands."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = tuple(parts)
        self._weights: dict[_Word, dict[int, float]] = defaultdict(dict)
        for number, part in enumerate(self._parts):
            for found, weight in _weights(part).items():
                self._weights[found][number] = weight

    def search(self, query: str) -> Found:
        """Return the places that have all the words of a query, else those that have some."""
        words = words_of(query)
        if not words:
            return Found(hits=(), total=0, has_all=True)
        matched = [self._matching(word) for word in words]
        numbers = set(matched[0]).intersection(*matched[1:])
        has_all = bool(numbers)
        numbers = numbers or set().union(*matched)
        ranked = sorted(
            numbers, key=lambda number: (-sum(m.get(number, 0) for m in matched), number)
        )
        return Found(
            hits=tuple(
                Hit(part=self._parts[number], excerpt=excerpt(self._parts[number].text, words))
                for number in ranked[:SHOWN]
            ),
            total=len(ranked),
            has_all=has_all,
        )

    def _matching(self, wanted: _Word) -> dict[int, float]:
        """Return the weight of a word in each place; words that begin with it count less."""
        found: dict[int, float] = {}
        for word, places in self._weights.items():
            if not word.is_meant_by(wanted):
                continue
            rarity = math.log(1 + len(self._parts) / len(places))
            share = 1.0 if word.stem == wanted.stem else 0.5
            for number, weight in places.items():
                found[number] = found.get(number, 0) + weight * rarity * share
        return found


def words_of(query: str) -> tuple[_Word, ...]:
    """Return the words of what is looked for, each once; small words only when alone."""
    tokens = _tokens(query[:MAX_QUERY_CHARACTERS])
    words = tuple(dict.fromkeys(token.word for token in tokens))
    telling = tuple(found for found in words if found.folded not in _STOP)
    return (telling or words)[:MAX_WORDS]


def excerpt(text: str, words: Sequence[_Word]) -> tuple[Piece, ...]:
    """Return the part of a text around what was looked for, cut between words."""
    tokens = _tokens(text)
    matches = [token for token in tokens if any(token.word.is_meant_by(word) for word in words)]
    start, end = _window(text, matches)
    pieces: list[Piece] = []
    place = start
    for token in matches:
        if token.start < place or token.end > end:
            continue
        pieces.append(Piece(text=text[place : token.start], is_match=False))
        pieces.append(Piece(text=text[token.start : token.end], is_match=True))
        place = token.end
    pieces.append(Piece(text=text[place:end], is_match=False))
    before = [Piece(text="… ", is_match=False)] if start else []
    after = [Piece(text=" …", is_match=False)] if end < len(text) else []
    return tuple(piece for piece in (*before, *pieces, *after) if piece.text)


def _window(text: str, matches: Sequence[_Token]) -> tuple[int, int]:
    """Return the stretch of a text that has most matches."""
    if len(text) <= EXCERPT_CHARACTERS:
        return 0, len(text)
    best = max(
        matches,
        key=lambda m: sum(
            m.start <= o.start < m.start + EXCERPT_CHARACTERS // 2 for o in matches
        ),
        default=None,
    )
    start = max(0, best.start - EXCERPT_CHARACTERS // 3) if best else 0
    if start:
        start = text.find(" ", start) + 1
    end = min(len(text), start + EXCERPT_CHARACTERS)
    if end < len(text):
        end = max(text.rfind(" ", start, end), best.end if best else start)
    return start, end


def _weights(part: Part) -> dict[_Word, float]:
    found: Counter[_Word] = Counter(token.word for token in _tokens(part.text))
    for text, weight in ((part.title, TITLE_WEIGHT), (part.heading, HEADING_WEIGHT)):
        for token in _tokens(text):
            found[token.word] += weight
    # A word said ten times is not ten times as telling.
    return {word: 1 + math.log(count) for word, count in found.items()}


@lru_cache(maxsize=50_000)
def _word(text: str) -> _Word:
    plain = folded(text)
    return _Word(folded=plain, stem=stem(plain))


def _tokens(text: str) -> list[_Token]:
    """Return the words of a text with where they stand in it."""
    blanked = _ELIDED.sub(lambda elided: " " * len(elided[0]), text)
    return [
        _Token(word=_word(found[0]), start=found.start(), end=found.end())
        for found in _WORD.finditer(blanked)
    ]
