"""An author's notebook, read and validated once for all the submissions that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from graders.notebooks.assemble import Frame
from graders.notebooks.cells import Notebook
from graders.notebooks.errors import Problem, UnreadableNotebook, UnusableAssignment
from graders.notebooks.exercises import Exercise, Settings, group_exercises, settings_of
from graders.notebooks.regions import SOLUTION
from graders.notebooks.text import read_source
from graders.notebooks.validate import refuse_unusable
from graders.scoring import score, total_max_points
from graders.verdict.names import names_defined_by


@dataclass(frozen=True, kw_only=True)
class PreparedAssignment:
    """What grading needs of an assignment."""

    source: Notebook
    exercises: tuple[Exercise, ...]
    settings: Settings

    @cached_property
    def frame(self) -> Frame:
        """The places that answers are put into."""
        return Frame(self.source)

    @cached_property
    def solutions(self) -> tuple[str, ...]:
        """The author's own answers, where they are code."""
        return tuple(
            cell.source
            for cell in self.source.cells
            if cell.kind == "code" and cell.role is not None and cell.role.is_solution
        )

    @cached_property
    def declared_names(self) -> frozenset[str]:
        """Names that the author's answers define: they are the learner's to define."""
        return names_defined_by(self.solutions)

    @cached_property
    def has_solution(self) -> bool:
        """Whether any answer is one: not only what learners receive, to be filled in."""
        return not all(map(is_stub, self.solutions))

    @property
    def max_points(self) -> float:
        """Points that can be had, the ones that a person gives included."""
        return total_max_points(score(self.exercises, {}))


def is_stub(source: str) -> bool:
    """Say whether an answer's cell holds no answer.

    >>> is_stub("def f(x):\\n    # YOUR CODE HERE\\n    raise NotImplementedError()")
    True
    """
    if f"BEGIN {SOLUTION}" in source:
        return False
    lines = [line.strip() for line in source.split("\n")]
    is_empty = all(not line or line.startswith("#") for line in lines)
    return is_empty or "raise NotImplementedError" in source


def prepare(assignment: bytes, name: str | PurePath = ".ipynb") -> PreparedAssignment:
    """Return the assignment, ready to be graded against.

    :param name: of its file, which says whether it is a notebook kept as text.
    :raises UnusableAssignment: with all that keeps it from being graded.
    """
    try:
        source = read_source(assignment, name)
    except UnreadableNotebook as refusal:
        raise UnusableAssignment([Problem(cell=0, reason=str(refusal))]) from refusal
    refuse_unusable(source)
    return prepared(source)


def prepared(source: Notebook) -> PreparedAssignment:
    """Return the same for a notebook that is known to be sound."""
    return PreparedAssignment(
        source=source, exercises=group_exercises(source), settings=settings_of(source)
    )
