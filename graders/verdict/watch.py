"""Rewrites a test so that its comparisons remember what they compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

from graders.verdict.peer import Peer

WATCH = "__garrigue__"
ASSERTING = re.compile(r"assert|equal|close|raises|check", re.IGNORECASE)
ROUNDING = ("abs", "fabs", "absolute", "round", "max", "norm")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One assertion of a test.

    :param kind: the operator's class name, the function's name, `Truth` for what a function of
        the learner's answers, or empty.
    :param label: the file name under which its cell was compiled.
    :param node: where it stands in the cell; what the node holds is rewritten.
    :param learner_sides: for each side, whether it reads a name of the learner's.
    :param is_negated: it stands under `not`.
    :param lines: first and last line of the statement that it stands in.
    """

    kind: str
    cell: str
    label: str
    node: ast.expr
    learner_sides: tuple[bool, ...] = ()
    is_negated: bool = False
    lines: tuple[int, int] = (0, 0)

    @property
    def source(self) -> str:
        """The assertion on one line; read when it has failed."""
        segment = ast.get_source_segment(self.cell, self.node)
        return ast.unparse(ast.parse(f"({segment})", mode="eval"))


class Watch:
    """Holds what the assertion at work compares, and delays changes to its arguments.

    `assert f(data) == sorted(data)` must not compare with what `f` made of `data`: changes
    to arguments are copied back when the whole comparison has been evaluated.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.claims: list[Claim] = []
        self.current = -1
        self.noted: list[Any] = []
        self._depth = 0

    def reset(self, claims: list[Claim]) -> None:
        """Begin another test, whose claims come after those of the tests before.

        A function that an earlier test defined still names the claims that it had then.
        """
        self.claims += claims
        self.current, self.noted, self._depth = -1, [], 0
        self._peer.held = None

    def begin(self, number: int) -> int:
        """An assertion begins."""
        self.flush()
        self.current, self.noted = number, []
        self._peer.held = []
        return number

    def claim_at(self, label: str, line: int) -> Claim | None:
        """Return the assertion at work if the cell's line is one of its statement's."""
        claim = self.claims[self.current] if self.current >= 0 else None
        is_there = claim is not None and claim.label == label
        return (
            claim if claim and is_there and claim.lines[0] <= line <= claim.lines[1] else None
        )

    def first(self, number: int, value: Any) -> Any:
        """Remember the first side; `begin` has run before it was evaluated."""
        return self.note(value) if number == self.current else value

    def note(self, value: Any) -> Any:
        """Remember another side."""
        self.noted.append(value)
        return value

    def last(self, value: Any) -> Any:
        """Remember the last argument of a call, all being evaluated now."""
        self.flush()
        return self.note(value)

    def end(self, value: Any) -> Any:
        """The comparison is evaluated."""
        self.flush()
        return value

    def settle(self) -> None:
        """A statement of a function has run: the next one sees what it did to arguments."""
        held = self._peer.held
        if held:
            for change in held:
                change()
            held.clear()

    def flush(self) -> None:
        """Copy the delayed changes back."""
        held, self._peer.held = self._peer.held, None
        for change in held or ():
            change()


class Rewriter(ast.NodeTransformer):
    """Wraps both sides of comparisons, and the arguments of asserting calls.

    :param cell: the source that the tree was read from.
    :param label: the file name under which it will be compiled.
    :param first: the number of its first claim.
    """

    def __init__(
        self, cell: str, is_theirs: Callable[[str], bool], *, label: str = "", first: int = 0
    ) -> None:
        self._cell = cell
        self._label = label
        self._first_number = first
        self._is_theirs = is_theirs
        self._is_negated = False
        self._functions = 0
        self._lines = (0, 0)
        self.claims: list[Claim] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1
        if not self._functions:
            _settle_after_each(node)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        node.test = self._watched_in(node, node.test)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if isinstance(node.test, ast.Compare):
            node.test = self._watched_in(node, node.test)
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if isinstance(node.value, ast.Compare):
            node.value = self._watched_in(node, node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and ASSERTING.search(_name_of(call.func)):
            node.value = self._watched_in(node, call)
        return node

    def _watched_in(self, statement: ast.stmt, node: ast.expr) -> ast.expr:
        self._lines = (statement.lineno, statement.end_lineno or statement.lineno)
        return self._watched(node)

    def _watched(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BoolOp):
            node.values = [self._watched(value) for value in node.values]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self._is_negated = not self._is_negated
            node.operand = self._watched(node.operand)
            self._is_negated = not self._is_negated
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compare(node)
        elif isinstance(node, ast.Call) and len(node.args) >= 2 and not _is_starred(node):
            return self._call(node)
        elif _is_equals(node):
            return self._equals(node)
        else:
            return self._plain(node)
        return node

    def _equals(self, node: ast.Call) -> ast.expr:
        """`table.equals(other)`: both tables are remembered."""
        assert isinstance(node.func, ast.Attribute)
        number = self._claim("equals", node, (node.func.value, node.args[0]))
        node.func.value = self._first(number, node.func.value)
        node.args = [_call("last", node.args[0])]
        return node

    def _plain(self, node: ast.expr) -> ast.expr:
        is_answer = isinstance(node, ast.Call) and self._reads_theirs(node.func)
        number = self._claim("Truth" if is_answer else "", node, ())
        return _call("first", _call("begin", _number(number, node)), node)

    def _compare(self, node: ast.Compare) -> ast.expr:
        inner = node.left.args[0] if _is_rounded_difference(node.left) else None  # type: ignore[attr-defined]
        if isinstance(inner, ast.BinOp):
            number = self._claim("Near", node, (inner.left, inner.right))
            inner.left = self._first(number, inner.left)
            inner.right = _call("note", inner.right)
            return _call("end", node)
        sides = (node.left, node.comparators[0])
        number = self._claim(type(node.ops[0]).__name__, node, sides)
        node.left = self._first(number, node.left)
        node.comparators = [_call("note", node.comparators[0])]
        return _call("end", node)

    def _call(self, node: ast.Call) -> ast.expr:
        number = self._claim(_name_of(node.func), node, tuple(node.args[:2]))
        *middle, last = node.args[1:]
        node.args = [
            self._first(number, node.args[0]),
            *(_call("note", each) for each in middle),
            _call("last", last),
        ]
        return node

    def _first(self, number: int, node: ast.expr) -> ast.expr:
        return _call("first", _call("begin", _number(number, node)), node)

    def _claim(self, kind: str, node: ast.expr, sides: tuple[ast.expr, ...]) -> int:
        theirs = tuple(self._reads_theirs(side) for side in sides)
        self.claims.append(
            Claim(
                kind=kind,
                cell=self._cell,
                label=self._label,
                node=node,
                learner_sides=theirs,
                is_negated=self._is_negated,
                lines=self._lines,
            )
        )
        return self._first_number + len(self.claims) - 1

    def _reads_theirs(self, node: ast.expr) -> bool:
        names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return any(self._is_theirs(name) for name in names)


def _settle_after_each(function: ast.AST) -> None:
    """Have what each statement of a function did to arguments copied back behind it."""
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, [part for each in body for part in _settled(each)])


def _settled(statement: ast.AST) -> list[ast.AST]:
    kinds = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign)
    calls = isinstance(statement, kinds) and any(
        isinstance(node, ast.Call) for node in ast.walk(statement)
    )
    if not calls:
        return [statement]
    watch = ast.Attribute(ast.Name(WATCH, ast.Load()), "settle", ast.Load())
    settle = ast.Expr(ast.Call(watch, [], []))
    ast.copy_location(settle, statement)
    return [statement, ast.fix_missing_locations(settle)]


def _number(number: int, node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Constant(number), node)


def _call(method: str, *args: ast.expr) -> ast.Call:
    """Return a call of the watch's, which stands where its last argument does."""
    node = args[-1]
    watch = ast.copy_location(ast.Name(id=WATCH, ctx=ast.Load()), node)
    function = ast.Attribute(value=watch, attr=method, ctx=ast.Load())
    call = ast.Call(func=ast.copy_location(function, node), args=list(args), keywords=[])
    return ast.copy_location(call, node)


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_equals(node: ast.expr) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "equals"
        and len(node.args) == 1
        and not _is_starred(node)
    )


def _is_starred(node: ast.Call) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in node.args)


def _is_rounded_difference(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and len(node.args) == 1
        and _name_of(node.func) in ROUNDING
        and isinstance(node.args[0], ast.BinOp)
        and isinstance(node.args[0].op, ast.Sub)
    )
