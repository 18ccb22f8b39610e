"""Passages that two answers share, however they were disguised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.domain.similarity import (
    COMMON_ANSWERS,
    GRAM_TOKENS,
    WINDOW_GRAMS,
    common,
    compare,
    fingerprints,
    grams,
    lexemes,
    pairs_sharing,
)

ANSWER = """\
def moyenne_par_ville(offres):
    totaux = {}
    for offre in offres:
        ville = offre["ville"]
        totaux.setdefault(ville, []).append(offre["salaire"])
    return {nom: sum(valeurs) / len(valeurs) for nom, valeurs in totaux.items()}
"""

#: Renamed, commented, laid out anew: the same work.
DISGUISED = '''\
def calcul(data):
    """Ma fonction à moi."""
    d = {}   # un dictionnaire
    for x in data:

        v = x['town']
        d.setdefault(v, []).append(
            x['pay'])
    return {a: sum(b) / len(b) for a, b in d.items()}
'''

OTHER = """\
import pandas as pd

def moyenne_par_ville(offres):
    tableau = pd.DataFrame(offres)
    return tableau.groupby("ville")["salaire"].mean().to_dict()
"""


def hashes(source: str) -> tuple[int, ...]:
    return grams(lexemes(source))


class TestCompare:
    def test_a_disguise_changes_nothing(self):
        left, right = compare(ANSWER, DISGUISED, frozenset())

        assert left.shared / left.tokens > 0.9
        assert right.shared / right.tokens > 0.9
        assert ANSWER[left.passages[0].start :].startswith("def moyenne")

    def test_another_way_to_do_it_shares_nothing(self):
        left, right = compare(ANSWER, OTHER, frozenset())

        assert (left.shared, right.shared, left.passages) == (0, 0, ())

    def test_what_was_given_to_everybody_does_not_count(self):
        given_to_all = frozenset(hashes(ANSWER))
        left, _ = compare(ANSWER + "print(totaux)\n", ANSWER, given_to_all)

        assert left.shared == 0
        assert left.tokens < GRAM_TOKENS

    def test_python_that_does_not_parse_is_compared_too(self):
        broken = ANSWER.replace("for offre in offres:", "for offre in offres")
        left, _ = compare(broken, ANSWER, frozenset())

        assert left.shared / left.tokens > 0.6

    def test_queries_in_strings_are_compared_word_by_word(self):
        query = "SELECT ville, AVG(salaire) AS m FROM offres GROUP BY ville HAVING COUNT(*) > 2"
        left, _ = compare(f'requete = """{query}"""', f"q = '{query.lower()}'", frozenset())
        other, _ = compare(
            f"q = '{query}'", "q = '" + "SELECT titre FROM films " * 4 + "'", frozenset()
        )

        assert left.shared / left.tokens > 0.7
        assert other.shared == 0

    @given(st.text(), st.text())
    @settings(max_examples=100)
    def test_passages_stand_in_the_text_apart_and_in_order(self, left, right):
        for source, side in zip((left, right), compare(left, right, frozenset()), strict=True):
            ends = [0]
            for passage in side.passages:
                assert ends[-1] <= passage.start < passage.end <= len(source)
                ends.append(passage.end)
            assert 0 <= side.shared <= side.tokens

    @given(st.text(), st.text())
    @settings(max_examples=50)
    def test_either_order_says_the_same(self, left, right):
        assert compare(left, right, frozenset()) == compare(right, left, frozenset())[::-1]


class TestFingerprints:
    @given(
        st.lists(st.integers(0, 2**32), max_size=30),
        st.lists(st.integers(0, 2**32), min_size=WINDOW_GRAMS, max_size=30),
        st.lists(st.integers(0, 2**32), max_size=30),
    )
    def test_a_passage_of_a_window_is_never_missed(self, before, passage, after):
        assert fingerprints(passage) <= fingerprints([*before, *passage, *after])

    @pytest.mark.parametrize("source", ["", "x = 1", "# rien"])
    def test_a_short_answer_has_none(self, source):
        assert fingerprints(hashes(source)) == frozenset()


class TestAtLarge:
    def test_pairs_are_counted_once(self):
        prints = {3: [1, 2, 9], 1: [1, 2], 2: [9, 9]}

        assert pairs_sharing(prints) == {(1, 3): 2, (2, 3): 1}

    def test_what_most_people_write_says_nothing(self):
        answers = [[1, 2]] * 3 + [[1, number] for number in range(3, 3 + COMMON_ANSWERS)]

        assert common(answers) == {1}

    def test_few_answers_have_nothing_common(self):
        assert common([[1]] * (COMMON_ANSWERS - 1)) == frozenset()
