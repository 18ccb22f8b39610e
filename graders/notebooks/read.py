"""Bytes to a notebook: everything that could cost or confuse is refused before it does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graders.notebooks.cells import Cell, Notebook
from graders.notebooks.errors import UnreadableNotebook
from graders.protocol import MIB

KINDS = ("code", "markdown", "raw")

# Possessive, and an open string runs to the end: linear on any input.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)

_HOW = (
    "Dans Jupyter, ouvrez votre carnet, enregistrez-le, puis déposez le fichier qui se "
    "termine par «\u00a0.ipynb\u00a0»."
)
_SIGNS = (
    (b"PK\x03\x04", "Ce fichier est une archive ZIP, pas un carnet. Ouvrez l’archive, puis "
                    "déposez le fichier «\u00a0.ipynb\u00a0» qu’elle contient."),
    (b"PK\x05\x06", "Ce fichier est une archive ZIP vide, pas un carnet. " + _HOW),
    (b"\x1f\x8b", "Ce fichier est une archive compressée, pas un carnet. Ouvrez-la, puis "
                  "déposez le fichier «\u00a0.ipynb\u00a0» qu’elle contient."),
    (b"%PDF", "Ce fichier est un PDF, pas un carnet. " + _HOW),
    (b"\xff\xfe", "Ce fichier n’est pas encodé en UTF-8. " + _HOW),
    (b"\xfe\xff", "Ce fichier n’est pas encodé en UTF-8. " + _HOW),
    (b"<", "Ce fichier est une page web (HTML), pas un carnet. Dans Jupyter, choisissez "
           "«\u00a0Télécharger\u00a0», et non «\u00a0Exporter en HTML\u00a0», puis déposez le "
           "fichier «\u00a0.ipynb\u00a0»."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """How large a notebook may be before it is refused."""

    file_bytes: int = 10 * MIB
    cells: int = 2000
    source_chars: int = 1 * MIB
    """One cell's text."""

    outputs: int = 20_000
    """Of all cells together; they are dropped, so this only guards the reading."""

    nesting: int = 64
    containers: int = 200_000
    """Lists and objects in the whole file: they are what makes parsing costly."""


LIMITS = ReadLimits()


def read_notebook(data: bytes, *, limits: ReadLimits = LIMITS) -> Notebook:
    """Return the notebook that the bytes hold, without its outputs.

    :raises UnreadableNotebook: with a sentence for the person who handed it in.
    """
    _refuse_at_sight(data, limits)
    body = _parse(data, limits)
    _refuse_other_formats(body)
    cells = body.get("cells")
    if not isinstance(cells, list):
        raise UnreadableNotebook("Ce carnet n’a pas de liste de cellules. " + _HOW)
    if len(cells) > limits.cells:
        raise UnreadableNotebook(
            f"Ce carnet a {len(cells)} cellules\u202f; le maximum est {limits.cells}. "
            "Supprimez celles qui ne servent pas."
        )
    _refuse_many_outputs(cells, limits)
    metadata = body.get("metadata", {})
    if not isinstance(metadata, dict):
        raise UnreadableNotebook("Les métadonnées de ce carnet sont illisibles. " + _HOW)
    minor = body.get("nbformat_minor")
    return Notebook(
        cells=tuple(_cell(cell, number, limits) for number, cell in enumerate(cells, 1)),
        metadata=metadata,
        minor=minor if type(minor) is int and 0 <= minor <= 5 else 5,
    )


def _refuse_at_sight(data: bytes, limits: ReadLimits) -> None:
    if len(data) > limits.file_bytes:
        raise UnreadableNotebook(
            f"Ce carnet pèse {len(data) / MIB:.0f} Mio\u202f; le maximum est "
            f"{limits.file_bytes / MIB:.0f} Mio. Dans Jupyter, effacez les sorties de toutes "
            "les cellules, enregistrez, puis déposez-le à nouveau."
        )
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise UnreadableNotebook("Ce fichier est vide. " + _HOW)
    for sign, sentence in _SIGNS:
        if start.startswith(sign):
            raise UnreadableNotebook(sentence)
    if not start.startswith(b"{"):
        raise UnreadableNotebook("Ce fichier n’est pas un carnet Jupyter. " + _HOW)


