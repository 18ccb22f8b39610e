"""Wrong answers made from a right one, each by one small change that a learner could make."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graders.checking.operators import LAZY, OPERATORS
from graders.notebooks.regions import SOLUTION, cut


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One wrong answer.

    :param id: stays the same when other lines of the solution change.
    :param line: where the change is, in the answer's cell, from 1.
    :param function: the function that was replaced whole; empty for a smaller change.
    """

    id: str
    operator: str
    line: int
    before: str
    after: str
    source: str
    function: str = ""

    def __str__(self) -> str:
        change = f"«\u00a0{self.before}\u00a0» devient «\u00a0{self.after}\u00a0»"
        return f"ligne {self.line}\u00a0: {change}"


def mutants(source: str, *, at_most: int = 60) -> tuple[Mutant, ...]:
    """Return wrong answers for an author's answer cell, each once, spread over the operators.

    Only what lies between `### BEGIN SOLUTION` and `### END SOLUTION` is changed, where the
    cell has such marks. A cell that is no plain Python (`%%bash`) has none.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    shown = set(cut(source, SOLUTION).lines) if cut(source, SOLUTION).is_cut else set()
    known = {ast.unparse(tree)}
    found: dict[str, list[Mutant]] = {}
    counts: dict[str, int] = {}
    for operator, number, changed in _changes(tree):
        before = _nodes(tree)[number]
        line = _line(before)
        if line in shown and operator != LAZY:
            continue
        mutated = _replaced(tree, number, changed)
        if mutated in known or not _compiles(mutated):
            continue
        known.add(mutated)
        before_text, after_text = _text(before), _text(changed)
        # Numbered among its equals, so that a line added above does not rename it.
        same = f"{operator}\0{before_text}\0{after_text}"
        counts[same] = counts.get(same, 0) + 1
        digest = hashlib.sha256(f"{same}\0{counts[same]}".encode()).hexdigest()[:8]
        found.setdefault(operator, []).append(
            Mutant(
                id=f"{operator}-{digest}",
                operator=operator,
                line=line,
                before=before_text,
                after=after_text,
                source=mutated,
                function=changed.name if isinstance(changed, ast.FunctionDef) else "",
            )
        )
    return tuple(_spread(list(found.values()), at_most))


def _line(node: ast.AST) -> int:
    place = node.iter if isinstance(node, ast.comprehension) else node
    return int(getattr(place, "lineno", 0))


def _nodes(tree: ast.AST) -> list[ast.AST]:
    return list(ast.walk(tree))


def _changes(tree: ast.AST) -> Iterator[tuple[str, int, ast.AST]]:
    texts = _texts_for_people(tree)
    for number, node in enumerate(_nodes(tree)):
        if id(node) in texts:
            continue
        for name, operator in OPERATORS.items():
            for changed in operator(node):
                yield name, number, changed


def _texts_for_people(tree: ast.AST) -> set[int]:
    """Return docstrings and errors' messages: no test should hang on their words."""
    holders = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, holders) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found |= {id(first), id(first.value)}
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found |= {id(part) for text in node.exc.args for part in ast.walk(text)}
    return found


def _replaced(tree: ast.AST, number: int, changed: ast.AST) -> str:
    whole = copy.deepcopy(tree)
    target = _nodes(whole)[number]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return changed if node is target else super().generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(whole)))


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _text(node: ast.AST) -> str:
    shown = node.body[0] if isinstance(node, ast.FunctionDef) and len(node.body) == 1 else node
    text = ast.unparse(shown).split("\n", 1)[0]
    return text if len(text) <= 100 else text[:99] + "…"


def _spread(groups: list[list[Mutant]], at_most: int) -> Iterable[Mutant]:
    """Return one of each group, then the second of each, and so on."""
    chosen: list[Mutant] = []
    for rank in range(max(map(len, groups), default=0)):
        chosen += [group[rank] for group in groups if rank < len(group)]
    return sorted(chosen[:at_most], key=lambda mutant: (mutant.line, mutant.id))
