"""What stands beside an assignment: wrong answers that must fail, mutants that may pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from graders.notebooks.exercises import Exercise

#: What their names end with, beside the notebook's.
SUFFIXES = (".wrong.yml", ".accepted.yml")


class UnusableSidecar(Exception):
    """A sidecar's text is not what it should be; `str(error)` says where, in French."""


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """An answer that must lose points on its exercise.

    :param cell: `grade_id` of the answer's cell that it stands for.
    """

    exercise: str
    cell: str
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Sidecars:
    """The sidecars of one assignment.

    :param accepted: why each mutant may pass, by exercise and mutant.
    """

    wrong: tuple[WrongAnswer, ...] = ()
    accepted: Mapping[tuple[str, str], str] | None = None

    def reason(self, exercise: str, mutant: str) -> str:
        """Return why the mutant may pass; empty when nobody accepted it."""
        return (self.accepted or {}).get((exercise, mutant), "")


def read_sidecars(notebook: Path, exercises: tuple[Exercise, ...]) -> Sidecars:
    """Return what the files beside the notebook say.

    :raises UnusableSidecar: if one of them is malformed or names an unknown exercise.
    """
    homes = {cell.grade_id: exercise.id for exercise in exercises for cell in exercise.answers}
    wrong_file = notebook.with_suffix(SUFFIXES[0])
    wrong = []
    for entry in _entries(wrong_file, ("exercise", "name", "source")):
        if entry["exercise"] not in homes:
            raise UnusableSidecar(
                f"{wrong_file.name}\u00a0: exercice inconnu «\u00a0{entry['exercise']}\u00a0»"
            )
        wrong.append(
            WrongAnswer(
                exercise=homes[entry["exercise"]],
                cell=entry["exercise"],
                name=entry["name"],
                source=entry["source"],
            )
        )
    accepted = {
        (entry["exercise"], entry["mutant"]): entry["reason"]
        for entry in _entries(
            notebook.with_suffix(SUFFIXES[1]), ("exercise", "mutant", "reason")
        )
    }
    return Sidecars(wrong=tuple(wrong), accepted=accepted)


def _entries(path: Path, keys: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UnusableSidecar(f"{path.name} est illisible\u00a0: {error}") from error
    if not isinstance(said or [], list):
        raise UnusableSidecar(f"{path.name}\u00a0: une liste est attendue")
    return [_entry(path, number, entry, keys) for number, entry in enumerate(said or [], 1)]


def _entry(path: Path, number: int, said: Any, keys: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(said, dict) or set(said) != set(keys):
        raise UnusableSidecar(
            f"{path.name}, entrée {number}\u00a0: les clés attendues sont {', '.join(keys)}"
        )
    return {key: str(said[key]) for key in keys}
