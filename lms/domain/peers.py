"""Reviews by peers: who reads whom, fairly, and the same however often it is worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from lms.domain.words import mark

#: How many works each learner reads, and how many readers each work has.
READERS = 2


class PeerMode(StrEnum):
    """Whether learners review each other's works, and whether they know whose."""

    NONE = "none"
    ANONYMOUS = "anonymous"  # neither knows who the other is
    NAMED = "named"


MODE_LABELS = {
    PeerMode.NONE: mark("Non"),
    PeerMode.ANONYMOUS: mark("Oui, sans les noms"),
    PeerMode.NAMED: mark("Oui, avec les noms"),
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One learner reads the work of another.

    :param is_begun: something is written or sent: this pair stays as it is.
    """

    reader: int
    author: int
    is_begun: bool = False


def pairs_for(
    authors: Collection[int], existing: Sequence[Pair] = (), *, seed: str
) -> tuple[Pair, ...]:
    """Return who reads whom: the existing pairs that stay, and the new ones.

    The learners stand in a ring, in an order that the seed alone decides; each reads the works
    of the next two. Whoever hands in later is put between: takes over one work from two
    readers who have not begun, who read the latecomer's in exchange, so that everybody still
    reads two and is read by two. Where everything is begun, those who read least do it.

    :param authors: learners who have handed in.
    """
    known = {pair.author for pair in existing} | {pair.reader for pair in existing}
    if not existing:
        return _ring(_in_order(authors, seed))
    pairs = list(existing)
    for latecomer in _in_order(set(authors) - known, seed):
        pairs = _with(latecomer, pairs, seed)
    return tuple(pairs)


def _ring(ring: Sequence[int]) -> tuple[Pair, ...]:
    steps = range(1, min(READERS, len(ring) - 1) + 1)
    return tuple(
        Pair(reader=reader, author=ring[(place + step) % len(ring)])
        for place, reader in enumerate(ring)
        for step in steps
    )


def _with(latecomer: int, pairs: list[Pair], seed: str) -> list[Pair]:
    readers: set[int] = set()
    authors: set[int] = set()
    changed = list(pairs)
    for pair in sorted(pairs, key=lambda found: _rank(f"{found.reader}-{found.author}", seed)):
        is_free = not pair.is_begun and pair.reader not in readers
        if len(readers) < READERS and is_free and pair.author not in authors:
            changed.remove(pair)
            changed += [
                Pair(reader=pair.reader, author=latecomer),
                Pair(reader=latecomer, author=pair.author),
            ]
            readers.add(pair.reader)
            authors.add(pair.author)
    return _completed(latecomer, changed, seed)


def _completed(latecomer: int, pairs: list[Pair], seed: str) -> list[Pair]:
    """Give the latecomer what is missing, from those who read, or are read, least."""
    reads = Counter(pair.reader for pair in pairs)
    is_read = Counter(pair.author for pair in pairs)
    people = ({pair.reader for pair in pairs} | {pair.author for pair in pairs}) - {latecomer}
    while is_read[latecomer] < min(READERS, len(people)):
        busy = {pair.reader for pair in pairs if pair.author == latecomer}
        reader = min(people - busy, key=lambda each: (reads[each], _rank(each, seed)))
        pairs.append(Pair(reader=reader, author=latecomer))
        reads[reader] += 1
        is_read[latecomer] += 1
    while reads[latecomer] < min(READERS, len(people)):
        read = {pair.author for pair in pairs if pair.reader == latecomer}
        author = min(people - read, key=lambda each: (is_read[each], _rank(each, seed)))
        pairs.append(Pair(reader=latecomer, author=author))
        reads[latecomer] += 1
        is_read[author] += 1
    return pairs


def _in_order(people: Collection[int], seed: str) -> list[int]:
    return sorted(people, key=lambda each: _rank(each, seed))


def _rank(name: object, seed: str) -> str:
    return sha256(f"{seed}:{name}".encode()).hexdigest()
