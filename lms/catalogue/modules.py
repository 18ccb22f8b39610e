"""The modules of a course: those that `course.yml` declares, else those of its outline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from lms.catalogue.assignments import ID, read_assignment
from lms.catalogue.files import BadFile, CourseFiles, Unservable
from lms.catalogue.pages import find_page, read_page
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Located, Section
from lms.catalogue.toc import Entry, Outline
from lms.content.slugs import slugify, unique
from lms.domain.course import Assignment, Module, Page
from lms.domain.marks import OUR_RULES, ScoreRules

#: Words that stand where a module's id stands in addresses.
RESERVED = ("exercices", "fichiers", "glossaire", "recherche", "competences", "publication")


def outlined_modules(
    files: CourseFiles, outline: Outline, problems: list[CourseProblem]
) -> tuple[Module, ...]:
    """Return one module for each entry at the top of the table of contents."""
    modules: list[Module] = []
    for part in outline.parts:
        pages = _pages(files, part.entries, outline.file, problems)
        if pages:
            title = part.title or pages[0].title
            taken = {*RESERVED, *(module.id for module in modules)}
            modules.append(Module(id=unique(slugify(title), taken), title=title, pages=pages))
    if not modules and not problems:
        message = "la table des matières ne nomme aucune page."
        problems.append(CourseProblem(file=outline.file, message=message))
    return tuple(modules)


def declared_modules(
    files: CourseFiles,
    declared: Section,
    outline: Outline | None,
    problems: list[CourseProblem],
    *,
    glossary: PurePosixPath | None = None,
    score_rules: ScoreRules = OUR_RULES,
) -> tuple[Module, ...]:
    """Return the modules of `course.yml`.

    :param glossary: the page of the outline that is in no module on purpose.
    :param score_rules: what assignments may name as `score`.
    """
    section = declared.section("modules")
    if section is None:
        return ()
    found = [section.section(name) for name in section]
    modules = tuple(
        _module(files, module, outline, problems, score_rules)
        for module in found
        if module is not None
    )
    _check_ids(section, modules)
    _check_unlocking(section, modules)
    if outline is not None:
        _warn_of_forgotten_pages(modules, outline, problems, glossary)
    return modules


def _module(
    files: CourseFiles,
    declared: Section,
    outline: Outline | None,
    problems: list[CourseProblem],
    score_rules: ScoreRules,
) -> Module:
    declared.only("title", "weeks", "pages", "assignments")
    module_id = declared.key.rpartition(".")[2]
    if not ID.match(module_id) or module_id in RESERVED:
        declared.note(
            "un identifiant de module ne contient que des minuscules sans accent, des chiffres "
            "et des tirets, et n’est aucun des mots que le site utilise : "
            f"{', '.join(RESERVED)}."
        )
    title = declared.text("title", is_required=True)
    entries: Iterable[Entry] = [Entry(file=item) for item in declared.texts("pages")]
    if "pages" not in declared and outline is not None:
        entries = next((part.entries for part in outline.parts if part.title == title), ())
    weeks = declared.number("weeks", 0, least=1, most=104, is_whole=True)
    titles = _outlined_titles(outline)
    return Module(
        id=module_id,
        title=title or module_id,
        weeks=int(weeks) or None,
        pages=_pages(files, entries, declared.file, problems, titles=titles),
        assignments=_assignments(files, declared, module_id, problems, score_rules),
    )


def _assignments(
    files: CourseFiles,
    declared: Section,
    module_id: str,
    problems: list[CourseProblem],
    score_rules: ScoreRules,
) -> tuple[Assignment, ...]:
    section = declared.section("assignments")
    if section is None:
        return ()
    entries = (section.section(name) for name in section)
    read = (
        read_assignment(
            files, entry, module_id=module_id, problems=problems, score_rules=score_rules
        )
        for entry in entries
        if entry is not None
    )
    return tuple(assignment for assignment in read if assignment is not None)


def _pages(
    files: CourseFiles,
    entries: Iterable[Entry],
    source: str,
    problems: list[CourseProblem],
    titles: dict[str, str] | None = None,
) -> tuple[Page, ...]:
    pages: list[Page] = []
    for entry in entries:
        try:
            path = find_page(files, entry.file.text)
            title = entry.title or (titles or {}).get(_stem(entry.file), "")
            taken = [page.slug for page in pages]
            pages.append(read_page(files, path, title=title, taken=taken))
        except BadFile as error:
            problems.append(
                CourseProblem(
                    file=source,
                    line=entry.file.line,
                    key=entry.file.text,
                    message=str(error),
                    is_warning=isinstance(error, Unservable),
                )
            )
    return tuple(pages)


def _outlined_titles(outline: Outline | None) -> dict[str, str]:
    if outline is None:
        return {}
    return {_stem(e.file): e.title for part in outline.parts for e in part.entries if e.title}


def _stem(file: Located) -> str:
    return str(PurePosixPath(file.text).with_suffix("")) if file.text else ""


def _check_ids(section: Section, modules: tuple[Module, ...]) -> None:
    seen: dict[str, str] = {}
    for module in modules:
        for assignment in module.assignments:
            if assignment.id in seen:
                section.note(
                    f"l’identifiant d’exercice « {assignment.id} » est déjà pris dans le "
                    f"module « {seen[assignment.id]} » ; il doit être unique dans le cours.",
                    name=module.id,
                )
            seen.setdefault(assignment.id, module.id)


def _check_unlocking(section: Section, modules: tuple[Module, ...]) -> None:
    assignments = [found for module in modules for found in module.assignments]
    after = {found.id: found.opens.after for found in assignments if found.opens}
    for found in assignments:
        if found.opens is None:
            continue
        if found.opens.after not in {other.id for other in assignments}:
            section.note(
                f"« {found.id} » s’ouvre après « {found.opens.after} », qui n’est aucun "
                "exercice du cours.",
                name=found.module_id,
            )
        elif _is_in_a_ring(found.id, after):
            section.note(
                f"« {found.id} » ne peut jamais s’ouvrir : les règles « opens » tournent en "
                "rond.",
                name=found.module_id,
            )


def _is_in_a_ring(start: str, after: dict[str, str]) -> bool:
    found: str | None = start
    for _ in after:
        found = after.get(found) if found else None
        if found == start:
            return True
    return False


def _warn_of_forgotten_pages(
    modules: tuple[Module, ...],
    outline: Outline,
    problems: list[CourseProblem],
    glossary: PurePosixPath | None,
) -> None:
    shown = {str(page.path.with_suffix("")) for module in modules for page in module.pages}
    shown |= {
        str(found.notebook.with_suffix(""))
        for module in modules
        for found in module.assignments
    }
    shown |= {str(glossary.with_suffix(""))} if glossary else set()
    for part in outline.parts:
        for entry in part.entries:
            if entry.file.text and _stem(entry.file) not in shown:
                problems.append(
                    CourseProblem(
                        file=outline.file,
                        line=entry.file.line,
                        key=entry.file.text,
                        message="cette page n’est dans aucun module de « course.yml » : elle "
                        "n’est pas servie.",
                        is_warning=True,
                    )
                )
