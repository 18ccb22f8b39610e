"""How an exercise went wrong, in a form in which two people's errors can be the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.domain.standing import SETTLED

#: What differs between two messages that say the same: numbers, addresses, quoted words.
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])")
_PATH = re.compile(r"(?:/[\w.~-]+){2,}")
_SPACES = re.compile(r"\s+")
MAX_CHARACTERS = 200
EXAMPLES = 3


class OutcomeKind(StrEnum):
    """What went wrong."""

    ERROR = "error"  # the learner's code ended on an exception
    VALUE = "value"  # a visible test compared values, and another one came
    TEST = "test"  # a visible test did not pass, without a value to show
    HIDDEN = "hidden"  # a hidden test did not pass
    STOPPED = "stopped"  # nothing of the exercise could be tested


@dataclass(frozen=True, kw_only=True, order=True)
class WrongOutcome:
    """One way to be wrong; equal for all who were wrong in that way.

    :param name: the class of the error, the test's `grade_id`, or how the run ended.
    :param text: the message without what differs from one person to the next, or the value.
    """

    kind: OutcomeKind
    name: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one run says of one exercise.

    :param run_outcome: how the whole run ended, as `graders.protocol.Outcome`.
    :param tests: as `graders.protocol.TestResult`, one object a test.
    :param errors: as `graders.protocol.CellError`.
    """

    learner_id: int
    submission_id: int
    run_outcome: str
    outcome: str
    tests: Sequence[Mapping[str, Any]]
    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The same wrong outcome of several people.

    :param learners: how many people had it.
    :param submissions: how many submissions had it.
    :param examples: some of these submissions, the latest first, one a person.
    """

    outcome: WrongOutcome
    learners: int
    submissions: int
    examples: tuple[int, ...]


def normalised(message: str) -> str:
    """Return a message without what differs between two that say the same.

    >>> normalised("list index 12 out of range")
    'list index … out of range'
    >>> normalised("<Foo object at 0x7f12ab> in /tmp/x/y.py")
    '<Foo object at …> in …'
    """
    first = message.strip().partition("\n")[0]
    for pattern in (_ADDRESS, _PATH, _NUMBER):
        first = pattern.sub("…", first)
    return _SPACES.sub(" ", first)[:MAX_CHARACTERS]


def wrong_outcomes(result: Result) -> frozenset[WrongOutcome]:
    """Return the ways in which one exercise of one run went wrong; none when it did not."""
    if result.outcome in SETTLED:
        return frozenset()
    errors = {
        WrongOutcome(
            kind=OutcomeKind.ERROR, name=error["name"], text=normalised(error["message"])
        )
        for error in result.errors
    }
    tests = {_of_test(test) for test in result.tests if test["outcome"] not in SETTLED}
    shown = errors | {found for found in tests if found is not None}
    stopped = WrongOutcome(kind=OutcomeKind.STOPPED, name=result.run_outcome)
    return frozenset(shown or {stopped})


def grouped(results: Iterable[Result]) -> tuple[Group, ...]:
    """Return the wrong outcomes, the one that most people had first.

    :param results: oldest first.
    """
    found: dict[WrongOutcome, list[Result]] = {}
    for result in results:
        for outcome in wrong_outcomes(result):
            found.setdefault(outcome, []).append(result)
    groups = [_group(outcome, held) for outcome, held in found.items()]
    return tuple(sorted(groups, key=lambda one: (-one.learners, -one.submissions, one.outcome)))


def _group(outcome: WrongOutcome, held: Sequence[Result]) -> Group:
    latest = {result.learner_id: result.submission_id for result in held}
    return Group(
        outcome=outcome,
        learners=len(latest),
        submissions=len({result.submission_id for result in held}),
        examples=tuple(sorted(latest.values(), reverse=True)[:EXAMPLES]),
    )


def _of_test(test: Mapping[str, Any]) -> WrongOutcome | None:
    """Return how a test went wrong; None when it never ran: what stopped it says more."""
    if test["outcome"] == "not-run":
        return None
    if test.get("is_hidden"):
        return WrongOutcome(kind=OutcomeKind.HIDDEN, name=test["id"])
    got = (test.get("comparison") or {}).get("got")
    if got:
        shown = got.get("text") or " × ".join(str(size) for size in got.get("shape", ()))
        told = _SPACES.sub(" ", shown)[:MAX_CHARACTERS]
        return WrongOutcome(
            kind=OutcomeKind.VALUE,
            name=test["id"],
            text=f"{got['type']}\N{NO-BREAK SPACE}: {told}" if told else got["type"],
        )
    return WrongOutcome(
        kind=OutcomeKind.TEST, name=test["id"], text=normalised(test.get("message", ""))
    )
