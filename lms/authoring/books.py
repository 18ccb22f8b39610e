"""A Jupyter Book given a `course.yml`: its chapters become modules, its graded notebooks
assignments; what the site does not show is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import yaml

from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.text import read_source
from lms.authoring.files import quoted
from lms.catalogue.documents import read_document
from lms.catalogue.files import BadFile, CourseFiles
from lms.catalogue.modules import RESERVED
from lms.catalogue.pages import find_page, prose_of
from lms.catalogue.problems import CourseProblem
from lms.catalogue.read import COURSE_FILE
from lms.catalogue.toc import Entry, Outline, Part, read_outline
from lms.content.headings import title_of
from lms.content.slugs import slugify, unique
from lms.errors import Conflict, NotFound

CONFIG = "_config.yml"
MIN_BOOK = 2


@dataclass(frozen=True, kw_only=True)
class _Module:
    """One chapter that becomes a module.

    :param assignments: graded notebooks by the id that they get.
    """

    id: str
    title: str
    pages: tuple[str, ...]
    assignments: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class BookPlan:
    """What an import would write, and what is not carried over."""

    text: str
    modules: int
    pages: int
    assignments: int
    left_out: tuple[CourseProblem, ...]


def plan_book(folder: Path) -> BookPlan:
    """Return the `course.yml` of a book; nothing is written.

    :raises NotFound: if the folder has no table of contents that can be read.
    :raises Conflict: if it has a `course.yml` already.
    """
    if (folder / COURSE_FILE).exists():
        raise Conflict(
            "%(folder)s a déjà un « %(course_file)s » : c’est déjà un cours.",
            folder=folder,
            course_file=COURSE_FILE,
        )
    problems: list[CourseProblem] = []
    outline = read_outline(folder, problems)
    if outline is None:
        said = "".join(f"\n  {problem}" for problem in problems)
        raise NotFound(
            "%(folder)s n’a ni « myst.yml » ni « _toc.yml » que l’on puisse lire.%(said)s",
            folder=folder,
            said=said,
        )
    files = CourseFiles(folder)
    modules = tuple(_modules(files, outline, problems))
    problems += _left_out(folder, outline)
    title, language = _title_and_language(folder, outline)
    return BookPlan(
        text=_text(title, language, modules),
        modules=len(modules),
        pages=sum(len(module.pages) for module in modules),
        assignments=sum(len(module.assignments) for module in modules),
        left_out=tuple(problems),
    )


def _modules(
    files: CourseFiles, outline: Outline, problems: list[CourseProblem]
) -> Iterator[_Module]:
    taken, ids = set(RESERVED), set[str]()
    for part in outline.parts:
        found = _module(files, part, outline.file, ids, problems)
        if found is not None:
            id = unique(found.id, taken)
            taken.add(id)
            yield replace(found, id=id)


def _module(
    files: CourseFiles, part: Part, toc: str, ids: set[str], problems: list[CourseProblem]
) -> _Module | None:
    pages: list[str] = []
    assignments: dict[str, str] = {}
    title = part.title
    for entry in part.entries:
        path = _found(files, entry, toc, problems)
        if path is None:
            continue
        title = title or entry.title or title_of(prose_of(files, path)) or path.stem
        if _is_graded(files, path):
            id = unique(slugify(path.stem), ids)
            ids.add(id)
            assignments[id] = str(path)
        else:
            pages.append(str(path))
    if not pages and not assignments:
        return None
    return _Module(id=slugify(title), title=title, pages=tuple(pages), assignments=assignments)


def _found(
    files: CourseFiles, entry: Entry, toc: str, problems: list[CourseProblem]
) -> PurePosixPath | None:
    try:
        path = find_page(files, entry.file.text)
        prose_of(files, path)
    except BadFile as error:
        problems.append(CourseProblem(file=toc, line=entry.file.line, message=str(error)))
        return None
    return path


def _is_graded(files: CourseFiles, path: PurePosixPath) -> bool:
    data = files.read(path)
    if path.suffix == ".md" and b"nbgrader" not in data:
        return False
    try:
        return any(cell.role for cell in read_source(data, path).cells)
    except UnreadableNotebook:
        return False


def _left_out(folder: Path, outline: Outline) -> Iterator[CourseProblem]:
    """Yield what the book has and the site does not take from it."""
    said = _yaml(folder / outline.file)
    for url in _urls(said):
        yield CourseProblem(
            file=outline.file,
            message=f"l’adresse « {url} » n’est pas une page : citez-la dans une leçon.",
        )
    config = _yaml(folder / CONFIG)
    for key in ("execute", "sphinx", "parse", "launch_buttons", "bibtex_bibfiles", "html"):
        if config.get(key):
            yield CourseProblem(
                file=CONFIG, key=key, message="ce réglage du livre n’est pas repris."
            )
    for path in sorted(folder.rglob("*.rst")):
        if not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts):
            yield CourseProblem(
                file=str(path.relative_to(folder)),
                message="les pages reStructuredText ne sont pas lues : convertissez-la en "
                "Markdown (rst2myst convert).",
            )


def _urls(said: object) -> Iterator[str]:
    if isinstance(said, dict):
        if isinstance(said.get("url"), str):
            yield said["url"]
        for value in said.values():
            yield from _urls(value)
    elif isinstance(said, list):
        for value in said:
            yield from _urls(value)


def _yaml(path: Path) -> dict[str, object]:
    """Return what a file of the book says; nothing where it cannot be read safely."""
    problems: list[CourseProblem] = []
    if not path.is_file() or read_document(path, name=path.name, problems=problems) is None:
        return {}
    said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    return said if isinstance(said, dict) else {}


def _title_and_language(folder: Path, outline: Outline) -> tuple[str, str]:
    config = _yaml(folder / CONFIG)
    sphinx = config.get("sphinx")
    options = sphinx.get("config") if isinstance(sphinx, dict) else None
    language = options.get("language") if isinstance(options, dict) else None
    title = outline.title or str(config.get("title") or "") or folder.name
    return title, language if isinstance(language, str) and len(language) == MIN_BOOK else "fr"


def _text(title: str, language: str, modules: tuple[_Module, ...]) -> str:
    lines = [
        "# Ce que le livre ne sait pas dire. Écrit par « garrigue import jupyter-book » ;",
        "# toutes les clés sont décrites dans courses/README.md et docs/formateurs.md.",
        f"title: {quoted(title)}",
        f"language: {language}",
        "# Les compétences viennent de référentiels (dossier « referentiels », à côté) :",
        "# referentials: [rncp37827]",
        "# glossary: glossaire.md",
        "modules:",
    ]
    for module in modules:
        lines += [f"  {module.id}:", f"    title: {quoted(module.title)}", "    # weeks: 1"]
        if module.pages:
            lines += ["    pages:", *(f"      - {quoted(page)}" for page in module.pages)]
        if module.assignments:
            lines.append("    assignments:")
        for id, path in module.assignments.items():
            lines += [
                f"      {id}:",
                f"        notebook: {quoted(path)}",
                "        # due: semaine-1",
                "        # attempts: 3",
            ]
    return "\n".join(lines) + "\n"
