"""What a module gives to work without the network: released notebooks with their data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from graders.notebooks.cells import write_notebook
from graders.notebooks.release import release
from graders.notebooks.text import read_source
from lms.catalogue.library import Library
from lms.domain.course import Assignment, Course, Module


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One assignment in a pack.

    :param notebook: where the learners' notebook stands in the pack.
    :param data: where its data files stand: the notebook's code finds them there.
    """

    assignment: Assignment
    notebook: str
    data: tuple[str, ...]


def exercises_of(module: Module) -> tuple[Exercise, ...]:
    """Return the assignments of a module with their places in the pack."""
    return tuple(
        Exercise(
            assignment=found,
            notebook=f"{_folder(found)}/{found.notebook.stem}.ipynb",
            data=tuple(f"{_folder(found)}/{name}" for name in found.room_files),
        )
        for found in module.assignments
    )


def notebooks_of(
    course: Course, module: Module, library: Library
) -> Iterator[tuple[str, bytes]]:
    """Yield the learners' notebooks: no solutions, no hidden tests."""
    for found in exercises_of(module):
        path = found.assignment.notebook
        source = read_source(library.read(course, path), path)
        yield found.notebook, write_notebook(release(source))


def data_of(module: Module) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield the place in the pack of each data file, and the file of the course."""
    for found in module.assignments:
        for name, path in found.room_files.items():
            yield f"{_folder(found)}/{name}", path


def _folder(assignment: Assignment) -> str:
    return f"exercices/{assignment.id}"
