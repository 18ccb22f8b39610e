"""A course, a module or an assignment is begun on disk; nothing that stands there is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from graders.notebooks.text import write_source
from lms.authoring import files
from lms.authoring.files import Named
from lms.authoring.insertion import add_entry, add_item
from lms.catalogue.assignments import ID
from lms.catalogue.modules import RESERVED
from lms.catalogue.read import COURSE_FILE
from lms.errors import Conflict, Invalid, NotFound

BOOK_FILE = "myst.yml"


def begin_course(folder: Path, course: Named) -> list[Path]:
    """Make the folder of a course with one module and one assignment; return its files.

    :param folder: of the course itself; its name is the course's.
    :raises Conflict: if something stands there already.
    :raises Invalid: if the name cannot be used.
    """
    _refuse_name(course.id)
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(
            "%(folder)s existe déjà et n’est pas vide : choisissez un autre nom.", folder=folder
        )
    module = Named(id=files.MODULE, title="Premiers pas")
    text = add_entry(
        files.course_file(course), ["modules"], module.id, files.module_entry(module)
    )
    written = _write(
        folder,
        {
            COURSE_FILE: text,
            BOOK_FILE: files.book_file(course, module),
            f"{module.id}/introduction.md": files.lesson(module),
        },
    )
    first = Named(id=f"{module.id}-1", title="Premiers pas, exercice 1")
    return written + begin_assignment(folder, module.id, first)


def begin_module(folder: Path, module: Named) -> list[Path]:
    """Add a module with one lesson to a course; return the files that changed.

    :raises NotFound: if the folder is no course with `course.yml`.
    :raises Conflict: if the module is there already.
    :raises Invalid: if the name cannot be used, or a file has to be changed by hand.
    """
    _refuse_name(module.id)
    if module.id in RESERVED:
        raise Invalid(
            "Le site utilise déjà le mot « %(name)s » : choisissez-en un autre.", name=module.id
        )
    text = add_entry(_course(folder), ["modules"], module.id, files.module_entry(module))
    changed = {COURSE_FILE: text}
    if (folder / BOOK_FILE).is_file():
        book = (folder / BOOK_FILE).read_text(encoding="utf-8")
        changed[BOOK_FILE] = add_item(book, ["project", "toc"], files.book_part(module))
    page = f"{module.id}/introduction.md"
    if not (folder / page).exists():
        changed[page] = files.lesson(module)
    return _write(folder, changed)


def begin_assignment(
    folder: Path, module_id: str, assignment: Named, *, suffix: str = ".ipynb"
) -> list[Path]:
    """Add a graded notebook to a module; return the files that changed.

    :param suffix: `.ipynb`, `.md` (MyST) or `.py` (percent).
    :raises NotFound: if there is no such course or module.
    :raises Conflict: if the assignment or its file is there already.
    :raises Invalid: if the name cannot be used, or `course.yml` has to be changed by hand.
    """
    _refuse_name(assignment.id)
    text = _course(folder)
    modules = (yaml.safe_load(text) or {}).get("modules") or {}
    if module_id not in modules:
        known = ", ".join(map(str, modules)) or "aucun"
        raise NotFound(
            "Le module « %(module_id)s » n’existe pas. Modules du cours : %(known)s.",
            module_id=module_id,
            known=known,
        )
    for other in modules.values():
        if assignment.id in ((other or {}).get("assignments") or {}):
            raise Conflict(
                "L’exercice « %(name)s » existe déjà dans ce cours.", name=assignment.id
            )
    stem = f"{module_id}/{assignment.id}"
    for taken in (folder / f"{stem}{end}" for end in (".ipynb", ".md", ".py", ".wrong.yml")):
        if taken.exists():
            raise Conflict(
                "%(taken)s existe déjà : choisissez un autre identifiant.", taken=taken
            )
    entry = files.assignment_entry(module_id, assignment, suffix)
    return _write(
        folder,
        {
            COURSE_FILE: add_entry(
                text, ["modules", module_id, "assignments"], assignment.id, entry
            ),
            f"{stem}{suffix}": write_source(files.notebook(assignment), suffix),
            f"{stem}.wrong.yml": files.WRONG_ANSWERS,
        },
    )


def _refuse_name(name: str) -> None:
    if not ID.match(name):
        raise Invalid(
            "« %(name)s » ne convient pas : des minuscules sans accent, des chiffres et des "
            "tirets, comme « premiers-pas ».",
            name=name,
        )


def _course(folder: Path) -> str:
    try:
        return (folder / COURSE_FILE).read_text(encoding="utf-8")
    except OSError:
        raise NotFound(
            "%(folder)s n’a pas de « %(course_file)s » : « garrigue new course »"
            " en commence un.",
            folder=folder,
            course_file=COURSE_FILE,
        ) from None


def _write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    written = [folder / name for name in texts]
    for path, text in zip(written, texts.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return written
