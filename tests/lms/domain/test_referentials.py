"""Versions of referentials: which is in force, how they are kept, what no version names."""

from __future__ import annotations

import json
from datetime import date

from lms.catalogue.referentials import read_shelf
from lms.domain.matrix import ALL, chosen, columns_of, parts_of
from lms.domain.referentials import (
    Block,
    Competence,
    Correspondence,
    Edition,
    Passage,
    Referential,
    as_content,
    correspondence_from,
    in_force,
    referential_from,
    with_unnamed,
)
from tests.lms.catalogue.test_referentials import COURSES


def referential(version: str, *codes: str, id: str = "socle", **given) -> Referential:
    block = Block(
        id="un",
        title="Un",
        competences=tuple(Competence(code=code, title=code) for code in codes),
    )
    return Referential(id=id, title="Socle", version=version, blocks=(block,), **given)


def test_a_new_promotion_follows_the_version_whose_validity_began_last() -> None:
    old = referential("2020", valid_from=date(2020, 1, 1), valid_until=date(2024, 12, 31))
    new = referential("2025", valid_from=date(2025, 1, 1))
    later = referential("2031", valid_from=date(2031, 1, 1))
    known = (later, new, old)
    assert in_force(known, ["socle", "absent"], date(2030, 1, 1)) == (new,)
    assert in_force(known, ["socle"], date(2021, 1, 1)) == (old,)
    assert in_force((later,), ["socle"], date(2021, 1, 1)) == (later,)
    undated = (referential("2026-01"), referential("2026-11"))
    assert in_force(undated, ["socle"], date(2030, 1, 1)) == (undated[1],)
    assert (old.is_over(date(2025, 1, 1)), new.is_over(date(2099, 1, 1))) == (True, False)


def test_what_is_kept_is_what_was_read() -> None:
    shelf = read_shelf(COURSES)
    assert {found.id for found in shelf.referentials} == {
        "rncp37827",
        "socle-data-ia",
        "transversales",
    }
    for found in shelf.referentials:
        content = as_content(found)
        assert json.loads(json.dumps(content)) == content
        assert referential_from(content) == found
    way = Correspondence(
        source=Edition(referential="a", version="1"),
        target=Edition(referential="a", version="2"),
        note="La fiche.",
        passages=(Passage(code="A", to=("B", "C"), note="Coupée."), Passage(code="B")),
    )
    assert correspondence_from(as_content(way)) == way


def test_a_code_that_no_referential_names_is_shown_all_the_same() -> None:
    socle = referential("1", "S1")
    known, unnamed = with_unnamed((socle,), frozenset({"S1", "X9"}), title="Autres")
    assert known is socle
    assert [found.code for found in unnamed.competences] == ["X9"]
    assert with_unnamed((socle,), frozenset({"S1"}), title="Autres") == (socle,)


def test_a_matrix_shows_a_block_a_referential_or_all() -> None:
    blocks = (
        Block(id="a", title="A", competences=(Competence(code="C1", title="Un"),)),
        Block(id="b", title="B", competences=(Competence(code="C2", title="Deux"),)),
    )
    both = (
        Referential(id="titre", title="Titre", version="1", blocks=blocks),
        referential("1", "S1"),
    )
    parts = parts_of(both)
    assert [part.value for part in parts] == ["titre:a", "titre:b", "titre", "socle:un", ALL]

    def shown(value: str) -> list[str]:
        return [column.key.code for column in columns_of(both, chosen(parts, value))]

    assert (shown("titre:b"), shown("titre"), shown("socle:un")) == (
        ["C2"],
        ["C1", "C2"],
        ["S1"],
    )
    assert (shown(ALL), shown("nulle-part")) == (["C1", "C2", "S1"], ["C1"])
    assert columns_of((), chosen(parts_of(()), "")) == ()
