"""Markdown to clean HTML, with what its author should mend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from typing import Any

from markdown import Markdown

from lms.content.clean import REMOVED_WHOLE, clean
from lms.content.glossary import used_in
from lms.content.headings import without_front_matter
from lms.content.maths import replace_marked
from lms.content.myst import to_markdown
from lms.content.place import Place
from lms.content.rendered import ContentProblem, Rendered, headings_of
from lms.content.slugs import slugify

MAX_CHARS = 1024 * 1024

#: Each open bracket may cost Python-Markdown a look at the rest of the page.
MAX_BRACKETS = 5000

EXTENSIONS = [
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    "toc",
    "abbr",
    "admonition",
    "pymdownx.arithmatex",
    "pymdownx.betterem",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tasklist",
    "pymdownx.tilde",
]
SETTINGS: dict[str, dict[str, Any]] = {
    "footnotes": {"BACKLINK_TITLE": "Revenir à la note {} dans le texte"},
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.highlight": {"guess_lang": False, "pygments_lang_class": True},
    "pymdownx.tilde": {"subscript": False},
    "tables": {"use_align_attribute": True},
    "toc": {"slugify": lambda text, _: slugify(text), "permalink": False},
}

_TITLE = re.compile(r"\A((?:\s|</?(?:div|span)[^>]*>)*)<h1[^>]*>.*?</h1>\s*", re.DOTALL)
_LATER_TITLE = re.compile(r"(</?)h1(?=[ >])")
_SCRIPT_LINK = re.compile(
    r"(?:href|src)=[\"']?\s*(?:javascript|vbscript|data:text)", re.IGNORECASE
)
_REMOVED = re.compile(rf"<({'|'.join(sorted(REMOVED_WHOLE))})\b", re.IGNORECASE)


class _Report:
    """What was found in one page, with the lines where it stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[ContentProblem] = []

    def at(self, message: str, line: int) -> None:
        problem = ContentProblem(message=message, line=line)
        if problem not in self.problems:
            self.problems.append(problem)

    def about(self, message: str, words: str) -> None:
        found = self._text.find(words) if words else -1
        self.at(message, self._text.count("\n", 0, found) + 1 if found >= 0 else 0)


def render_markdown(text: str, *, place: Place) -> Rendered:
    """Return a lesson as clean HTML; its first title is left to the page around it."""
    text = text.replace("\r\n", "\n")
    report = _Report(text)
    html = to_clean_html(text, place=place, report=report)
    return finish(html, report.problems)


def finish(html: str, problems: Iterable[ContentProblem]) -> Rendered:
    """Return clean HTML as a page: without its first title, and without a second one."""
    html = without_titles(_TITLE.sub(r"\1", html, count=1))
    return Rendered(
        html=html,
        headings=headings_of(html),
        problems=tuple(problems),
        terms=used_in(html),
    )


def markdown_cell(text: str, *, place: Place) -> tuple[str, tuple[ContentProblem, ...]]:
    """Return one text cell of a notebook as clean HTML, with what is wrong in it."""
    report = _Report(text)
    return to_clean_html(text, place=place, report=report), tuple(report.problems)


def to_clean_html(text: str, *, place: Place, report: _Report) -> str:
    """Return a Markdown text as clean HTML, with all its headings."""
    if len(text) > MAX_CHARS or brackets(text) > MAX_BRACKETS:
        report.at("la page est trop longue pour être mise en forme.", 0)
        return f"<pre>{escape(text[:MAX_CHARS])}</pre>"
    prose = to_markdown(without_front_matter(text), place=place, report=report.at)
    try:
        html = Markdown(extensions=EXTENSIONS, extension_configs=SETTINGS).convert(prose)
    except RecursionError:
        report.at("la page est trop imbriquée pour être mise en forme.", 0)
        return f"<pre>{escape(text)}</pre>"
    html = replace_marked(html, report.about)
    if _SCRIPT_LINK.search(html):
        report.about(
            "un lien « javascript: » n’est pas permis : il a été retiré.", "javascript:"
        )
    for removed in dict.fromkeys(found.lower() for found in _REMOVED.findall(html)):
        report.about(
            f"la balise « {removed} » n’est pas permise : elle a été retirée.", f"<{removed}"
        )
    html = clean(html, place=place, report=report.about)
    _report_silent_images(html, report)
    return html


def without_titles(html: str) -> str:
    """Return clean HTML with headings of level 2 in place of level 1, which the page has."""
    return _LATER_TITLE.sub(r"\1h2", html)


def brackets(text: str) -> int:
    """Return how many signs of a text are dear to read."""
    return text.count("[") + text.count("<")


def _report_silent_images(html: str, report: _Report) -> None:
    finder = _SilentImages()
    finder.feed(html)
    for source in finder.found:
        name = source.rpartition("/")[2]
        report.about(
            f"l’image « {name} » n’a pas de texte de remplacement : décrivez-la, ou écrivez "
            'alt="" si elle ne fait que décorer.',
            name,
        )


class _SilentImages(HTMLParser):
    """Finds images without the words that stand for them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "img" and "alt" not in said:
            self.found.append(said.get("src") or "")