def _parse(data: bytes, limits: ReadLimits) -> dict[str, Any]:
    if data.count(b"[") + data.count(b"{") > limits.containers:
        bare = _STRING.sub(b"", data)
        if bare.count(b"[") + bare.count(b"{") > limits.containers:
            raise UnreadableNotebook("Ce carnet est trop complexe pour être lu. " + _HOW)
    try:
        # Jupyter writes NaN in some outputs; it is no JSON, and outputs are dropped.
        body = json.loads(data.decode("utf-8-sig"), parse_constant=lambda _: None)
    except UnicodeDecodeError:
        raise UnreadableNotebook("Ce fichier n’est pas encodé en UTF-8. " + _HOW) from None
    except RecursionError:
        raise UnreadableNotebook("Ce carnet est trop imbriqué pour être lu. " + _HOW) from None
    except ValueError:
        raise UnreadableNotebook(
            "Ce fichier est abîmé ou incomplet\u00a0: ce n’est pas du JSON valide. " + _HOW
        ) from None
    if not isinstance(body, dict):
        raise UnreadableNotebook("Ce fichier n’est pas un carnet Jupyter. " + _HOW)
    if _is_deeper(body, limits.nesting):
        raise UnreadableNotebook("Ce carnet est trop imbriqué pour être lu. " + _HOW)
    return body


def _is_deeper(value: object, nesting: int) -> bool:
    level: list[object] = [value]
    for _ in range(nesting):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)  # type: ignore[attr-defined]
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _refuse_other_formats(body: Mapping[str, Any]) -> None:
    major = body.get("nbformat")
    if type(major) is not int:
        raise UnreadableNotebook("Ce fichier n’est pas un carnet Jupyter. " + _HOW)
    if major < 4:
        raise UnreadableNotebook(
            f"Ce carnet est dans un ancien format (nbformat {major}). Ouvrez-le dans Jupyter, "
            "enregistrez-le\u00a0: il passera au format 4. Puis déposez-le à nouveau."
        )
    if major > 4:
        raise UnreadableNotebook(
            "Ce carnet est dans un format plus récent que ceux que nous lisons (nbformat 4). "
            "Enregistrez-le avec une version courante de Jupyter."
        )


def _refuse_many_outputs(cells: list[Any], limits: ReadLimits) -> None:
    outputs = sum(
        len(cell["outputs"])
        for cell in cells
        if isinstance(cell, dict) and isinstance(cell.get("outputs"), list)
    )
    if outputs > limits.outputs:
        raise UnreadableNotebook(
            "Ce carnet a trop de sorties. Dans Jupyter, effacez les sorties de toutes les "
            "cellules, enregistrez, puis déposez-le à nouveau."
        )


def _cell(said: object, number: int, limits: ReadLimits) -> Cell:
    where = f"La cellule {number} de ce carnet est illisible"
    if not isinstance(said, dict):
        raise UnreadableNotebook(f"{where}. {_HOW}")
    kind = said.get("cell_type")
    metadata = said.get("metadata", {})
    if kind not in KINDS or not isinstance(metadata, dict):
        raise UnreadableNotebook(f"{where} (son type ou ses métadonnées). {_HOW}")
    source = _source(said.get("source", ""))
    if source is None:
        raise UnreadableNotebook(f"{where} (son texte). {_HOW}")
    if len(source) > limits.source_chars:
        raise UnreadableNotebook(
            f"Le texte de la cellule {number} est trop long. Mettez les données dans un "
            "fichier à part, ou supprimez cette cellule."
        )
    cell_id = said.get("id", "")
    attachments = said.get("attachments", {})
    return Cell(
        kind=kind,
        source=source,
        metadata=metadata,
        id=cell_id if isinstance(cell_id, str) else "",
        attachments=attachments if isinstance(attachments, dict) else {},
    )


def _source(said: object) -> str | None:
    if isinstance(said, list):
        if not all(isinstance(line, str) for line in said):
            return None
        said = "".join(said)
    if not isinstance(said, str):
        return None
    # Half of a surrogate pair cannot be sent to a kernel, nor written to a file.
    return said.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
