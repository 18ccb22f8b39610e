"""A draft as a document: the author's cells, with what the learner wrote among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

OWN = {"garrigue": {"own": True}}
START = ""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class FrameCell:
    """One cell of the released notebook.

    :param id: unique in its frame.
    :param grade_id: empty for a cell without part in grading.
    :param is_answer: the learner writes in it; all other cells are the author's alone.
    """

    id: str
    kind: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    grade_id: str = ""
    is_answer: bool = False

    @property
    def key(self) -> str:
        """What the cell is found by, in this and in later versions of the assignment."""
        return self.grade_id or f"#{self.id}"


@dataclass(frozen=True, kw_only=True)
class SentCell:
    """One cell as a page sends it.

    :param outputs: None leaves those that are kept.
    """

    id: str
    kind: str
    source: str
    grade_id: str = ""
    outputs: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class OwnCell:
    """A cell that the learner added.

    :param after: key of the author's cell that it follows; empty at the start.
    """

    id: str
    kind: str
    source: str
    after: str = START


@dataclass(frozen=True, kw_only=True)
class Work:
    """All that the learner wrote.

    :param answers: text of each answer by `grade_id`, only where it differs from the release.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    own: tuple[OwnCell, ...] = ()

    @property
    def size(self) -> int:
        """How many cells the learner wrote in."""
        return len(self.answers) + sum(bool(cell.source.strip()) for cell in self.own)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        own = [
            {"id": cell.id, "kind": cell.kind, "source": cell.source, "after": cell.after}
            for cell in self.own
        ]
        return {"answers": dict(self.answers), "own": own}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Work:
        """Return it from plain data."""
        return cls(
            answers=said["answers"], own=tuple(OwnCell(**given) for given in said["own"])
        )


class Frame:
    """The author's cells in their order, and where a sent cell belongs among them."""

    def __init__(self, cells: Iterable[FrameCell]) -> None:
        self.cells = tuple(cells)
        self.by_key = {cell.key: cell for cell in self.cells}
        self.ids = {cell.id: cell for cell in self.cells}

    def place(self, sent: SentCell) -> FrameCell | None:
        """Return the author's cell that a sent one stands for; None when it is a new one."""
        if sent.grade_id:
            return self.by_key.get(sent.grade_id)
        return self.ids.get(sent.id)

    def answer(self, grade_id: str) -> FrameCell | None:
        """Return the cell of an answer, or None."""
        cell = self.by_key.get(grade_id)
        return cell if cell is not None and cell.is_answer else None


def written(frame: Frame, sent: Iterable[SentCell], before: Work) -> Work:
    """Return what the learner wrote in a document that a page sent.

    What stands for an author's cell is not looked at. An answer that was not sent stays as it
    was; one that was sent twice, or whose exercise no longer exists, becomes a cell of the
    learner's own: nothing that was typed is lost.
    """
    answers: dict[str, str] = {}
    own: list[OwnCell] = []
    after = START
    for cell in sent:
        place = frame.place(cell)
        after = place.key if place is not None else after
        is_answer = place is not None and place.is_answer
        if place is not None and is_answer and place.key not in answers:
            answers[place.key] = cell.source
        elif place is None or (is_answer and cell.source not in _known(place, answers)):
            own.append(OwnCell(id=cell.id, kind=cell.kind, source=cell.source, after=after))
    for key in before.answers:
        if frame.answer(key):
            answers.setdefault(key, before.answers[key])
    return Work(answers=_changed(frame, answers), own=_named(frame, own))


def carried(work: Work, old: Frame, new: Frame) -> Work:
    """Return the work in another version of the assignment; nothing of it is lost.

    Answers are found again by `grade_id`; those whose exercise is gone become cells of the
    learner's own, where they stood.
    """
    kept = {key: text for key, text in work.answers.items() if new.answer(key)}
    anchors, following = _anchors(old, new), _following(old, work)
    own: list[OwnCell] = []
    for key in (START, *(cell.key for cell in old.cells)):
        after = anchors[key]
        if key in work.answers and key not in kept:
            kind, text = old.by_key[key].kind, work.answers[key]
            own.append(OwnCell(id=old.by_key[key].id, kind=kind, source=text, after=after))
        own += [replace(cell, after=after) for cell in following.get(key, ())]
    return Work(answers=_changed(new, kept), own=_named(new, own))


def document(frame: Frame, work: Work) -> list[dict[str, Any]]:
    """Return the cells of the draft in order, as nbformat has them but for outputs."""
    following = _following(frame, work)
    cells = [_own_cell(own) for own in following.get(START, ())]
    for cell in frame.cells:
        source = work.answers.get(cell.key, cell.source) if cell.is_answer else cell.source
        cells.append(_cell(cell.id, cell.kind, source, cell.metadata))
        cells += [_own_cell(own) for own in following.get(cell.key, ())]
    return cells


def is_same(frame: Frame, work: Work, sent: Sequence[SentCell]) -> bool:
    """Whether the draft is what was sent, but for the text of the author's cells."""
    given = [(cell.id, _source_of(frame, cell.id, cell.source)) for cell in sent]
    stored = [
        (cell["id"], _source_of(frame, cell["id"], cell["source"]))
        for cell in document(frame, work)
    ]
    return given == stored


def _following(frame: Frame, work: Work) -> dict[str, list[OwnCell]]:
    following: dict[str, list[OwnCell]] = {}
    for own in work.own:
        following.setdefault(own.after if own.after in frame.by_key else START, []).append(own)
    return following


def _source_of(frame: Frame, cell_id: str, source: str) -> str:
    place = frame.ids.get(cell_id)
    return "" if place is not None and not place.is_answer else source


def _known(place: FrameCell, answers: Mapping[str, str]) -> set[str]:
    return {place.source, answers[place.key]}


def _changed(frame: Frame, answers: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in answers.items() if text != frame.by_key[key].source}


def _anchors(old: Frame, new: Frame) -> dict[str, str]:
    """Return, for each key of the old frame, the nearest one before it that the new has."""
    anchors, last = {START: START}, START
    for cell in old.cells:
        last = cell.key if cell.key in new.by_key else last
        anchors[cell.key] = last
    return anchors


def _named(frame: Frame, own: Iterable[OwnCell]) -> tuple[OwnCell, ...]:
    """Return the cells in the order of the document, each with an id of its own."""
    order = {START: -1} | {cell.key: index for index, cell in enumerate(frame.cells)}
    taken, numbers = set(frame.ids), count(1)
    named = []
    for cell in sorted(own, key=lambda found: order.get(found.after, -1)):
        name = (
            cell.id
            if _ID.fullmatch(cell.id) and cell.id not in taken
            else _free(taken, numbers)
        )
        taken.add(name)
        named.append(replace(cell, id=name))
    return tuple(named)


def _free(taken: set[str], numbers: Iterator[int]) -> str:
    return next(name for number in numbers if (name := f"cellule-{number}") not in taken)


def _own_cell(own: OwnCell) -> dict[str, Any]:
    return _cell(own.id, own.kind, own.source, OWN)


def _cell(cell_id: str, kind: str, source: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": cell_id, "cell_type": kind, "source": source, "metadata": dict(metadata)}
