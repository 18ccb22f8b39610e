"""One exercise of a run as people read it: tests, values compared, errors explained, hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graders.comparison import Comparison, comparison_from_json
from lms.domain.changes import Change
from lms.domain.differences import Line, Remark, lines_of, remark
from lms.domain.explanations import Explanation, explain, explain_traceback
from lms.domain.standing import SETTLED
from lms.models import Comment, ExerciseResult
from lms.services.hints import Hints, shown


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The two values of a failed test.

    :param values: as the engine tells them.
    :param lines: of two texts, line by line; empty for other values and for short texts.
    :param remark: what is easily overlooked; None when there is nothing of the kind.
    """

    values: Comparison
    lines: tuple[Line, ...] = ()
    remark: Remark | None = None


@dataclass(frozen=True, kw_only=True)
class TestShown:
    """One test as people see it; of a hidden one, only that it exists and how it ended.

    :param source: the visible test; empty when it is hidden.
    :param message: why it is not passed; empty when the values that were compared say it.
    :param explanation: what Python's error means; None when there is none.
    """

    __test__ = False

    name: str
    outcome: str
    points: float
    max_points: float
    is_hidden: bool
    is_forgeable: bool
    source: str
    message: str
    traceback: str
    compared: Compared | None
    explanation: Explanation | None


@dataclass(frozen=True, kw_only=True)
class ErrorShown:
    """The error on which one of the learner's cells ended.

    :param name: its class.
    """

    name: str
    message: str
    traceback: str
    explanation: Explanation | None


@dataclass(frozen=True, kw_only=True)
class ExerciseShown:
    """One exercise's result.

    :param hints: the author's, as far as this reader may see them now.
    :param asked: how many of them the learner asked for.
    :param change: since the attempt before; None when there is none.
    """

    id: str
    title: str
    outcome: str
    points: float
    max_points: float
    is_forgeable: bool
    tests: tuple[TestShown, ...]
    errors: tuple[ErrorShown, ...] = ()
    hints: Hints = field(default_factory=Hints)
    asked: int = 0
    change: Change | None = None
    comments: tuple[Comment, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to redo."""
        return self.outcome in SETTLED


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands beside the results of a submission.

    :param language: in which errors are explained.
    :param has_all_hints: whether the reader sees hints that were not asked for.
    :param asked: how many hints the learner asked for, by exercise.
    """

    language: str
    has_all_hints: bool
    hints: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, int]
    changes: Mapping[str, Change]
    comments: Sequence[Comment]


def exercise_shown(result: ExerciseResult, around: Around) -> ExerciseShown:
    """Return one exercise's result as it is shown."""
    key, answer = result.exercise_id, result.answer or ""
    hints = () if result.outcome in SETTLED else around.hints.get(key, ())
    asked = around.asked.get(key, 0)
    return ExerciseShown(
        id=key,
        title=result.title,
        outcome=result.outcome,
        points=result.points,
        max_points=result.max_points,
        is_forgeable=result.is_forgeable,
        tests=tuple(_test(test, answer, around.language) for test in result.tests),
        errors=tuple(_error(error, answer, around.language) for error in result.errors or ()),
        hints=shown(hints, len(hints) if around.has_all_hints else asked),
        asked=min(asked, len(hints)),
        change=around.changes.get(key),
        comments=tuple(found for found in around.comments if found.exercise_id == key),
    )


def _test(test: Mapping[str, Any], answer: str, language: str) -> TestShown:
    told = comparison_from_json(test.get("comparison"))
    has_message = told is None or told.has_message
    return TestShown(
        name=test["id"],
        outcome=test["outcome"],
        points=test["points"],
        max_points=test["max_points"],
        is_hidden=test["is_hidden"],
        is_forgeable=test["is_forgeable"],
        source=test["source"],
        message=test["message"] if has_message else "",
        traceback=test["traceback"],
        compared=None if told is None else compared(told),
        explanation=explain_traceback(test["traceback"], answer, language=language),
    )


def compared(told: Comparison) -> Compared:
    """Return a comparison with what its reader may have overlooked."""
    expected, got = told.expected, told.got
    are_texts = expected.kind == got.kind == "text"
    has_lines = are_texts and "\n" in expected.text + got.text
    is_alike = told.relation in ("same", "near")
    return Compared(
        values=told,
        lines=lines_of(expected.text, got.text) if has_lines else (),
        remark=remark((expected.type, expected.text), (got.type, got.text))
        if is_alike
        else None,
    )


def _error(error: Mapping[str, Any], answer: str, language: str) -> ErrorShown:
    name, message, traceback = error["name"], error["message"], error["traceback"]
    return ErrorShown(
        name=name,
        message=message,
        traceback=traceback,
        explanation=explain(name, message, traceback, answer, language=language),
    )
