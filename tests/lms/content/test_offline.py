"""Pages of a pack: what they lead to is beside them, everything else is only told."""

from __future__ import annotations

from lms.content.offline import Relinker


def relinker() -> Relinker:
    return Relinker(names={"/cours/c/m/suite/": "suite.html"}, files_at="/cours/c/fichiers/")


def test_a_lesson_of_the_pack_is_a_file_beside() -> None:
    html = relinker().relinked('<a class="x" href="/cours/c/m/suite/#s-fin">La suite</a>')
    assert html == '<a class="x" href="suite.html#s-fin">La suite</a>'


def test_a_lesson_that_is_not_in_the_pack_is_words() -> None:
    assert relinker().relinked('<a href="/cours/c/autre/p/">Plus tard</a>') == "Plus tard"


def test_an_address_of_the_web_is_told_and_not_linked() -> None:
    html = relinker().relinked('<a href="https://exemple.fr/?a=1&amp;b=2" rel="x">Ici</a>')
    assert "href" not in html
    assert "Ici" in html
    assert "https://exemple.fr/?a=1&amp;b=2" in html


def test_files_are_needed_and_found_beside() -> None:
    links = relinker()
    html = links.relinked('<img alt="a" src="/cours/c/fichiers/images/un%20graphe.png">')
    assert html == '<img alt="a" src="fichiers/images/un%20graphe.png">'
    assert links.needed == {"images/un graphe.png"}


def test_places_of_the_same_page_and_inline_images_stay() -> None:
    html = '<a href="#s-x">Note</a><img alt="" src="data:image/png;base64,AA=">'
    assert relinker().relinked(html) == html
