"""A whole nbgrader course folder, brought into the form of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graders.notebooks.cells import write_notebook
from graders.notebooks.errors import NotebookRefused, UnusableAssignment
from graders.notebooks.exercises import nearest_heading
from graders.notebooks.read import read_notebook
from graders.notebooks.upgrade import upgrade
from graders.notebooks.validate import refuse_unusable
from lms.authoring.files import Named, quoted
from lms.authoring.nbgrader_marks import Gradebook, read_gradebook
from lms.content.slugs import slugify, unique
from lms.errors import Conflict, NotFound

SOURCE = "source"
MODULE = "devoirs"


@dataclass(frozen=True, kw_only=True)
class ImportedNotebook:
    """One notebook that becomes an assignment.

    :param key: nbgrader's names of its assignment and of itself.
    :param data: files beside it, relative to the course.
    """

    key: tuple[str, str]
    named: Named
    path: str
    content: bytes
    data: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CoursePlan:
    """What an import would write.

    :param files: content by path, relative to the new course.
    :param refused: notebooks that cannot be used, with the reasons.
    """

    notebooks: tuple[ImportedNotebook, ...]
    files: Mapping[str, bytes]
    refused: Mapping[str, tuple[str, ...]]
    book: Gradebook | None = None
    ignored: tuple[str, ...] = field(default=())

    @property
    def titles(self) -> dict[tuple[str, str], str]:
        """Titles of the assignments, by nbgrader's names."""
        return {found.key: found.named.title for found in self.notebooks}


def plan_course(folder: Path, course: Named) -> CoursePlan:
    """Return what importing an nbgrader course folder would write; nothing is written.

    :raises NotFound: if the folder has no `source`.
    :raises Invalid: if its gradebook cannot be read.
    """
    if not (folder / SOURCE).is_dir():
        raise NotFound(
            "%(folder)s n’a pas de dossier « %(source)s » : ce n’est pas un cours nbgrader. "
            "Pour des carnets seuls, nommez-les.",
            folder=folder,
            source=SOURCE,
        )
    refused: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    taken: set[str] = set()
    notebooks: list[ImportedNotebook] = []
    for assignment in sorted(path for path in (folder / SOURCE).iterdir() if path.is_dir()):
        for found in _notebooks(assignment, taken, refused):
            notebooks.append(found)
            files[found.path] = found.content
        for path in _data(assignment):
            files[f"{_home(assignment)}/{path.relative_to(assignment)}"] = path.read_bytes()
    files["course.yml"] = _course_file(course, notebooks).encode()
    book = folder / "gradebook.db"
    return CoursePlan(
        notebooks=tuple(notebooks),
        files=files,
        refused=refused,
        book=read_gradebook(book) if book.is_file() else None,
        ignored=tuple(
            path.name
            for path in sorted(folder.iterdir())
            if path.name not in (SOURCE, "gradebook.db") and not path.name.startswith(".")
        ),
    )


def write_plan(plan: CoursePlan, target: Path) -> None:
    """Write the course.

    :raises Conflict: if something stands there already.
    """
    if target.exists() and any(target.iterdir()):
        raise Conflict(
            "%(target)s existe déjà et n’est pas vide : choisissez un autre dossier.",
            target=target,
        )
    for name, content in plan.files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


def _home(assignment: Path) -> str:
    return slugify(assignment.name)


def _notebooks(
    assignment: Path, taken: set[str], refused: dict[str, tuple[str, ...]]
) -> Iterator[ImportedNotebook]:
    paths = sorted(assignment.glob("*.ipynb"))
    data = tuple(
        f"{_home(assignment)}/{path.relative_to(assignment)}" for path in _data(assignment)
    )
    for path in paths:
        name = assignment.name if len(paths) == 1 else f"{assignment.name}-{path.stem}"
        try:
            notebook = upgrade(read_notebook(path.read_bytes()))
            refuse_unusable(notebook)
        except UnusableAssignment as refusal:
            refused[f"{assignment.name}/{path.name}"] = tuple(map(str, refusal.problems))
            continue
        except NotebookRefused as refusal:
            refused[f"{assignment.name}/{path.name}"] = (str(refusal),)
            continue
        id = unique(slugify(name), taken)
        taken.add(id)
        texts = (cell.source for cell in notebook.cells if cell.kind == "markdown")
        title = next(filter(None, map(nearest_heading, texts)), "")
        yield ImportedNotebook(
            key=(assignment.name, path.stem),
            named=Named(id=id, title=name if len(paths) > 1 or not title else title),
            path=f"{_home(assignment)}/{path.name}",
            content=write_notebook(notebook),
            data=data,
        )


def _data(assignment: Path) -> list[Path]:
    return [
        path
        for path in sorted(assignment.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.suffix != ".ipynb"
        and not any(part.startswith(".") for part in path.relative_to(assignment).parts)
    ]


def _course_file(course: Named, notebooks: list[ImportedNotebook]) -> str:
    lines = [
        "# Importé d’un cours nbgrader. Répartissez les exercices en modules, ajoutez",
        "# des leçons (pages), des échéances (due) : voyez docs/formateurs.md.",
        f"title: {quoted(course.title)}",
        "language: fr",
        "modules:",
        f"  {MODULE}:",
        "    title: Devoirs",
        "    assignments:",
    ]
    for found in notebooks:
        lines += [
            f"      {found.named.id}:",
            f"        title: {quoted(found.named.title)}",
            f"        notebook: {quoted(found.path)}",
            "        # due: semaine-1",
        ]
        if found.data:
            lines += ["        data:", *(f"          - {quoted(path)}" for path in found.data)]
    return "\n".join(lines) + "\n"
