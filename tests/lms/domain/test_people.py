"""Names, addresses, roles and passwords as people type them."""

from __future__ import annotations

import pytest

from lms.domain.access import Role
from lms.domain.passwords import COMMON, MIN_CHARACTERS, WeakPassword, refuse_weak
from lms.domain.people import ROLE_LABELS, read_email, read_name, read_role
from lms.errors import Invalid


@pytest.mark.parametrize(
    "text", ["Ada@Ecole.example", " ada@ecole.example\n", "ａｄａ@ecole.example"]
)
def test_an_address_has_one_form(text: str) -> None:
    assert read_email(text) == "ada@ecole.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@ecole.example",
        "ada@ecole",
        "a b@ecole.example",
        "a@b@c.example",
        "a@ecole.example,b@ecole.example",
        "<a@ecole.example>",
        "a@ecole.example\nBcc: x",
        f"{'a' * 250}@ecole.example",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="adresse électronique"):
        read_email(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("   ", "manque"), ("x" * 121, "trop long"), ("Ada\u202eevil", "invisibles")],
)
def test_a_name_that_cannot_be_shown_is_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_name(text)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_read_as_it_is_stored_and_as_it_is_shown(role: Role) -> None:
    assert read_role(role.value) is role
    assert read_role(ROLE_LABELS[role].upper()) is role


@pytest.mark.parametrize("text", ["apprenante", "Stagiaire", " APPRENANT "])
def test_a_role_is_read_in_any_form(text: str) -> None:
    assert read_role(text) is Role.LEARNER


def test_an_unknown_role_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Invalid, match="formateur, charge-de-promotion"):
        read_role("directrice")


@pytest.mark.parametrize(
    "password",
    [
        "x" * (MIN_CHARACTERS - 1),
        "x" * 257,
        "aaaaaaaaaaaa",
        "MotDePasse 1234",
        "abababababab",
        "camille@demo.example",
        "Camille Martin-Durand",
        "CamilleMartinDurand",
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        refuse_weak(password, email="camille@demo.example", name="Camille Martin-Durand")


@pytest.mark.parametrize(
    "password",
    ["quatre mots au hasard", "garrigue-demo", "éàü漢字 🌿 thym", "123 456 789 011 1"],
)
def test_no_rule_says_what_must_be_in_a_password(password: str) -> None:
    refuse_weak(password, email="camille@demo.example", name="Camille")


def test_the_common_ones_are_long_enough_to_be_worth_listing() -> None:
    assert all(len(password) >= MIN_CHARACTERS for password in COMMON)
