"""Tests that look weak without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

#: Calls whose truth is the whole answer, so that asserting them is no weak test.
PREDICATES = {
    "all", "any", "isinstance", "issubclass", "hasattr", "callable", "allclose", "isclose",
    "array_equal", "array_equiv", "equals", "startswith", "endswith", "isdisjoint", "issubset",
    "issuperset", "is_integer", "isdigit", "isalpha", "isspace", "exists", "is_file", "is_dir",
    "is_unique", "match", "fullmatch", "search", "isnan", "isfinite", "is_monotonic_increasing",
    "is_monotonic_decreasing", "fuzzy_equals", "is_numeric_dtype", "is_string_dtype",
    "is_datetime64_any_dtype", "bool",
}  # fmt: skip
CHECKING = ("assert", "raise", "fail", "check", "verif")


def weaknesses(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the reason of each weak point in a test cell's text."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return  # magics: running the reference says whether they work
    if not _checks_anything(tree):
        yield (
            1,
            "ce test ne vérifie rien\u00a0: il n’a ni «\u00a0assert\u00a0» ni autre chose",
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            reason = _why_weak(node.test)
            if reason:
                yield (
                    node.lineno,
                    f"«\u00a0assert {ast.unparse(node.test)[:80]}\u00a0» {reason}",
                )


def _checks_anything(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert | ast.Raise):
            return True
        if isinstance(node, ast.Call) and any(w in _name(node.func).lower() for w in CHECKING):
            return True
    # nbgrader's partial credit: the cell's value is its points.
    return bool(tree.body) and isinstance(tree.body[-1], ast.Expr)


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _why_weak(test: ast.expr) -> str:
    if isinstance(test, ast.Constant) and test.value:
        return "est toujours vrai"
    if isinstance(test, ast.Tuple) and test.elts:
        return "est toujours vrai\u00a0: un couple n’est jamais faux. Retirez les parenthèses"
    if isinstance(test, ast.Call) and _name(test.func) not in PREDICATES:
        return "accepte toute valeur vraie\u00a0: comparez avec la valeur attendue"
    if isinstance(test, ast.Name):
        return "accepte toute valeur vraie\u00a0: comparez avec la valeur attendue"
    return ""
