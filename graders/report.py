"""What a run says to the learner: short tracebacks, values compared, cells with outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graders.notebooks.assemble import Assembly, Origin
from graders.notebooks.cells import Notebook, cell_to_json, write_notebook
from graders.notebooks.exercises import Exercise
from graders.notebooks.regions import visible_part
from graders.protocol import CellError, ExerciseResult

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_CELL_FRAME = re.compile(r"(?:Cell In|Input In|Cell)\s*\[(\d+)\]")
_FAILED_LINE = re.compile(r"^-+> *\d+ *(.*)$", re.MULTILINE)
MESSAGE_CHARS = 2000
TRACEBACK_CHARS = 6000
MAX_FRAMES = 6
ANSWER_CHARS = 20_000
NOTEBOOK_OUTPUT_CHARS = 4_000_000


def without_ansi(text: str) -> str:
    """Return the text without terminal colours and other escapes."""
    return _ANSI.sub("", text)


def clip(text: str, chars: int = MESSAGE_CHARS) -> str:
    """Return at most so many characters, and say it when some were cut.

    >>> clip("abcdef", 3)
    'abc…'
    """
    return text if len(text) <= chars else text[:chars] + "…"


def shorten_traceback(frames: Sequence[str], *, hidden_counts: Iterable[int] = ()) -> str:
    """Return the frames of the learner's own cells, and the error's own line.

    :param frames: what the kernel sent, one text a frame, coloured or not.
    :param hidden_counts: execution counts of the test cells, which are not the learner's.
    """
    hidden = set(hidden_counts)
    texts = [without_ansi(frame).strip("\n") for frame in frames]
    own = [text for text in texts[:-1] if (count := _count_of(text)) and count not in hidden]
    if len(own) > MAX_FRAMES:  # a function that calls itself: the ends say all
        own = [*own[:2], "…", *own[-2:]]
    last = texts[-1:] if texts else []
    return clip("\n\n".join([*own, *last]), TRACEBACK_CHARS)


def _count_of(frame: str) -> int | None:
    found = _CELL_FRAME.match(frame.lstrip())
    return int(found[1]) if found else None


def failed_line(frames: Sequence[str]) -> str:
    """Return the source line that failed in the outermost cell, empty when none is named."""
    for frame in frames:
        text = without_ansi(frame)
        if _count_of(text) and (found := _FAILED_LINE.search(text)):
            return found[1].strip()
    return ""


def error_message(name: str, value: str, line: str) -> str:
    """Return in one French sentence why a test did not pass.

    An assertion's own message is the author's, so it is said as it stands.
    """
    value = without_ansi(value).strip()
    if name == "AssertionError":
        return clip(value) if value else f"Ce test n’est pas vérifié\u00a0: {clip(line, 300)}"
    if name == "NotImplementedError":
        return "Cet exercice n’a pas encore de réponse (NotImplementedError)."
    said = f"{name}\u00a0: {value}" if value else name
    return clip(f"Le test s’est arrêté sur une erreur {said}")


def cell_error(grade_id: str, name: str, value: str, frames: Sequence[str]) -> CellError:
    """Return what is told of an answer that ended on an error."""
    return CellError(
        cell=grade_id,
        name=clip(without_ansi(name), 100),
        message=clip(without_ansi(value)),
        traceback=shorten_traceback(frames),
    )


def with_answers(
    results: Iterable[ExerciseResult],
    exercises: Iterable[Exercise],
    assembly: Assembly,
    errors: Mapping[str, CellError],
) -> tuple[ExerciseResult, ...]:
    """Return the results with what the learner wrote for each exercise, and its errors."""
    written = {
        step.cell.grade_id: step.cell.source
        for step in assembly.steps
        if step.origin is Origin.ANSWER
    }
    answers = {each.id: [cell.grade_id for cell in each.answers] for each in exercises}
    return tuple(
        replace(
            result,
            answer=clip(
                "\n\n".join(written.get(name, "") for name in answers[result.id]), ANSWER_CHARS
            ),
            errors=tuple(errors[name] for name in answers[result.id] if name in errors),
        )
        for result in results
    )


def annotated_notebook(
    source: Notebook,
    assembly: Assembly,
    outputs: Mapping[int, tuple[tuple[Mapping[str, Any], ...], int | None]],
) -> bytes:
    """Return the notebook that ran, with its outputs and without anything hidden.

    :param outputs: by the step's position, its outputs and execution count.
    """
    cells = []
    room = NOTEBOOK_OUTPUT_CHARS
    for number, step in enumerate(assembly.steps):
        shown, count = outputs.get(number, ((), None))
        size = len(json.dumps(shown, default=str))
        if size > room:
            shown = (_CUT,)
        room -= min(size, room)
        cell = step.cell.with_source(visible_part(step.cell.source))
        written = cell_to_json(cell, outputs=shown, count=count)
        written["metadata"] = {
            key: value for key, value in cell.metadata.items() if key != "garrigue"
        }
        written["metadata"]["garrigue"] = {"origin": step.origin.value}
        cells.append(written)
    metadata = {key: value for key, value in source.metadata.items() if key != "garrigue"}
    frame = Notebook(cells=(), metadata=metadata, minor=source.minor)
    return write_notebook(frame, cells, is_compact=True)


_CUT: Mapping[str, Any] = {
    "output_type": "stream",
    "name": "stderr",
    "text": "[sorties trop volumineuses\u00a0: elles ne sont pas conservées]\n",
}
