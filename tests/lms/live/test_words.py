"""The gateway's sentences, in both languages."""

from __future__ import annotations

import pytest

from lms.live import words
from lms.live.voice import Voice

FRENCH, ENGLISH = Voice("fr"), Voice("en")

FIXED = [
    *words.ENDS.values(),
    *(
        value
        for name, value in vars(words).items()
        if name.isupper() and isinstance(value, str)
    ),
]


@pytest.mark.parametrize("sentence", FIXED)
def test_each_has_its_english(sentence: str) -> None:
    assert FRENCH.gettext(sentence) == sentence
    assert ENGLISH.gettext(sentence) != sentence


def test_people_who_wait_are_counted() -> None:
    assert "la prochaine est pour vous" in words.waiting(FRENCH, 1)
    assert "1 personne attend" in words.waiting(FRENCH, 2)
    assert "2 personnes attendent" in words.waiting(FRENCH, 3)
    assert "1 person is waiting" in words.waiting(ENGLISH, 2)
    assert "2 people are waiting" in words.waiting(ENGLISH, 3)


def test_times_and_sizes_are_written_as_people_do() -> None:
    assert "dans 2\xa0min" in words.about_to_cull(FRENCH, 120)
    assert "in 30\xa0s" in words.about_to_cull(ENGLISH, 30)
    assert "2\xa0minutes" in words.too_long(ENGLISH, 120)
    assert "30\xa0s" in words.too_long(FRENCH, 30)
    assert "1,5\xa0Mio" in words.cut_beyond(FRENCH, "1.5")
    assert "1.5\xa0MiB" in words.cut_beyond(ENGLISH, "1.5")


def test_cells_that_ran_first_are_counted() -> None:
    assert words.ran_first(FRENCH, 0) == ""
    assert words.ran_first(FRENCH, 1).startswith("1 cellule")
    assert words.ran_first(ENGLISH, 2).startswith("2 cells")


def test_a_language_that_is_not_ours_is_french() -> None:
    assert Voice("../../etc").gettext(words.STARTING) == words.STARTING
