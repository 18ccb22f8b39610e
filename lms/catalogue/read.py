"""A course folder to a frozen course, with every problem found on the way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from graders.notebooks.text import SUFFIXES
from lms.catalogue.assignments import ID
from lms.catalogue.documents import read_document
from lms.catalogue.files import BadFile, CourseFiles
from lms.catalogue.modules import declared_modules, outlined_modules
from lms.catalogue.pages import named_files, prose_of
from lms.catalogue.problems import CourseProblem
from lms.catalogue.questions import with_questions
from lms.catalogue.sections import Section
from lms.catalogue.toc import TOC_FILES, Outline, read_outline
from lms.content.glossary import slugs_of
from lms.content.served import is_image, served_type
from lms.domain.activities import ReadActivity, read_nothing
from lms.domain.course import Course, Module
from lms.domain.marks import OUR_RULES, ScoreRules

COURSE_FILE = "course.yml"
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
KEYS = ("title", "description", "language", "referentials", "glossary", "modules")


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


def read_course(
    folder: Path,
    *,
    slug: str = "",
    read_activity: ReadActivity = read_nothing,
    score_rules: ScoreRules = OUR_RULES,
) -> Reading:
    """Return the course that a folder holds, or all that keeps it from being one.

    :param slug: the course's; empty takes the folder's name.
    :param read_activity: finds the questions of a page.
    :param score_rules: what assignments may name as `score`.
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
    course = _course(files, slug, outline, declared, problems, read_activity, score_rules)
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
    read_activity: ReadActivity,
    score_rules: ScoreRules,
) -> Course:
    title = outline.title if outline else ""
    language = "fr"
    referentials: tuple[str, ...] = ()
    glossary: PurePosixPath | None = None
    if declared is not None:
        declared.only(*KEYS)
        title = declared.text("title", is_required=not title) or title
        language = _language(declared)
        referentials = tuple(item.text for item in declared.texts("referentials"))
        glossary = _glossary(files, declared)
    if declared is not None and "modules" in declared:
        modules = declared_modules(
            files, declared, outline, problems, glossary=glossary, score_rules=score_rules
        )
    else:
        modules = outlined_modules(files, outline, problems) if outline else ()
    modules = with_questions(files, modules, read_activity, problems)
    assets = _assets(files, modules, glossary)
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
        glossary=glossary,
        terms=frozenset(slugs_of(prose_of(files, glossary)) if glossary else ()),
    )


def _language(declared: Section) -> str:
    found = declared.text("language") or "fr"
    if not LANGUAGE.match(found):
        declared.note(
            "un code de langue est attendu, tel que « fr » ou « en ».", name="language"
        )
        return "fr"
    return found


def _glossary(files: CourseFiles, declared: Section) -> PurePosixPath | None:
    name = declared.text("glossary")
    if not name:
        return None
    try:
        found = files.find(name)
        prose_of(files, found)
    except BadFile as error:
        declared.note(str(error), name="glossary")
        return None
    return found


def _assets(
    files: CourseFiles, modules: tuple[Module, ...], glossary: PurePosixPath | None
) -> frozenset[PurePosixPath]:
    """Return the images and data that pages name, images of assignments, and their data."""
    found: set[PurePosixPath] = set(named_files(files, glossary) if glossary else ())
    for module in modules:
        for page in module.pages:
            found.update(named_files(files, page.path))
        for assignment in module.assignments:
            named = named_files(files, assignment.notebook)
            found.update(path for path in named if is_image(path))
            found.update(path for path in assignment.data if served_type(path))
    hidden = {file for module in modules for file in _authors_files(module)}
    return frozenset(path for path in found - hidden if _remember(files, path))


def _authors_files(module: Module) -> Iterator[PurePosixPath]:
    """Yield the forms in which a graded notebook may be kept: they hold its solutions."""
    for assignment in module.assignments:
        for suffix in SUFFIXES:
            yield assignment.notebook.with_suffix(suffix)


def _remember(files: CourseFiles, path: PurePosixPath) -> bool:
    try:
        files.hash(path)
    except BadFile:
        return False
    return True


def _content_hash(files: CourseFiles) -> str:
    lines = (f"{path}\0{digest}\n" for path, digest in sorted(files.hashes.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
