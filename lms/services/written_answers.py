"""What a learner wrote in a work, by exercise, with hashes by which it is found elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from graders.notebooks.assemble import Frame, Origin, assemble
from graders.notebooks.exercises import group_exercises
from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.domain import similarity
from lms.models import AssignmentVersion, Submission

#: Where a learner's own cells stand among the exercises.
OWN_CELLS = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One work's answers by exercise, and the hashes of each."""

    texts: Mapping[str, str]
    hashes: Mapping[str, tuple[int, ...]]


def read(blobs: BlobStore, submission: Submission) -> Answers:
    """Return what a learner wrote in a work; it is read once."""
    return _answers(blobs, submission.version.notebook_hash, submission.notebook_hash)


def titles_of(blobs: BlobStore, version: AssignmentVersion) -> dict[str, str]:
    """Return the title of each exercise in order, then the place of the learner's own cells."""
    source = read_notebook(blobs.get(version.notebook_hash))
    titles = {exercise.id: exercise.title for exercise in group_exercises(source)}
    return {**titles, OWN_CELLS: ""}


@lru_cache(maxsize=64)
def given(blobs: BlobStore, released_hash: str) -> frozenset[int]:
    """Return the hashes of all that learners received: starters, examples, visible tests."""
    cells = read_notebook(blobs.get(released_hash)).cells
    return frozenset(
        number for cell in cells for number in similarity.grams(similarity.lexemes(cell.source))
    )


@lru_cache(maxsize=2000)
def _answers(blobs: BlobStore, source_hash: str, notebook_hash: str) -> Answers:
    """Return what a learner wrote: the answers that differ from the released form, and more."""
    texts: dict[str, list[str]] = {}
    frame, exercises = _frame(blobs, source_hash)
    for step in assemble(frame, read_notebook(blobs.get(notebook_hash))).steps:
        if step.origin is not Origin.AUTHOR and not step.is_untouched:
            key = exercises.get(step.cell.grade_id, OWN_CELLS)
            texts.setdefault(key, []).append(step.cell.source)
    joined = {key: "\n\n".join(cells) for key, cells in texts.items()}
    hashes = {key: similarity.grams(similarity.lexemes(text)) for key, text in joined.items()}
    return Answers(texts=joined, hashes=hashes)


@lru_cache(maxsize=64)
def _frame(blobs: BlobStore, source_hash: str) -> tuple[Frame, Mapping[str, str]]:
    """Return the author's frame, and the exercise of each answer cell."""
    source = read_notebook(blobs.get(source_hash))
    exercises = {
        cell.grade_id: exercise.id
        for exercise in group_exercises(source)
        for cell in exercise.answers
    }
    return Frame(source), exercises
