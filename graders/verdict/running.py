"""Runs one test cell and says what it is worth: whatever is not shown to be right is wrong."""

from __future__ import annotations

import ast
import io
import math
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from traceback import walk_tb
from typing import Any

from graders.verdict import messages
from graders.verdict.comparing import comparison_of
from graders.verdict.names import without_magics
from graders.verdict.namespace import Namespace
from graders.verdict.peer import Broken, Peer
from graders.verdict.watch import ASSERTING, WATCH, Rewriter, Watch

#: How the file names of test cells begin.
TEST_LABEL = "<test "
#: How often the alarm rings again for a test that swallows everything.
AGAIN_S = 0.5
MAX_PRINTED = 1 << 20
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


class TimeUp(BaseException):
    """The test took too long."""


class Unusable(Exception):
    """The author's test is no Python."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one test cell came to, between 0 and 1 of its points."""

    share: float
    message: str = ""
    traceback: str = ""
    comparison: dict[str, Any] | None = None


def _nothing() -> None:
    """Tell of no values."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a statement failed, and where.

    :param line: that of the cell's innermost frame.
    :param through: all the cell's lines that were at work: a function of the cell may stand in
        its visible part and have been called from the hidden one.
    :param told: describes the values that were compared; slow, so only for what is shown.
    """

    message: str
    traceback: str
    line: int
    through: frozenset[int] = frozenset()
    told: Callable[[], dict[str, Any] | None] = _nothing


class Sink(io.StringIO):
    """Takes what a test prints, up to a limit."""

    def write(self, text: str) -> int:
        """Keep the text if there is room."""
        return super().write(text) if self.tell() < MAX_PRINTED else len(text)


class Runner:
    """Runs the tests of one notebook, one after another, in one namespace."""

    def __init__(
        self, peer: Peer, namespace: Namespace, is_theirs: Callable[[str], bool]
    ) -> None:
        self._peer = peer
        self._names = namespace
        self._is_theirs = is_theirs
        self._watch = Watch(peer)
        self._shown: ast.expr | None = None

    def run(
        self,
        source: str,
        *,
        label: str,
        points: float,
        is_split: bool,
        is_hidden: bool,
        wall_s: float,
    ) -> Finding:
        """Run a test cell and return its worth.

        :param is_split: its points are divided among its assertions.
        :raises Unusable: if the source is no Python.
        """
        tree, text = _read(source)
        secret = _hidden_lines(source)
        body = tree.body
        asserting = [is_asserting(statement) for statement in body] if is_split else []
        shown = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
        self._shown = shown
        rewriter = Rewriter(text, self._is_theirs, label=label, first=len(self._watch.claims))
        tree = rewriter.visit(tree)
        self._watch.reset(rewriter.claims)
        dict.__setitem__(self._names, WATCH, self._watch)
        with _alarm(self._peer, wall_s), _quiet():
            groups = _groups(tree.body, asserting) if is_split else [tree.body]
            share, failure = self._groups(
                groups, label, points if shown is not None and not is_split else 0.0
            )
        if self._peer.broken:
            share = 0.0
            failure = Failure(
                message=messages.for_broken(self._peer.broken), traceback="", line=0
            )
        if failure is None or is_hidden or failure.through & secret:
            return Finding(share=share)
        return Finding(
            share=share,
            message=failure.message,
            traceback=failure.traceback,
            comparison=failure.told(),
        )

    def _is_of_learner(self, node: ast.expr) -> bool:
        """Whether a cell's last value is one that the learner's code gave as it is."""
        while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        is_own = isinstance(node, ast.Name) and dict.__contains__(self._names, node.id)
        return isinstance(node, ast.Name) and self._is_theirs(node.id) and not is_own

    def _groups(
        self, groups: Sequence[list[ast.stmt]], label: str, points: float
    ) -> tuple[float, Failure | None]:
        """Run groups of statements; an assertion that fails spoils its own group alone."""
        passed, first = 0, None
        for body in groups:
            value, failure, is_fatal = self._one(body, label, has_value=points > 0)
            first = first or failure
            passed += failure is None
            if is_fatal:
                break
            if failure is None and value is not None:
                return _share(value, points), _part(value, points)
        return passed / len(groups), first

    def _one(
        self, body: list[ast.stmt], label: str, *, has_value: bool
    ) -> tuple[Any, Failure | None, bool]:
        last = body[-1].value if has_value and isinstance(body[-1], ast.Expr) else None
        rest = body[:-1] if last is not None else body
        try:
            code = compile(ast.Module(body=rest, type_ignores=[]), label, "exec")
            exec(code, self._names)  # noqa: S102
            if last is not None:
                value = eval(compile(ast.Expression(last), label, "eval"), self._names)  # noqa: S307
                is_theirs = self._shown is None or self._is_of_learner(self._shown)
                return None if is_theirs else _number(value), None, False
        except AssertionError as error:
            return None, self._failure(error, label), False
        except BaseException as error:
            is_fatal = not isinstance(error, Exception) or bool(self._peer.broken)
            return None, self._failure(error, label), is_fatal
        return None, None, False

    def _failure(self, error: BaseException, label: str) -> Failure:
        rows = [
            (frame.f_code.co_filename, number)
            for frame, number in walk_tb(error.__traceback__)
            if frame.f_code.co_filename.startswith(TEST_LABEL)
        ]
        through = frozenset(number for place, number in rows if place == label)
        place, line = rows[-1] if rows else (label, 0)
        if isinstance(error, Broken | TimeUp):
            return Failure(
                message=messages.for_broken(self._peer.broken),
                traceback="",
                line=line,
                through=through,
            )
        if type(error) is AssertionError:
            claim = self._watch.claim_at(place, line)
            said = str(error.args[0]) if error.args else ""
            noted = self._watch.noted
            text = messages.for_assertion(claim, noted, said)
            told = partial(comparison_of, self._peer, claim, noted, said)
            return Failure(message=text, traceback="", line=line, through=through, told=told)
        text = messages.for_error(error)
        trace = messages.traceback_of(error)
        return Failure(message=text, traceback=trace, line=line, through=through)


