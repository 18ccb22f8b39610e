"""The table of contents that Jupyter Book reads: `myst.yml`, else `_toc.yml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms.catalogue.documents import read_document
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Located, Section

TOC_FILES = ("myst.yml", "_toc.yml")
PAGE_SUFFIXES = (".md", ".ipynb")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page of the table of contents.

    :param title: the one given there; empty when the page's own holds.
    """

    file: Located
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One entry at the top of the table of contents, with the pages under it."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What the table of contents says.

    :param file: its name, for messages.
    """

    file: str
    title: str = ""
    parts: tuple[Part, ...] = ()


def read_outline(folder: Path, problems: list[CourseProblem]) -> Outline | None:
    """Return the folder's table of contents, or None when it has none that can be read."""
    name = next((name for name in TOC_FILES if (folder / name).is_file()), None)
    if name is None:
        return None
    document = read_document(folder / name, name=name, problems=problems)
    if document is None:
        return None
    if name == "_toc.yml":
        return _from_book_1(folder, document)
    project = document.section("project")
    if project is None:
        return Outline(file=name)
    return Outline(
        file=name,
        title=project.text("title"),
        parts=tuple(_part(folder, entry) for entry in project.sections("toc")),
    )


def _from_book_1(folder: Path, document: Section) -> Outline:
    parts: list[Part] = []
    if "root" in document:
        root = Located(text=document.text("root"), line=document.line_of("root"))
        parts.append(Part(title="", entries=(Entry(file=root),)))
    for part in document.sections("parts"):
        parts.append(Part(title=part.text("caption"), entries=tuple(_below(folder, part))))
    for name in ("chapters", "sections"):
        parts += [_part(folder, entry) for entry in document.sections(name)]
    return Outline(file="_toc.yml", parts=tuple(part for part in parts if part.entries))


def _part(folder: Path, entry: Section) -> Part:
    return Part(title=entry.text("title"), entries=tuple(_entries(folder, entry)))


def _entries(folder: Path, entry: Section) -> Iterator[Entry]:
    """Yield the page of an entry, then those below it, in reading order."""
    if "file" in entry:
        file = Located(text=entry.text("file"), line=entry.line_of("file"))
        yield Entry(file=file, title=entry.text("title"))
    for name in ("glob", "pattern"):
        for path in _matching(folder, entry.text(name)):
            yield Entry(file=Located(text=path, line=entry.line_of(name)))
    yield from _below(folder, entry)


def _below(folder: Path, entry: Section) -> Iterator[Entry]:
    for name in ("children", "chapters", "sections"):
        for child in entry.sections(name):
            yield from _entries(folder, child)


def _matching(folder: Path, pattern: str) -> list[str]:
    if not pattern or pattern.startswith("/") or ".." in pattern:
        return []
    found = (path.relative_to(folder) for path in folder.glob(pattern))
    return sorted(str(path) for path in found if path.suffix in PAGE_SUFFIXES)
