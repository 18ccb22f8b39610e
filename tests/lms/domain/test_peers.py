"""Who reads whom: fair, the same each time, and kind to latecomers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.peers import Pair, pairs_for

people = st.sets(st.integers(1, 500), min_size=3, max_size=30)


def loads(pairs: tuple[Pair, ...]) -> tuple[Counter[int], Counter[int]]:
    return Counter(pair.reader for pair in pairs), Counter(pair.author for pair in pairs)


@given(people, st.text(max_size=4))
def test_everybody_reads_two_others_and_is_read_by_two(authors: set[int], seed: str) -> None:
    pairs = pairs_for(authors, seed=seed)
    reads, is_read = loads(pairs)
    assert set(reads.values()) == set(is_read.values()) == {2}
    assert all(pair.reader != pair.author for pair in pairs)
    assert len({(pair.reader, pair.author) for pair in pairs}) == len(pairs)


@given(people)
def test_the_seed_alone_decides(authors: set[int]) -> None:
    assert pairs_for(authors, seed="x") == pairs_for(sorted(authors, reverse=True), seed="x")
    assert pairs_for(authors, pairs_for(authors, seed="x"), seed="x") == pairs_for(
        authors, seed="x"
    )


@given(people, st.sets(st.integers(501, 510), min_size=1, max_size=4))
def test_latecomers_take_over_from_those_who_have_not_begun(
    authors: set[int], late: set[int]
) -> None:
    pairs = pairs_for(authors | late, pairs_for(authors, seed="x"), seed="x")
    reads, is_read = loads(pairs)
    assert set(reads.values()) == set(is_read.values()) == {2}
    assert all(pair.reader != pair.author for pair in pairs)
    assert len({(pair.reader, pair.author) for pair in pairs}) == len(pairs)


@given(people, st.sets(st.integers(501, 510), min_size=1, max_size=4))
def test_what_is_begun_stays_and_the_load_grows_by_little(
    authors: set[int], late: set[int]
) -> None:
    begun = tuple(replace(pair, is_begun=True) for pair in pairs_for(authors, seed="x"))
    pairs = pairs_for(authors | late, begun, seed="x")
    reads, is_read = loads(pairs)
    assert set(begun) <= set(pairs)
    assert min(is_read[author] for author in authors | late) >= 2
    assert min(reads[reader] for reader in authors | late) >= 2
    assert max(reads.values()) <= 2 + len(late)
    assert all(pair.reader != pair.author for pair in pairs)


def test_two_people_read_each_other() -> None:
    assert {(pair.reader, pair.author) for pair in pairs_for({1, 2}, seed="")} == {
        (1, 2),
        (2, 1),
    }