def _read(source: str) -> tuple[ast.Module, str]:
    """Return a cell's tree, and the text that it was read from: lines for IPython are not.

    :raises Unusable: if the cell is no Python.
    """
    for text in (source, without_magics(source)):
        try:
            return ast.parse(text), text
        except (SyntaxError, ValueError):
            continue
    raise Unusable("the test is no Python")


def is_asserting(statement: ast.stmt) -> bool:
    """Whether a top-level statement checks something."""
    return any(
        isinstance(node, ast.Assert | ast.Raise)
        or (isinstance(node, ast.Call) and ASSERTING.search(ast.unparse(node.func)) is not None)
        for node in ast.walk(statement)
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
    )


def _groups(body: Sequence[ast.stmt], asserting: Sequence[bool]) -> list[list[ast.stmt]]:
    """Return one group for each asserting statement, with what prepares it."""
    groups: list[list[ast.stmt]] = []
    pending: list[ast.stmt] = []
    for statement, is_one in zip(body, asserting, strict=True):
        pending.append(statement)
        if is_one:
            groups.append(pending)
            pending = []
    if pending and groups:
        groups[-1].extend(pending)
    return groups or [pending]


def _number(value: Any) -> float | None:
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.floating):
        value = float(value)
    return float(value) if type(value) in (int, float) else None


def _share(value: float, points: float) -> float:
    """Return the part of the points that a cell's last value gives.

    More than all is no more than all; less than nothing, and what is no number, is nothing.
    """
    return 0.0 if math.isnan(value) else min(max(value / points, 0.0), 1.0)


def _part(value: float, points: float) -> Failure | None:
    if value >= points:
        return None
    text = f"Votre réponse obtient {max(value, 0):g} sur les {points:g} points de ce test."
    return Failure(message=text, traceback="", line=0)


def _hidden_lines(source: str) -> frozenset[int]:
    hidden, is_hidden = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        if HIDDEN[0] in line:
            is_hidden = True
        if is_hidden:
            hidden.add(number)
        if HIDDEN[1] in line:
            is_hidden = False
    return frozenset(hidden)


@contextmanager
def _alarm(peer: Peer, wall_s: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        peer.broken = peer.broken or "time"
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, wall_s, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _quiet() -> Iterator[None]:
    saved = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Sink(), Sink()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = saved
