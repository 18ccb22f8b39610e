"""Why a notebook is refused, said in French to the person who handed it in or wrote it.

NotebookRefused
├── UnreadableNotebook    the file is not a notebook that can be read safely
├── NotThisAssignment     the notebook answers another assignment
└── UnusableAssignment    the author's notebook cannot be graded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class NotebookRefused(Exception):
    """Base of all refusals; `str(refusal)` is a French sentence that says what to do."""


class UnreadableNotebook(NotebookRefused):
    """The file is not a notebook that can be read safely."""


class NotThisAssignment(NotebookRefused):
    """The notebook shares no exercise with the assignment."""

    def __init__(self) -> None:
        super().__init__(
            "Ce carnet ne correspond pas à ce devoir\u00a0: aucun de ses exercices n’y figure. "
            "Vérifiez que vous avez choisi le bon fichier, ou téléchargez à nouveau l’énoncé."
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason why an assignment cannot be graded.

    :param cell: position of the cell in the notebook, from 1; 0 for the whole notebook.
    :param grade_id: the cell's `grade_id`, empty when it has none.
    """

    cell: int
    reason: str
    grade_id: str = ""

    def __str__(self) -> str:
        if not self.cell:
            return self.reason
        name = f" ({self.grade_id})" if self.grade_id else ""
        return f"cellule {self.cell}{name}\u00a0: {self.reason}"


class UnusableAssignment(NotebookRefused):
    """The author's notebook cannot be graded; `problems` says which cells and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "Ce devoir ne peut pas être corrigé\u00a0: "
            + "\u202f; ".join(map(str, self.problems))
        )
