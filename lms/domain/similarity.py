"""What two answers have in common, whatever their names, literals, comments and layout.

Answers become tokens, tokens k-grams, and a few k-grams of each stretch are kept as
fingerprints: « Winnowing: Local Algorithms for Document Fingerprinting », S. Schleimer,
D. Wilkerson and A. Aiken, SIGMOD 2003. Any passage of `GRAM_TOKENS + WINDOW_GRAMS - 1` tokens
that two answers share gives them a fingerprint in common; passages shorter than `GRAM_TOKENS`
never do.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, Number, String, _TokenType

GRAM_TOKENS = 12
WINDOW_GRAMS = 6

#: A passage in more answers than this share is how most people write it.
COMMON_SHARE = 0.4

#: Below that many answers, nothing can be said to be common.
COMMON_ANSWERS = 5

#: Characters from which a string is compared word by word: SQL is written in strings.
LONG_STRING = 40

_WORD = re.compile(r"\w+|[^\w\s]")
_LEXER = PythonLexer(stripnl=False, ensurenl=False)
_KEPT_NAMES = (Name.Builtin, Name.Namespace, Name.Exception, Name.Decorator)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexeme:
    """One token of an answer.

    :param word: what is compared: a name of the learner's own is `n`, a string `s`, a
        number `0`.
    :param start: its first character in the answer.
    :param end: the one after its last.
    """

    word: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Characters `start` to `end` of an answer, also found in the other."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two answers that were compared.

    :param tokens: how many it has of its own, without what was given to everybody.
    :param shared: how many of them stand in a passage that the other has too.
    """

    passages: tuple[Passage, ...]
    tokens: int
    shared: int


def lexemes(source: str) -> tuple[Lexeme, ...]:
    """Return the tokens of a cell, in order; of Python that does not parse too."""
    found: list[Lexeme] = []
    for start, kind, text in _LEXER.get_tokens_unprocessed(source):
        word, end = _word(kind, text, found), start + len(text)
        if not word:
            continue
        if word == "s" and found and found[-1].word == "s" and found[-1].end == start:
            start = found.pop().start  # a string's quotes are tokens of their own
        found.append(Lexeme(word=word, start=start, end=end))
    return tuple(_opened(found, source))


def grams(tokens: Sequence[Lexeme]) -> tuple[int, ...]:
    """Return the hash of each run of `GRAM_TOKENS` tokens, by the index of its first."""
    words = [token.word.encode() for token in tokens]
    return tuple(
        zlib.crc32(b"\0".join(words[first : first + GRAM_TOKENS]))
        for first in range(len(words) - GRAM_TOKENS + 1)
    )


def fingerprints(hashes: Sequence[int]) -> frozenset[int]:
    """Return the smallest hash of each window of `WINDOW_GRAMS`: what is compared at large."""
    windows = range(max(1, len(hashes) - WINDOW_GRAMS + 1)) if hashes else range(0)
    return frozenset(min(hashes[first : first + WINDOW_GRAMS]) for first in windows)


def common(answers: Iterable[Iterable[int]]) -> frozenset[int]:
    """Return the hashes that so many answers hold that they say nothing of two of them.

    :param answers: the hashes of each person's answer.
    """
    held = [frozenset(hashes) for hashes in answers]
    if len(held) < COMMON_ANSWERS:
        return frozenset()
    counted = Counter(number for hashes in held for number in hashes)
    return frozenset(
        number for number, times in counted.items() if times > COMMON_SHARE * len(held)
    )


def pairs_sharing(prints: Mapping[int, Iterable[int]]) -> Counter[tuple[int, int]]:
    """Return how many fingerprints each pair of works shares; pairs with none are left out.

    :param prints: the fingerprints of each work, by its id; a pair has the smaller id first.
    """
    holders: dict[int, list[int]] = {}
    for work, numbers in sorted(prints.items()):
        for number in set(numbers):
            holders.setdefault(number, []).append(work)
    return Counter(
        (left, right)
        for works in holders.values()
        for index, left in enumerate(works)
        for right in works[index + 1 :]
    )


def compare(left: str, right: str, ignored: frozenset[int]) -> tuple[Side, Side]:
    """Return what two answers to the same exercise share, seen from each.

    :param ignored: hashes of what was given to everybody, or is common to most.
    """
    tokens = lexemes(left), lexemes(right)
    hashes = grams(tokens[0]), grams(tokens[1])
    shared = (set(hashes[0]) & set(hashes[1])) - ignored
    sides = (
        _side(own, numbers, shared, ignored)
        for own, numbers in zip(tokens, hashes, strict=True)
    )
    return next(sides), next(sides)


def _side(
    tokens: Sequence[Lexeme], hashes: Sequence[int], shared: set[int], ignored: frozenset[int]
) -> Side:
    covered = _covered(hashes, shared)
    given = _covered(hashes, ignored) - covered
    return Side(
        passages=tuple(_passages(tokens, sorted(covered))),
        tokens=len(tokens) - len(given),
        shared=len(covered),
    )


def _covered(hashes: Sequence[int], wanted: Iterable[int]) -> set[int]:
    """Return the indices of the tokens that stand in one of the wanted grams."""
    held = frozenset(wanted)
    return {
        index
        for first, number in enumerate(hashes)
        if number in held
        for index in range(first, first + GRAM_TOKENS)
    }


def _passages(tokens: Sequence[Lexeme], covered: Sequence[int]) -> Iterable[Passage]:
    if not covered:
        return
    first = covered[0]
    for index, following in pairwise([*covered, -1]):
        if following != index + 1:
            yield Passage(start=tokens[first].start, end=tokens[index].end)
            first = following


def _opened(tokens: Iterable[Lexeme], source: str) -> Iterable[Lexeme]:
    """Yield the tokens with the words of long strings in the place of these strings."""
    for token in tokens:
        if token.word != "s" or token.end - token.start < LONG_STRING:
            yield token
            continue
        for found in _WORD.finditer(source, token.start, token.end):
            word = found.group().casefold()
            yield Lexeme(word=word, start=found.start(), end=found.end())


def _word(kind: _TokenType, text: str, before: Sequence[Lexeme]) -> str:
    """Return what is compared of a token, empty for layout and comments."""
    if not text.strip() or _is(kind, Comment) or _is(kind, String.Doc):
        return ""
    if _is(kind, String):
        return "s"
    if _is(kind, Number):
        return "0"
    if _is(kind, Name) and not _is_kept(kind, before):
        return "n"
    return text.strip()


def _is_kept(kind: _TokenType, before: Sequence[Lexeme]) -> bool:
    """Whether a name is of the language or of a library rather than of the learner's choice."""
    is_attribute = bool(before) and before[-1].word == "."
    return is_attribute or any(_is(kind, group) for group in _KEPT_NAMES)


def _is(kind: _TokenType, group: _TokenType) -> bool:
    """Whether a kind of token is the group or below it, as Pygments means `in`."""
    return kind in group  # type: ignore[comparison-overlap]
