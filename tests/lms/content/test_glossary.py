"""Terms of a glossary, and the links of lessons to them."""

from __future__ import annotations

from pathlib import PurePosixPath

from lms.content.glossary import entries_of, slug_among, slugs_of
from lms.content.markdown import render_markdown
from lms.content.place import Place

GLOSSARY = """\
# Glossaire

## C

:::{glossary}
carnet (*notebook*{: lang="en"})
: Document fait de **textes** et de code.

clé étrangère
: Colonne qui désigne une ligne.
:::
"""
PLACE = Place(
    page=PurePosixPath("debut/lire.md"),
    addresses={"glossaire.md": "/cours/c/glossaire/"},
    glossary="glossaire.md",
    terms=frozenset({"carnet", "cle-etrangere"}),
)


def test_terms_are_read_from_the_directive() -> None:
    assert list(slugs_of(GLOSSARY)) == ["carnet", "cle-etrangere"]


def test_the_page_has_a_place_for_each_term() -> None:
    first, second = entries_of(render_markdown(GLOSSARY, place=PLACE).html)
    assert (first.name, first.anchor) == ("carnet", "s-terme-carnet")
    assert '<em lang="en">notebook</em>' in first.term
    assert first.definition.strip() == "Document fait de <strong>textes</strong> et de code."
    assert second.slug == "cle-etrangere"


def test_a_role_is_a_link_to_the_definition() -> None:
    page = render_markdown("Un {term}`carnet`, des {term}`clés <clé étrangère>`.", place=PLACE)
    assert 'class="term" href="/cours/c/glossaire/#s-terme-carnet"' in page.html
    assert ">clés</a>" in page.html
    assert page.terms == ("carnet", "cle-etrangere")
    assert page.problems == ()


def test_an_unknown_term_stays_words_and_is_reported() -> None:
    page = render_markdown("Un {term}`zèbre`.", place=PLACE)
    assert page.html.strip() == "<p>Un zèbre.</p>"
    assert [found.message for found in page.problems] == [
        "«\N{NO-BREAK SPACE}zèbre\N{NO-BREAK SPACE}» n’est pas dans le glossaire du cours."
    ]


def test_without_a_glossary_roles_are_words() -> None:
    page = render_markdown("Un {term}`carnet`.", place=Place())
    assert page.html.strip() == "<p>Un carnet.</p>"
    assert page.problems == ()


def test_plurals_are_the_same_term() -> None:
    assert slug_among("Clés étrangères", PLACE.terms) == "cle-etrangere"
    assert slug_among("zèbres", PLACE.terms) == ""
