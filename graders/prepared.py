"""An author's notebook, read and validated once for all the submissions that answer it."""

from __future__ import annotations

from dataclasses import dataclass

from graders.notebooks.cells import Notebook
from graders.notebooks.errors import Problem, UnreadableNotebook, UnusableAssignment
from graders.notebooks.exercises import Exercise, Settings, group_exercises, settings_of
from graders.notebooks.read import read_notebook
from graders.notebooks.validate import refuse_unusable
from graders.scoring import score, total_max_points


@dataclass(frozen=True, kw_only=True)
class PreparedAssignment:
    """What grading needs of an assignment."""

    source: Notebook
    exercises: tuple[Exercise, ...]
    settings: Settings

    @property
    def max_points(self) -> float:
        """Points that can be had, the ones that a person gives included."""
        return total_max_points(score(self.exercises, {}))


def prepare(assignment: bytes) -> PreparedAssignment:
    """Return the assignment, ready to be graded against.

    :raises UnusableAssignment: with all that keeps it from being graded.
    """
    try:
        source = read_notebook(assignment)
    except UnreadableNotebook as refusal:
        raise UnusableAssignment([Problem(cell=0, reason=str(refusal))]) from refusal
    refuse_unusable(source)
    return prepared(source)


def prepared(source: Notebook) -> PreparedAssignment:
    """Return the same for a notebook that is known to be sound."""
    return PreparedAssignment(
        source=source, exercises=group_exercises(source), settings=settings_of(source)
    )
