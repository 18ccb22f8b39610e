"""Lists of people in CSV."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.access import Role
from lms.domain.roster import MAX_BYTES, MAX_LINES, BadRoster, read_roster
from lms.errors import Invalid, TooLarge

HEAD = "nom;courriel;promotion;role\n"


def mistakes(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(BadRoster) as caught:
        read_roster(text.encode() if isinstance(text, str) else text)
    return caught.value.mistakes


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_reads_what_spreadsheets_write(bom: str, separator: str, end: str) -> None:
    rows = [["Rôle", "NOM", "Courriel", "promotion"], ["formatrice", "Ada", "A@b.fr", "p1"]]
    text = bom + end.join(separator.join(row) for row in rows) + end
    [line] = read_roster(text.encode())
    assert (line.name, line.email, line.promotion) == ("Ada", "a@b.fr", "p1")
    assert (line.role, line.number) == (Role.TRAINER, 2)


def test_75_a_formula_is_text() -> None:
    [line] = read_roster((HEAD + '"=HYPERLINK(""http://evil"")";a@b.fr;p1;apprenant').encode())
    assert line.name == '=HYPERLINK("http://evil")'


def test_a_name_may_hold_the_separator_and_a_line_end() -> None:
    [first, second] = read_roster(
        (HEAD + '"Petit; Nina\n(dite N.)";n@b.fr;p1;jury\nAda;a@b.fr;p1;jury').encode()
    )
    assert first.name == "Petit; Nina (dite N.)"
    assert (first.number, second.number) == (2, 4)


def test_says_every_mistake_with_its_line() -> None:
    found = mistakes(
        HEAD
        + "Ada;pas une adresse;p1;apprenant\n"
        + "\n"
        + ";b@b.fr;p1;apprenant\n"
        + "Cléo;c@b.fr;;apprenant\n"
        + "Dora;d@b.fr;p1;reine\n"
        + "Eva;e@b.fr;p1\n"
        + "Fanny;f@b.fr;p1;jury\n"
        + "Fanny;f@b.fr;p1;jury\n"
        + "Françoise;f@b.fr;p2;jury\n"
    )
    starts = [mistake.partition("\N{NO-BREAK SPACE}:")[0] for mistake in found]
    assert starts == [f"Ligne {number}" for number in (2, 4, 5, 6, 7, 9, 10)]
    assert "3 cellules au lieu de 4" in found[4]
    assert "la même que la ligne 8" in found[5]
    assert "autre nom à la ligne 8" in found[6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "la liste est vide"),
        ("nom;courriel\nAda;a@b.fr\n", "il manque la colonne"),
        ("nom;courriel;promotion;role;téléphone\n", "n’est pas attendue"),
        ("nom;nom;courriel;promotion;role\n", "en double"),
        (HEAD + 'Ada;"a@b.fr;p1;jury\n', "guillemet"),
        ("nom;courriel\0;promotion;role\n", "pas un fichier CSV"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    assert said in mistakes(text)[0]


def test_another_encoding_is_named_with_its_line_and_the_remedy() -> None:
    [said] = mistakes((HEAD + "Ada;a@b.fr;p1;jury\nCléo;c@b.fr;p1;jury\n").encode("latin-1"))
    assert said.startswith("Ligne 3")
    assert "CSV UTF-8" in said


def test_a_list_without_people_is_a_list() -> None:
    assert read_roster(HEAD.encode()) == []


@pytest.mark.parametrize(
    "content", [b"x" * (MAX_BYTES + 1), (HEAD + "a;a@b.fr;p;jury\n" * MAX_LINES).encode()]
)
def test_a_list_larger_than_any_school_is_refused(content: bytes) -> None:
    with pytest.raises(TooLarge):
        read_roster(content)


@given(st.binary(max_size=300) | st.text(alphabet='nom;,"\n\r\t=é0@.', max_size=200))
def test_nothing_but_a_refusal_comes_of_nonsense(content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else (HEAD + content).encode()
    with suppress(Invalid):
        assert all(line.name and "@" in line.email for line in read_roster(data))
