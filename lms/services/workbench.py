"""The workbench of one notebook: its cells as the page shows them, and its exercises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graders.notebooks.cells import Notebook
from graders.notebooks.exercises import Exercise, group_exercises
from graders.notebooks.read import read_notebook
from graders.notebooks.release import ALL_HIDDEN
from lms.blobs import BlobStore
from lms.models import AssignmentVersion
from lms.services.submissions import TITLE


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One cell in which an exercise is answered.

    :param stub: what the learner received there.
    """

    id: str
    stub: str


@dataclass(frozen=True, kw_only=True)
class BenchExercise:
    """One exercise, with what « Vérifier » needs of it.

    :param has_tests: whether it has a test that learners see; else it is graded afterwards.
    :param last: id of its last cell: the result is shown after it.
    """

    id: str
    title: str
    answers: tuple[Answer, ...]
    has_tests: bool
    last: str

    def as_json(self) -> dict[str, Any]:
        """Return it as the page reads it."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class BenchCell:
    """One cell.

    :param place: `locked` (the author's), `answer` or `own`.
    :param html: a text cell as clean HTML; empty for code.
    :param is_hidden_test: it only says that tests run after handing in.
    :param exercise: the exercise that ends with this cell, if one does.
    """

    id: str
    kind: str
    source: str
    place: str
    html: str
    is_hidden_test: bool
    exercise: BenchExercise | None


def exercises_of(
    blobs: BlobStore, version: AssignmentVersion, cells: Sequence[Mapping[str, Any]]
) -> tuple[BenchExercise, ...]:
    """Return the exercises of a version, whose cells are found in a draft of it."""
    released: Notebook = read_notebook(blobs.get(version.released_hash))
    titles = {said["id"]: said["title"] for said in version.exercises}
    ids = {_grade_id(cell): str(cell["id"]) for cell in cells if _grade_id(cell)}
    return tuple(_exercise(found, titles, ids) for found in group_exercises(released))


def cells_of(
    cells: Iterable[Mapping[str, Any]],
    exercises: Iterable[BenchExercise],
    render: Callable[[str], str],
) -> tuple[BenchCell, ...]:
    """Return the cells of a draft as the page shows them.

    :param render: gives the clean HTML of a text.
    """
    ends = {exercise.last: exercise for exercise in exercises}
    return tuple(
        BenchCell(
            id=cell["id"],
            kind=cell["cell_type"],
            source=cell["source"],
            place=_place(cell),
            html="" if cell["cell_type"] == "code" else render(_shown(cell["source"], number)),
            is_hidden_test=cell["source"].strip() == ALL_HIDDEN,
            exercise=ends.get(cell["id"]),
        )
        for number, cell in enumerate(cells)
    )


def _exercise(
    exercise: Exercise, titles: Mapping[str, str], ids: Mapping[str, str]
) -> BenchExercise:
    names = [cell.grade_id for cell in (*exercise.answers, *exercise.graded)]
    present = {ids[name]: None for name in names if name in ids}
    order = list(ids.values())
    return BenchExercise(
        id=exercise.id,
        title=titles.get(exercise.id, exercise.title),
        answers=tuple(
            Answer(id=ids[cell.grade_id], stub=cell.source)
            for cell in exercise.answers
            if cell.grade_id in ids
        ),
        has_tests=any(
            cell.role is not None and cell.role.is_test and cell.source.strip() != ALL_HIDDEN
            for cell in exercise.graded
        ),
        last=max(present, key=order.index, default=""),
    )


def _place(cell: Mapping[str, Any]) -> str:
    metadata = cell["metadata"]
    if metadata.get("garrigue", {}).get("own") is True:
        return "own"
    return "answer" if metadata.get("nbgrader", {}).get("solution") is True else "locked"


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _shown(source: str, number: int) -> str:
    """Return a text without the title that the page has already."""
    return TITLE.sub("", source) if number == 0 else source
