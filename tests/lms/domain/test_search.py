from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.search import EXCERPT_CHARACTERS, Index, Kind, Part, excerpt, folded, words_of

LETTERS = st.text("abcdefghijlmnoprstuvéèêàçùïôœÉÀ", min_size=4, max_size=12)
FILLER = "Une phrase qui ne dit rien de particulier. " * 20


def part(text: str, *, title: str = "Leçon", heading: str = "", address: str = "/x") -> Part:
    return Part(
        kind=Kind.LESSON, title=title, heading=heading, address=address, module="", text=text
    )


def addresses(index: Index, query: str) -> list[str]:
    return [hit.part.address for hit in index.search(query).hits]


def without_accents(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class TestAccentsAndCase:
    @given(LETTERS)
    def test_a_word_is_found_however_it_is_typed(self, word: str) -> None:
        index = Index([part(f"Ici {word} là."), part("Autre chose.")])
        for typed in (word, word.upper(), word.lower(), without_accents(word)):
            assert index.search(typed).total >= 1, typed
            assert index.search(typed).hits[0].part.text == f"Ici {word} là."

    @given(LETTERS)
    def test_accents_in_the_query_do_not_hide_plain_text(self, word: str) -> None:
        assert Index([part(without_accents(word))]).search(word).total == 1

    @given(st.text(max_size=80))
    def test_nothing_typed_breaks_it(self, query: str) -> None:
        found = Index([part("Du texte, l’été.")]).search(query)
        assert found.total in (0, 1)

    @given(st.text(max_size=400), LETTERS)
    def test_an_excerpt_is_a_stretch_of_the_text(self, text: str, word: str) -> None:
        pieces = excerpt(text, words_of(word))
        told = "".join(piece.text for piece in pieces)
        assert told.removeprefix("… ").removesuffix(" …") in text

    def test_folding_keeps_what_is_no_letter(self) -> None:
        assert folded("Ça, c’est l’ÉTÉ 2026") == "ca, c'est l'ete 2026"


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "text"),
        [
            ("jointures", "Une jointure rapproche deux tables."),
            ("table", "Deux tables."),
            ("journal", "Des journaux de bord."),
            ("utilisation", "Avant l’utilisation du carnet."),
            ("indent", "L’indentation compte."),
            ("QU’UNE fonction", "La fonction."),
        ],
    )
    def test_endings_elisions_and_beginnings_of_words(self, query: str, text: str) -> None:
        assert Index([part(text)]).search(query).total == 1

    def test_all_words_come_first_and_alone(self) -> None:
        index = Index([part("valeur manquante"), part("valeur", address="/y")])
        found = index.search("valeurs manquantes")
        assert (found.total, found.has_all) == (1, True)

    def test_some_words_are_better_than_nothing_and_it_is_said(self) -> None:
        found = Index([part("valeur"), part("zèbre")]).search("valeur introuvable")
        assert (found.total, found.has_all) == (1, False)

    def test_a_title_counts_more_than_a_mention(self) -> None:
        index = Index(
            [
                part("Une boucle ici.", address="/mention"),
                part("", title="Boucles", address="/titre"),
            ]
        )
        assert addresses(index, "boucle") == ["/titre", "/mention"]

    def test_small_words_alone_do_not_drown_the_others(self) -> None:
        index = Index([part("les jointures"), part("les boucles", address="/y")])
        assert addresses(index, "les jointures") == ["/x"]

    @pytest.mark.parametrize("query", ["", "   ", "?!", "zzzz"])
    def test_nothing_is_found_where_nothing_is(self, query: str) -> None:
        found = Index([part("du texte")]).search(query)
        assert (found.hits, found.total) == ((), 0)


class TestExcerpt:
    def test_marks_what_was_looked_for_in_its_own_letters(self) -> None:
        pieces = excerpt("Des Données manquantes.", words_of("donnees"))
        assert [piece.text for piece in pieces if piece.is_match] == ["Données"]

    def test_stays_short_and_shows_the_match(self) -> None:
        pieces = excerpt(f"{FILLER}la jointure est là. {FILLER}", words_of("jointure"))
        told = "".join(piece.text for piece in pieces)
        assert "jointure" in told
        assert len(told) < EXCERPT_CHARACTERS + 10
        assert told.startswith("… ")
        assert told.endswith(" …")
