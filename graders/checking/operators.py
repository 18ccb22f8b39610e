"""The small changes that make a right answer wrong: each yields what may replace a node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Operator = Callable[[ast.AST], Iterator[ast.AST]]

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
NAMES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sum": "len", "len": "sum",
    "sorted": "list", "set": "list", "int": "float",
    "upper": "lower", "lower": "upper", "startswith": "endswith", "endswith": "startswith",
    "append": "extend", "mean": "median", "median": "mean", "head": "tail", "tail": "head",
    "count": "nunique", "nunique": "count", "idxmax": "idxmin", "idxmin": "idxmax",
    "merge": "join", "ceil": "floor", "floor": "ceil", "std": "var", "keys": "values",
    "values": "keys", "index": "find", "split": "splitlines", "find": "rfind",
}  # fmt: skip
DROPPED = {
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "dropna", "drop_duplicates",
    "reset_index", "sort_values", "sort_index", "copy", "astype", "fillna", "sorted", "round",
    "abs", "set", "reversed", "title", "capitalize", "removeprefix", "removesuffix",
}  # fmt: skip


def _constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, float):
        yield from (ast.Constant(value + 1), ast.Constant(value / 2))
    elif isinstance(value, str) and value:
        yield ast.Constant("")
        if not value[-1].isspace():  # after a space or a line's end, one more seldom counts
            yield ast.Constant(value + " ")


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Compare):
        return
    for place, kind in enumerate(node.ops):
        for other in COMPARISONS[type(kind)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield ast.Compare(left=node.left, ops=ops, comparators=node.comparators)


def _arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(left=node.left, op=other(), right=node.right)
    elif isinstance(node, ast.AugAssign):
        for other in ARITHMETIC.get(type(node.op), ()):
            yield ast.AugAssign(target=node.target, op=other(), value=node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def _boolean(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(op=other, values=node.values)
        for place in range(len(node.values)):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def _condition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        for test in (True, False):
            yield ast.If(test=ast.Constant(test), body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(
            target=node.target, iter=node.iter, ifs=[], is_async=node.is_async
        )


def _removed(node: ast.AST) -> Iterator[ast.AST]:
    kinds = (ast.Expr, ast.AugAssign, ast.Raise, ast.Break, ast.Continue, ast.Assert, ast.For)
    if isinstance(node, kinds) or (isinstance(node, ast.If) and not node.orelse):
        yield ast.Pass()
    elif isinstance(node, ast.Try) and node.handlers:
        yield ast.If(test=ast.Constant(True), body=node.body, orelse=[])


def _call(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name):
        yield from _function(node, node.func)
    elif isinstance(node.func, ast.Attribute):
        yield from _method(node, node.func)
    for place in range(len(node.keywords)):
        rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
        yield ast.Call(node.func, node.args, rest)


def _function(node: ast.Call, name: ast.Name) -> Iterator[ast.AST]:
    if name.id in NAMES:
        yield ast.Call(ast.Name(NAMES[name.id], ast.Load()), node.args, node.keywords)
    if name.id in DROPPED and node.args:
        yield node.args[0]


def _method(node: ast.Call, name: ast.Attribute) -> Iterator[ast.AST]:
    if name.attr in NAMES:
        func = ast.Attribute(name.value, NAMES[name.attr], ast.Load())
        yield ast.Call(func, node.args, node.keywords)
    if name.attr in DROPPED:
        yield name.value


def _off_by_one(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Slice):
        if node.lower is not None:
            for lower in (None, _plus(node.lower, 1)):
                yield ast.Slice(lower, node.upper, node.step)
        if node.upper is not None:
            for upper in (None, _plus(node.upper, 1)):
                yield ast.Slice(node.lower, upper, node.step)
    elif isinstance(node, ast.Call) and _is_range(node.func) and node.args:
        place = 0 if len(node.args) == 1 else 1
        for step in (1, -1):
            args = list(node.args)
            args[place] = _plus(args[place], step)
            yield ast.Call(node.func, args, node.keywords)


def _is_range(func: ast.expr) -> bool:
    return isinstance(func, ast.Name) and func.id == "range"


def _plus(node: ast.expr, step: int) -> ast.expr:
    operator = ast.Add() if step > 0 else ast.Sub()
    return ast.BinOp(left=node, op=operator, right=ast.Constant(abs(step)))


def _lazy_body(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the function with nothing left but a lazy return."""
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("__"):
        return
    arguments = [*node.args.posonlyargs, *node.args.args]
    names = [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]
    lazy: list[ast.expr] = [ast.Constant(None), ast.Constant(0), ast.Constant(True)]
    lazy += [ast.Constant(""), ast.List([], ast.Load())]
    lazy += [ast.Name(name, ast.Load()) for name in names[:1]]
    for value in lazy:
        yield _with_body(node, [ast.Return(value)])


def _with_body(node: ast.FunctionDef, body: list[ast.stmt]) -> ast.FunctionDef:
    fields = {name: getattr(node, name) for name in node._fields} | {"body": body}
    return ast.FunctionDef(**fields)


def _returned(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
        yield ast.Assign(targets=node.targets, value=ast.Constant(None))


#: The operator whose answers do nothing: a test that lets one of them through is weak.
LAZY = "paresse"

OPERATORS: dict[str, Operator] = {
    LAZY: _lazy_body,
    "retour": _returned,
    "comparaison": _comparison,
    "calcul": _arithmetic,
    "logique": _boolean,
    "condition": _condition,
    "borne": _off_by_one,
    "constante": _constant,
    "appel": _call,
    "suppression": _removed,
}
