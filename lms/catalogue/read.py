"""A course folder to a frozen course, with every problem found on the way."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lms.catalogue.assignments import ID
from lms.catalogue.documents import read_document
from lms.catalogue.files import BadFile, CourseFiles
from lms.catalogue.modules import declared_modules, outlined_modules
from lms.catalogue.pages import named_files
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section
from lms.catalogue.toc import TOC_FILES, Outline, read_outline
from lms.content.served import is_image, served_type
from lms.domain.course import Course, Module

COURSE_FILE = "course.yml"
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
KEYS = ("title", "description", "language", "referentials", "modules")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading one course folder.

    :param course: None when there is an error among the problems.
    """

    slug: str
    course: Course | None
    problems: tuple[CourseProblem, ...]


def is_course(folder: Path) -> bool:
    """Return whether a folder is meant to be a course."""
    names = (COURSE_FILE, *TOC_FILES)
    return not folder.name.startswith(".") and any((folder / name).is_file() for name in names)


def read_course(folder: Path, *, slug: str = "") -> Reading:
    """Return the course that a folder holds, or all that keeps it from being one.

    :param slug: the course's; empty takes the folder's name.
    """
    slug = slug or folder.name
    problems: list[CourseProblem] = []
    files = CourseFiles(folder)
    if not ID.match(slug):
        problems.append(
            CourseProblem(
                file=slug,
                message="le nom du dossier d’un cours ne contient que des minuscules sans "
                "accent, des chiffres et des tirets.",
            )
        )
    outline = read_outline(folder, problems)
    declared = _declared(folder, outline, problems)
    course = _course(files, slug, outline, declared, problems)
    has_error = any(not problem.is_warning for problem in problems)
    return Reading(slug=slug, course=None if has_error else course, problems=tuple(problems))


def _declared(
    folder: Path, outline: Outline | None, problems: list[CourseProblem]
) -> Section | None:
    if (folder / COURSE_FILE).is_file():
        return read_document(folder / COURSE_FILE, name=COURSE_FILE, problems=problems)
    if outline is None and not problems:
        message = "ce dossier n’a ni « course.yml », ni « myst.yml », ni « _toc.yml »."
        problems.append(CourseProblem(file=folder.name, message=message))
    return None


def _course(
    files: CourseFiles,
    slug: str,
    outline: Outline | None,
    declared: Section | None,
    problems: list[CourseProblem],
) -> Course:
    title = outline.title if outline else ""
    language = "fr"
    referentials: tuple[str, ...] = ()
    if declared is not None:
        declared.only(*KEYS)
        title = declared.text("title", is_required=not title) or title
        language = _language(declared)
        referentials = tuple(item.text for item in declared.texts("referentials"))
    if declared is not None and "modules" in declared:
        modules = declared_modules(files, declared, outline, problems)
    else:
        modules = outlined_modules(files, outline, problems) if outline else ()
    assets = _assets(files, modules)
    for name in (COURSE_FILE, *TOC_FILES):
        if (files.folder / name).is_file():
            _remember(files, PurePosixPath(name))
    return Course(
        slug=slug,
        title=title or slug,
        content_hash=_content_hash(files),
        modules=modules,
        referentials=referentials,
        language=language,
        files=dict(sorted(files.hashes.items())),
        assets=assets,
    )


def _language(declared: Section) -> str:
    found = declared.text("language") or "fr"
    if not LANGUAGE.match(found):
        declared.note(
            "un code de langue est attendu, tel que « fr » ou « en ».", name="language"
        )
        return "fr"
    return found


def _assets(files: CourseFiles, modules: tuple[Module, ...]) -> frozenset[PurePosixPath]:
    """Return the images and data that pages name, images of assignments, and their data."""
    found: set[PurePosixPath] = set()
    for module in modules:
        for page in module.pages:
            found.update(named_files(files, page.path))
        for assignment in module.assignments:
            named = named_files(files, assignment.notebook)
            found.update(path for path in named if is_image(path))
            found.update(path for path in assignment.data if served_type(path))
    return frozenset(path for path in found if _remember(files, path))


def _remember(files: CourseFiles, path: PurePosixPath) -> bool:
    try:
        files.hash(path)
    except BadFile:
        return False
    return True


def _content_hash(files: CourseFiles) -> str:
    lines = (f"{path}\0{digest}\n" for path, digest in sorted(files.hashes.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
