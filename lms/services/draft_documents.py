"""A saved draft put back into its document: the author's cells, the learner's, the outputs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from graders.notebooks.cells import Cell, Notebook, write_notebook
from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.domain.draft_cells import Frame, FrameCell, SentCell, Work, carried, document
from lms.domain.draft_input import fitting
from lms.models import AssignmentVersion, DraftOutputs, DraftVersion

NOTHING = Work()
UPDATED = (
    "L’énoncé de cet exercice a été mis à jour depuis votre dernier enregistrement. Vos "
    "réponses ont été gardées ; celles dont la question n’existe plus sont dans des cellules "
    "à vous. Relisez le carnet avant de continuer."
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A draft as the workbench shows it.

    :param number: 0 for the released form, when nothing was saved.
    :param cells: as nbformat has them, with the outputs that are kept.
    :param message: what the person should know; empty otherwise.
    """

    number: int
    saved_at: datetime | None
    cells: list[dict[str, Any]]
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as the page reads it."""
        return {
            "version": self.number,
            "saved_at": self.saved_at.isoformat() if self.saved_at else None,
            "message": self.message,
            "cells": self.cells,
        }


def shown(
    session: Session, blobs: BlobStore, version: AssignmentVersion, saved: DraftVersion | None
) -> Document:
    """Return what was saved, or the released form, for a version of the assignment."""
    cells = document(frame_of(blobs, version), work_in(blobs, version, saved))
    outputs = _outputs(session, saved.draft_id) if saved else {}
    for cell in cells:
        if cell["id"] in outputs:
            cell["outputs"] = outputs[cell["id"]]
    return Document(
        number=saved.number if saved else 0,
        saved_at=saved.saved_at if saved else None,
        cells=cells,
        message=message_for(version, saved),
    )


def message_for(version: AssignmentVersion, saved: DraftVersion | None) -> str:
    """Return what a person should know of a draft; empty when there is nothing."""
    return UPDATED if saved is not None and saved.version_id != version.id else ""


def as_notebook(blobs: BlobStore, version: AssignmentVersion, cells: Document) -> bytes:
    """Return a draft as the bytes of a notebook."""
    released = read_notebook(blobs.get(version.released_hash))
    written = [_nbformat(cell) for cell in cells.cells]
    return write_notebook(Notebook(cells=(), metadata=released.metadata), written)


def frame_of(blobs: BlobStore, version: AssignmentVersion) -> Frame:
    """Return the author's cells as learners get them, each with an id."""
    cells = read_notebook(blobs.get(version.released_hash)).cells
    taken: set[str] = set()
    return Frame(_frame_cell(cell, number, taken) for number, cell in enumerate(cells, 1))


def work_in(blobs: BlobStore, version: AssignmentVersion, saved: DraftVersion | None) -> Work:
    """Return what was saved, carried over to a version of the assignment."""
    if saved is None:
        return NOTHING
    work = Work.from_json(_unpacked(saved.content))
    if saved.version_id == version.id:
        return work
    return carried(work, frame_of(blobs, saved.version), frame_of(blobs, version))


def packed_work(work: Work) -> bytes:
    """Return the work as a version keeps it."""
    return _packed(work.as_json())


def keep_outputs(
    session: Session, draft_id: int, frame: Frame, work: Work, sent: Sequence[SentCell]
) -> None:
    """Keep the outputs that came with the cells, beside those of the other cells."""
    new = {cell.id: cell.outputs for cell in sent if cell.outputs is not None}
    if not new:
        return
    there = {cell["id"] for cell in document(frame, work)}
    known = _outputs(session, draft_id) | new
    content = fitting({key: tuple(known[key]) for key in known if key in there})
    session.merge(DraftOutputs(draft_id=draft_id, content=_packed(content)))


def _outputs(session: Session, draft_id: int) -> dict[str, Any]:
    row = session.get(DraftOutputs, draft_id)
    return _unpacked(row.content) if row else {}


def _frame_cell(cell: Cell, number: int, taken: set[str]) -> FrameCell:
    name = cell.id if cell.id and cell.id not in taken else f"enonce-{number}"
    taken.add(name)
    return FrameCell(
        id=name,
        kind=cell.kind,
        source=cell.source,
        metadata=cell.metadata,
        grade_id=cell.grade_id if cell.role is not None else "",
        is_answer=cell.role is not None and cell.role.is_answer,
    )


def _nbformat(cell: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**cell, "source": cell["source"].splitlines(keepends=True)}
    if cell["cell_type"] == "code":
        return {"execution_count": None, "outputs": [], **whole}
    return {key: value for key, value in whole.items() if key != "outputs"}


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    return found
