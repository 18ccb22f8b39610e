"""What a page sends of a draft, read and capped as uploaded notebooks are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lms.domain.draft_cells import SentCell
from lms.errors import Invalid, TooLarge

MAX_CELLS = 2000

#: Of all cells together: every version keeps them.
MAX_CHARACTERS = 1024 * 1024
MAX_CONTAINERS = 200_000
MAX_CELL_OUTPUTS_BYTES = 256 * 1024
MAX_OUTPUTS_BYTES = 2 * 1024 * 1024

KINDS = frozenset({"code", "markdown", "raw"})
OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error"})

Outputs = Mapping[str, tuple[Mapping[str, Any], ...]]


def read_json(data: bytes) -> dict[str, Any]:
    """Return the object that a request's body holds.

    :raises Invalid: if it is none, or one that would be costly to read.
    """
    if data.count(b"[") + data.count(b"{") > MAX_CONTAINERS:
        raise TooLarge("Ce contenu est trop complexe pour être enregistré.")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid("La page a envoyé un contenu illisible : rechargez-la.")
    return body


def read_number(body: Mapping[str, Any], name: str) -> int:
    """Return a version's number, 0 when there is none yet.

    :raises Invalid: if it is no number.
    """
    number = body.get(name)
    if type(number) is not int or not 0 <= number < 2**31:
        raise Invalid("La page a envoyé un contenu illisible : rechargez-la.")
    return number


def read_cells(said: object) -> tuple[SentCell, ...]:
    """Return the cells of a document.

    :raises TooLarge: if there are more, or longer ones, than an uploaded notebook may have.
    :raises Invalid: if one cannot be read.
    """
    if not isinstance(said, list):
        raise Invalid("La page a envoyé un contenu illisible : rechargez-la.")
    if len(said) > MAX_CELLS:
        raise TooLarge(
            "Ce carnet a %(count)s cellules ; le maximum est %(most)s. "
            "Supprimez celles qui ne servent pas.",
            count=len(said),
            most=MAX_CELLS,
        )
    cells = tuple(_cell(cell, number) for number, cell in enumerate(said, 1))
    if sum(len(cell.source) for cell in cells) > MAX_CHARACTERS:
        raise TooLarge(
            "Le texte de ce carnet est trop long. Mettez les données dans un fichier à part, "
            "ou supprimez des cellules."
        )
    return cells


def fitting(outputs: Outputs) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return the outputs that are kept: the largest go when they are too many together."""
    sizes = {key: len(json.dumps(given)) for key, given in outputs.items() if given}
    left = MAX_OUTPUTS_BYTES
    kept = {}
    for key in sorted(sizes, key=lambda found: (sizes[found], found)):
        left -= sizes[key]
        if left >= 0 and sizes[key] <= MAX_CELL_OUTPUTS_BYTES:
            kept[key] = outputs[key]
    return kept


def _cell(said: object, number: int) -> SentCell:
    if not isinstance(said, dict):
        raise Invalid("La cellule %(number)s est illisible : rechargez la page.", number=number)
    kind, source, name = said.get("cell_type"), said.get("source"), said.get("id", "")
    if kind not in KINDS or not isinstance(source, str) or not isinstance(name, str):
        raise Invalid("La cellule %(number)s est illisible : rechargez la page.", number=number)
    return SentCell(
        id=name,
        kind=kind,
        source=_storable(source),
        grade_id=_grade_id(said.get("metadata")),
        outputs=_outputs(said.get("outputs")),
    )


def _storable(text: str) -> str:
    """Return a text that can be written to a file: no half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def _grade_id(metadata: object) -> str:
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def _outputs(said: object) -> tuple[Mapping[str, Any], ...] | None:
    if not isinstance(said, list):
        return None
    return tuple(
        output
        for output in said
        if isinstance(output, dict) and output.get("output_type") in OUTPUTS
    )
