"""The notebook that runs: the author's cells, with the learner's answers in their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from graders.notebooks.cells import Cell, Notebook
from graders.notebooks.errors import NotThisAssignment
from graders.notebooks.release import FRENCH, NBGRADER, release


class Origin(StrEnum):
    """Whose text a cell holds."""

    AUTHOR = "author"
    ANSWER = "answer"
    EXTRA = "extra"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One cell of the assembled notebook.

    :param cell: the author's cell and metadata, with the learner's text where it is an answer.
    :param is_untouched: an answer that is still what the learner had received, or is missing.
    """

    cell: Cell
    origin: Origin
    is_untouched: bool = False


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The cells in the order in which they run.

    :param is_blank: the learner answered nothing: no answer differs from the released form.
    """

    steps: tuple[Step, ...]
    is_blank: bool


def assemble(source: Notebook | Frame, submission: Notebook) -> Assembly:
    """Put the learner's answers into the author's frame.

    Cells are matched by `grade_id`; one without is matched by its cell id or by its text, so
    that a submission that lost its metadata still has its extra cells where they stood.
    Whatever stands for a locked cell is dropped: the author's runs.

    :raises NotThisAssignment: if the submission shares no exercise with the source.
    """
    frame = source if isinstance(source, Frame) else Frame(source)
    places = [frame.place(cell) for cell in submission.cells]
    if not frame.is_met(submission.cells, places):
        raise NotThisAssignment
    answers = _choose_answers(frame, submission.cells, places)
    extras = _extras(frame, submission.cells, places, set(answers.values()))
    steps: list[Step] = [*extras[-1]]
    for index, cell in enumerate(frame.cells):
        steps.append(_step(frame, index, cell, submission.cells, answers))
        steps += extras[index]
    is_blank = all(
        step.is_untouched
        for step in steps
        if step.origin is Origin.ANSWER or (step.origin is Origin.EXTRA and _runs(step.cell))
    )
    return Assembly(steps=tuple(steps), is_blank=is_blank)


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _runs(cell: Cell) -> bool:
    return cell.kind == "code" and bool(cell.source.strip())


class Frame:
    """The author's notebook as a set of places that a learner's cells may stand for.

    One frame serves all the submissions of an assignment.
    """

    def __init__(self, source: Notebook) -> None:
        self.cells = source.cells
        forms = [release(source, stubs).cells for stubs in (FRENCH, NBGRADER)]
        self.released = [
            {_plain(form[index].source) for form in forms} for index in range(len(self.cells))
        ]
        self.by_grade_id = {
            cell.grade_id: index
            for index, cell in enumerate(self.cells)
            if cell.role is not None
        }
        self.by_id = {cell.id: index for index, cell in enumerate(self.cells) if cell.id}
        self.by_text: dict[str, int] = {}
        for index, texts in enumerate(self.released):
            for text in texts:
                if len(text) > 1 and not self.is_answer(index):
                    self.by_text.setdefault(text, index)

    def is_answer(self, index: int) -> bool:
        """Whether the learner writes in the place."""
        role = self.cells[index].role
        return role is not None and role.is_solution

    def is_stub(self, index: int, cell: Cell) -> bool:
        """Whether a cell is still what learners received for the place."""
        return _plain(cell.source) in self.released[index]

    def place(self, cell: Cell) -> int | None:
        """Return the place that a learner's cell stands for; None when it is their own."""
        if cell.grade_id:
            return self.by_grade_id.get(cell.grade_id)
        if cell.id in self.by_id:
            return self.by_id[cell.id]
        return self.by_text.get(_plain(cell.source))

    def is_met(self, cells: Iterable[Cell], places: Iterable[int | None]) -> bool:
        """Whether the submission answers this assignment rather than another.

        At least half of the names that it gives are exercises here: courses call locked
        prose alike (`accueil`, `exercice-1`), and now and then an exercise (`journal`).
        Without names, a locked text counts.
        """
        known = strange = 0
        for cell, place in zip(cells, places, strict=True):
            if place is not None:
                known += self._names(cell, place)
            elif cell.grade_id:
                strange += 1
        return known > 0 and known >= strange

    def _names(self, cell: Cell, place: int) -> bool:
        role = self.cells[place].role
        if role is None:
            return False
        if cell.grade_id:
            return role.is_graded or role.is_solution
        # Scripts give all notebooks the same cell ids (`cell-1`): an id alone proves little.
        return self.is_stub(place, cell)


def _choose_answers(
    frame: Frame, cells: tuple[Cell, ...], places: list[int | None]
) -> dict[int, int]:
    """Return, for each place of an answer, which of the learner's cells answers it.

    Of doubled cells it is the last that was written in, as the learner's own kernel had it.
    """
    answers: dict[int, int] = {}
    for number, place in enumerate(places):
        if place is None or not frame.is_answer(place):
            continue
        if place not in answers or not frame.is_stub(place, cells[number]):
            answers[place] = number
    return answers


def _extras(
    frame: Frame, cells: tuple[Cell, ...], places: list[int | None], chosen: set[int]
) -> dict[int, list[Step]]:
    """Return the learner's own cells by the place that they followed; -1 is the start."""
    extras: defaultdict[int, list[Step]] = defaultdict(list)
    after = -1
    for number, (cell, place) in enumerate(zip(cells, places, strict=True)):
        if place is not None:
            after = place
        if place is None or (frame.is_answer(place) and number not in chosen):
            is_stub = place is not None and frame.is_stub(place, cell)
            if not is_stub:
                extras[after].append(_extra(cell))
        elif frame.cells[place].role is None and not frame.is_stub(place, cell):
            # A cell that the author left open, rewritten: the author's runs first.
            extras[after].append(_extra(cell))
    return extras


def _extra(cell: Cell) -> Step:
    return Step(cell=replace(cell, metadata={}, id=""), origin=Origin.EXTRA)


def _step(
    frame: Frame, index: int, cell: Cell, learner: tuple[Cell, ...], answers: dict[int, int]
) -> Step:
    if not frame.is_answer(index):
        return Step(cell=cell, origin=Origin.AUTHOR)
    if index not in answers:
        return Step(cell=cell.with_source(""), origin=Origin.ANSWER, is_untouched=True)
    answer = learner[answers[index]]
    return Step(
        cell=replace(cell, source=answer.source, attachments=answer.attachments),
        origin=Origin.ANSWER,
        is_untouched=frame.is_stub(index, answer),
    )
