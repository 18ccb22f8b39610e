"""What can be found in a course: its lessons, its terms, the statements of its assignments."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from html import unescape
from pathlib import Path, PurePosixPath

from graders.notebooks.errors import NotebookRefused
from graders.notebooks.release import release
from graders.notebooks.text import read_source
from lms.catalogue.addresses import glossary_address, page_address
from lms.content.glossary import entries_of
from lms.content.kept import keep
from lms.content.lessons import RENDERER
from lms.domain.course import Assignment, Course
from lms.domain.search import Kind, Part

#: Raise it when the same course is to give other parts.
VERSION = "1"

_HEADING = re.compile(r'<h[23](?: id="([^"]*)")?[^>]*>(.*?)</h[23]>', re.DOTALL)
_MATHS = re.compile(r"<math.*?</math>", re.DOTALL)
_BLOCK = re.compile(r"</(?:p|li|td|th|tr|dd|dt|div|pre|h[1-6]|summary|figcaption)>|<br>")
_TAG = re.compile(r"<[^>]*>")
_MARKS = re.compile(r"\{:[^}]*\}|[*_`|]|!?\[|\]\([^)]*\)|<[^>]*>")
_SPACES = re.compile(r"\s+")

PageHtml = Callable[[PurePosixPath], str]
Source = Callable[[PurePosixPath], bytes]


def kept_parts(
    folder: Path, course: Course, *, html: PageHtml, source: Source
) -> tuple[Part, ...]:
    """Return the places of a course that can be found: made once for each form of it.

    :param folder: of the cache; it may be emptied at any time.
    :param html: gives a page as clean HTML, without what its readers may not see.
    :param source: gives a file of the course.
    """
    name = f"{VERSION}\0{RENDERER}\0{course.slug}\0{course.content_hash}"
    path = folder / "search" / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
    try:
        return tuple(
            Part(**{**kept, "kind": Kind(kept["kind"])})
            for kept in json.loads(path.read_bytes())
        )
    except (OSError, ValueError, TypeError):
        parts = tuple(parts_of(course, html=html, source=source))
        keep(path, json.dumps([asdict(part) for part in parts], ensure_ascii=False).encode())
        return parts


def parts_of(course: Course, *, html: PageHtml, source: Source) -> Iterator[Part]:
    """Yield the places of a course that its readers may see: nothing else of its folder.

    :param html: gives a page as clean HTML, without what its readers may not see.
    :param source: gives a file of the course.
    """
    for module, page in course.pages:
        address = page_address(course, module, page)
        for anchor, heading, text in _sections(html(page.path)):
            yield Part(
                kind=Kind.LESSON,
                title=page.title,
                heading=heading,
                address=f"{address}#{anchor}" if anchor else address,
                module=module.title,
                text=text,
            )
    if course.glossary is not None:
        for entry in entries_of(html(course.glossary)):
            yield Part(
                kind=Kind.TERM,
                title=entry.name,
                heading="",
                address=f"{glossary_address(course)}#{entry.anchor}",
                module="",
                text=plain(f"{entry.term} : {entry.definition}"),
            )
    for assignment in course.assignments:
        yield from _statement(course, assignment, source(assignment.notebook))


def plain(html: str) -> str:
    """Return the words of clean HTML on one line.

    >>> plain("<p>Une <em>table</em>.</p><p>Deux</p>")
    'Une table. Deux'
    """
    text = _TAG.sub("", _BLOCK.sub(" ", _MATHS.sub(" ", html)))
    return _SPACES.sub(" ", unescape(text)).strip()


def _sections(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield the anchor, the heading and the text of each part of a page; the first has none."""
    found = [(0, 0, "", "")]
    found += [(m.start(), m.end(), m[1] or "", plain(m[2])) for m in _HEADING.finditer(html)]
    ends = [start for start, *_ in found[1:]] + [len(html)]
    for (_, begin, anchor, heading), end in zip(found, ends, strict=True):
        text = plain(html[begin:end])
        if text or heading:
            yield anchor, heading, text


def _statement(course: Course, assignment: Assignment, source: bytes) -> Iterator[Part]:
    """Yield what the learners' form of a notebook says: no solution, no hidden test."""
    module = course.module(assignment.module_id)
    try:
        cells = release(read_source(source, assignment.notebook)).cells
    except NotebookRefused:
        return
    text = "\n\n".join(cell.source for cell in cells if cell.kind == "markdown")
    for heading, words in _marked_sections(text):
        yield Part(
            kind=Kind.ASSIGNMENT,
            title=assignment.title,
            heading=heading,
            address=f"/cours/{course.slug}/exercices/{assignment.id}/",
            module=module.title if module else "",
            text=words,
        )


def _marked_sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the heading and the words of each part of a Markdown text."""
    heading, lines = "", list[str]()
    for line in [*text.split("\n"), "# "]:
        if not line.startswith("#"):
            lines.append(line)
            continue
        words = _SPACES.sub(" ", _MARKS.sub(" ", " ".join(lines))).strip()
        if words or heading:
            yield heading, words
        heading, lines = re.sub(r"[*_`]", "", line.lstrip("# ")).strip(), []
