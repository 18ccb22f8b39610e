"""Lessons: their titles, their slugs, and the files that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from graders.notebooks.cells import Cell
from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.text import FORMATS, is_graded_text, read_source
from lms.catalogue.files import BadFile, CourseFiles, Unservable
from lms.catalogue.toc import PAGE_SUFFIXES
from lms.content.headings import title_of
from lms.content.references import Outside, resolve, targets
from lms.content.served import served_type
from lms.content.slugs import slugify, unique
from lms.domain.course import Page


def find_page(files: CourseFiles, text: str) -> PurePosixPath:
    """Return the page that an author named; the suffix may be left out.

    :raises BadFile: when there is no such page.
    """
    if PurePosixPath(text).suffix in PAGE_SUFFIXES:
        return files.find(text)
    for suffix in PAGE_SUFFIXES:
        if (files.folder / f"{text}{suffix}").is_file():
            return files.find(text + suffix)
    raise BadFile(
        f"la page « {text} » n’existe pas dans le dossier du cours "
        "(un fichier « .md » ou « .ipynb » est attendu)."
    )


def read_page(
    files: CourseFiles, path: PurePosixPath, *, title: str, taken: Iterable[str]
) -> Page:
    """Return the page of a file.

    :param title: the one that the table of contents gives; empty takes the page's own.
    :param taken: slugs of the module's other pages.
    :raises BadFile: when the file cannot be read, or is a graded notebook.
    """
    _refuse_graded(files, path)
    prose = prose_of(files, path)
    return Page(
        path=path,
        slug=unique(slugify(path.stem), set(taken)),
        title=title or title_of(prose) or path.stem.replace("-", " ").capitalize(),
    )


def prose_of(files: CourseFiles, path: PurePosixPath) -> str:
    """Return the Markdown of a page, or that of a notebook's text cells.

    :raises BadFile: when the file cannot be read.
    """
    data = files.read(path)
    if path.suffix == ".ipynb" or is_graded_text(data, path):
        cells = _cells(data, path)
        return "\n\n".join(cell.source for cell in cells if cell.kind == "markdown")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile(f"« {path} » n’est pas encodé en UTF-8 (ligne {line}).") from None


def _refuse_graded(files: CourseFiles, path: PurePosixPath) -> None:
    data = files.read(path)
    is_text = path.suffix in FORMATS
    if is_graded_text(data, path) if is_text else any(c.role for c in _cells(data, path)):
        raise Unservable(
            f"« {path} » est un carnet noté : ses solutions seraient montrées. Déclarez-le "
            "sous « assignments » dans « course.yml » ; il n’est pas servi comme leçon."
        )


def _cells(data: bytes, path: PurePosixPath) -> tuple[Cell, ...]:
    try:
        return read_source(data, path).cells
    except UnreadableNotebook as error:
        raise BadFile(f"« {path} » : {error}") from error


def named_files(files: CourseFiles, path: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the images and data of the course that a page names, where they may be served.

    What cannot be served is left to the check of the rendered page, which knows its place.
    """
    for target in targets(prose_of(files, path)):
        try:
            found = resolve(target, page=path)
            if found is not None and served_type(found) is not None:
                yield files.find(str(found))
        except (Outside, BadFile):
            continue
