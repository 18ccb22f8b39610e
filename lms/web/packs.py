"""A module to read without the network: one ZIP of pages, notebooks and data."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, g, render_template, send_file
from flask_babel import get_locale

from lms.catalogue import packs
from lms.catalogue.addresses import file_address, glossary_address, page_address
from lms.config import MIB
from lms.content.kept import keep
from lms.content.lessons import RENDERER
from lms.content.offline import FILES, Relinker
from lms.domain.access import Action, require
from lms.domain.course import Course, Module, Page
from lms.errors import Unavailable
from lms.services import catalogue
from lms.web import asking, reading
from lms.web.context import site

bp = Blueprint("packs", __name__, url_prefix="/cours/<course_slug>/<module_id>")

#: Raise it when the same module is to give another pack.
VERSION = "1"
MAX_BYTES = 40 * MIB
GLOSSARY = "glossaire.html"
STYLES = Path(__file__).parents[1] / "static"
SHEETS = ("vendor/pico/pico.min.css", "css/garrigue.css", "css/path.css", "css/print.css")

#: The same for all files, so that the same content is the same ZIP.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A ZIP that is ready."""

    path: Path
    size_bytes: int


class _Packing:
    """The files of a pack, up to a size."""

    def __init__(self) -> None:
        self.left_out: list[str] = []
        self._bytes = BytesIO()
        self._zip = zipfile.ZipFile(self._bytes, "w", zipfile.ZIP_DEFLATED)
        self._size = 0

    def add(self, name: str, data: bytes) -> None:
        """Add a file; one that would make the pack too large is only named."""
        if self._size + len(data) > MAX_BYTES:
            self.left_out.append(name)
            return
        self._size += len(data)
        info = zipfile.ZipInfo(name, date_time=EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, data)

    def done(self) -> bytes:
        """Return the ZIP."""
        self._zip.close()
        return self._bytes.getvalue()


@bp.get("/hors-ligne.zip")
def download(course_slug: str, module_id: str) -> Response:
    """Give the module as a ZIP, streamed from the disk."""
    require(g.actor, Action.READ_COURSE, catalogue.subject_of(g.session, course_slug))
    course = site().library.course(course_slug)
    module = reading.module_named(course, module_id)
    pack = pack_of(course, module)
    return send_file(
        pack.path,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{course.slug}-{module.id}.zip",
        etag=pack.path.stem,
        conditional=True,
    )


def pack_of(course: Course, module: Module) -> Pack:
    """Return a module's pack: made once for each form of the course and each language.

    :raises Unavailable: if there is no room on the disk to keep it.
    """
    name = "\0".join(
        (VERSION, RENDERER, _styles_hash(), str(get_locale()), course.content_hash, module.id)
    )
    path = reading.cache() / "packs" / f"{hashlib.sha256(name.encode()).hexdigest()}.zip"
    if not path.is_file():
        keep(path, _made(course, module))
    try:
        return Pack(path=path, size_bytes=path.stat().st_size)
    except OSError as error:
        raise Unavailable(
            "Ce module ne peut pas être préparé pour le moment : réessayez plus tard."
        ) from error


def _made(course: Course, module: Module) -> bytes:
    packing = _Packing()
    names = {page_address(course, module, page): f"{page.slug}.html" for page in module.pages}
    if course.glossary is not None:
        names[glossary_address(course)] = GLOSSARY
    for found in packs.exercises_of(module):
        names[f"/cours/{course.slug}/exercices/{found.assignment.id}/"] = found.notebook
    links = Relinker(names=names, files_at=file_address(course, PurePosixPath()).rstrip("."))
    for sheet in SHEETS:
        packing.add(f"style/{PurePosixPath(sheet).name}", (STYLES / sheet).read_bytes())
    for name, html in _pages(course, module, links):
        packing.add(name, html.encode())
    library = site().library
    for needed in sorted(links.needed):
        path = PurePosixPath(needed)
        packing.add(f"{FILES}/{needed}", library.read(course, path))
    for name, notebook in packs.notebooks_of(course, module, library):
        packing.add(name, notebook)
    for name, path in packs.data_of(module):
        packing.add(name, library.read(course, path))
    index = render_template(
        "packs/module.html",
        course=course,
        module=module,
        sheets=[PurePosixPath(sheet).name for sheet in SHEETS],
        exercises=packs.exercises_of(module),
        left_out=packing.left_out,
        glossary=GLOSSARY if course.glossary else "",
    )
    packing.add("index.html", index.encode())
    return packing.done()


def _pages(course: Course, module: Module, links: Relinker) -> Iterator[tuple[str, str]]:
    """Yield the lessons and the glossary as files of HTML."""
    shared = {
        "course": course,
        "module": module,
        "sheets": [PurePosixPath(sheet).name for sheet in SHEETS],
    }
    around = (None, *module.pages, None)
    for position, page in enumerate(module.pages):
        yield (
            f"{page.slug}.html",
            render_template(
                "packs/lesson.html",
                page=page,
                html=links.relinked(_html(course, page)),
                before=around[position],
                after=around[position + 2],
                **shared,
            ),
        )
    if course.glossary is not None:
        html = links.relinked(reading.rendered(course, course.glossary).html)
        yield GLOSSARY, render_template("packs/glossary.html", html=html, **shared)


def _html(course: Course, page: Page) -> str:
    """Return a lesson without its questions: their text has the answers."""
    return asking.rendered_page(course, page, asking.activity_of(course, page)).html


@cache
def _styles_hash() -> str:
    digest = hashlib.sha256(b"".join((STYLES / sheet).read_bytes() for sheet in SHEETS))
    return digest.hexdigest()
