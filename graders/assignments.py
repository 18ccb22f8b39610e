"""Assignments on disk: a notebook alone, or the ones that a course's sidecar names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from graders.notebooks.autotest import TEMPLATE_FILES
from graders.notebooks.errors import Problem, UnreadableNotebook, UnusableAssignment
from graders.notebooks.files import room_path
from graders.notebooks.text import SUFFIXES, is_graded_text, source_bytes
from graders.protocol import MIB, GradeRequest, Limits

SIDECAR = "course.yml"
MAX_FILES = 1000
#: How a table of results begins; one that lies beside an assignment is no data of it.
RESULTS_HEAD = ("rendu", "résultat", "points", "maximum")
AUTHORS_FILES = (".wrong.yml", ".accepted.yml", ".ipynb")


class UnusableFolder(Exception):
    """The files around an assignment cannot be used; `str(error)` says why, in French."""


@dataclass(frozen=True, kw_only=True)
class AssignmentFile:
    """One assignment's notebook with what its runs may use.

    :param files: path in the room, relative to the notebook's folder, to the file here.
    """

    name: str
    notebook: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def source(self) -> bytes:
        """The author's notebook as `.ipynb`, whatever the form in which it is kept.

        :raises UnusableAssignment: if it cannot be read.
        """
        try:
            return source_bytes(self.notebook.read_bytes(), self.notebook)
        except UnreadableNotebook as refusal:
            raise UnusableAssignment([Problem(cell=0, reason=str(refusal))]) from refusal

    def request(self, submission: bytes) -> GradeRequest:
        """Return what grades a submission against the assignment."""
        return GradeRequest(
            assignment=self.source,
            submission=submission,
            files=self.files,
            limits=self.limits,
        )


def find_assignment(notebook: Path, *, without: Iterable[Path] = ()) -> AssignmentFile:
    """Return the assignment as its course declares it; else with the files beside it.

    :param without: files and folders beside it that are no data, such as submissions.
    :raises UnusableFolder: if the sidecar cannot be read or too many files stand beside.
    """
    notebook = notebook.resolve()
    for folder in list(notebook.parents)[:5]:
        if (folder / SIDECAR).is_file():
            for found in course_assignments(folder):
                if found.notebook == notebook:
                    return found
    files = files_beside(notebook, without=without)
    if not files.keys() & set(TEMPLATE_FILES):
        files |= _template_of_course(notebook)
    return AssignmentFile(name=notebook.stem, notebook=notebook, files=files)


def _template_of_course(notebook: Path) -> dict[str, Path]:
    """Return the AUTOTEST template of nbgrader's course, for `source/<assignment>/`."""
    root = notebook.parent.parent.parent
    if notebook.parent.parent.name != "source":
        return {}
    return {name: root / name for name in TEMPLATE_FILES if (root / name).is_file()}


def course_assignments(folder: Path) -> tuple[AssignmentFile, ...]:
    """Return the assignments that the course's sidecar names, in their order.

    :raises UnusableFolder: if the sidecar cannot be read.
    """
    try:
        said = yaml.safe_load((folder / SIDECAR).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UnusableFolder(f"{folder / SIDECAR} est illisible\u00a0: {error}") from error
    return tuple(
        _declared(folder.resolve(), name, assignment)
        for module in _mapping(_mapping(said).get("modules")).values()
        for name, assignment in _mapping(_mapping(module).get("assignments")).items()
        if isinstance(assignment, dict) and isinstance(assignment.get("notebook"), str)
    )


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _declared(folder: Path, name: object, said: Mapping[str, Any]) -> AssignmentFile:
    notebook = (folder / said["notebook"]).resolve()
    data = said.get("data")
    paths = [(folder / str(path)).resolve() for path in data] if isinstance(data, list) else []
    if not all(path.is_relative_to(folder) for path in (notebook, *paths)):
        raise UnusableFolder(f"{name}\u00a0: un fichier se trouve hors du dossier du cours")
    return AssignmentFile(
        name=str(name),
        notebook=notebook,
        files={_in_room(folder, notebook, path): path for path in paths},
        limits=_limits(_mapping(said.get("run"))),
    )


def _in_room(folder: Path, notebook: Path, path: Path) -> str:
    places = (PurePosixPath(each.relative_to(folder)) for each in (notebook, path))
    return room_path(*places)


def _limits(run: Mapping[str, Any]) -> Limits:
    limits = Limits()
    wall_s, cpu_s, memory = (run.get(key) for key in ("wall_s", "cpu_s", "memory_mib"))
    if isinstance(wall_s, int | float) and wall_s > 0:
        limits = replace(limits, wall_s=float(wall_s))
    if isinstance(cpu_s, int) and cpu_s > 0:
        limits = replace(limits, cpu_s=cpu_s)
    if isinstance(memory, int) and memory > 0:
        limits = replace(limits, memory_bytes=memory * MIB)
    return limits


def files_beside(notebook: Path, *, without: Iterable[Path] = ()) -> dict[str, Path]:
    """Return the data files in the notebook's folder and below it, hidden ones left out.

    :param without: files and folders to leave out; a folder that holds the notebook is not.
    :raises UnusableFolder: if there are too many for a room.
    """
    files: dict[str, Path] = {}
    left_out = {path.resolve() for path in without} - {*notebook.resolve().parents}
    for path in _walk(notebook.parent, left_out):
        files[str(path.relative_to(notebook.parent))] = path
        if len(files) > MAX_FILES:
            raise UnusableFolder(
                f"Plus de {MAX_FILES} fichiers dans «\u00a0{notebook.parent}\u00a0»\u00a0: "
                "mettez le carnet dans un dossier à lui, avec ses seules données."
            )
    return files


def _walk(folder: Path, left_out: Set[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")) or path.is_symlink():
            continue
        if path.resolve() in left_out:
            continue
        if path.is_dir():
            yield from _walk(path, left_out)
        elif path.is_file() and not _is_authors(path) and not _is_results(path):
            yield path


def _is_results(path: Path) -> bool:
    if path.suffix != ".csv":
        return False
    head = "\ufeff" + ";".join(RESULTS_HEAD)
    with path.open("rb") as file:
        return file.read(len(head.encode())) == head.encode()


def _is_authors(path: Path) -> bool:
    return path.name.endswith(AUTHORS_FILES) or (
        path.suffix in SUFFIXES and is_graded_text(path.read_bytes(), path)
    )
