"""Which names a notebook's cells define, read from their source without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

#: Lines for IPython, which Python cannot read.
MAGIC = re.compile(r"^\s*(%|!|\?|.*\?\s*$|[\w.]+\s*=\s*[%!])")


@dataclass(frozen=True, kw_only=True)
class FieldOf:
    """One field of an author's dataclass.

    :param default: a literal, where it has one.
    :param counts: it is compared.
    """

    name: str
    has_default: bool = False
    default: Any = None
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class ClassMembers:
    """What the author's own classes define.

    :param names: methods and attributes of each class, by its name.
    :param dataclasses: those whose equality the checker can compute itself.
    :param fields: of those that only keep what they are given, in order.
    """

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    dataclasses: frozenset[str] = frozenset()
    fields: dict[str, tuple[FieldOf, ...]] = field(default_factory=dict)


def without_magics(source: str) -> str:
    """Return a cell's source with IPython's own lines blanked."""
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        is_python = first.split()[0] in ("%%time", "%%timeit", "%%capture")
        source = "\n" + rest if is_python else ""
    return "\n".join(_plain_line(line) for line in source.split("\n"))


def _plain_line(line: str) -> str:
    if not MAGIC.match(line):
        return line
    indent = len(line) - len(line.lstrip())
    return " " * indent + "pass" if indent else ""


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module:
    """Return a cell's tree, to be read only; of a cell that is no Python, what can be read.

    Magics are dropped only from cells that Python cannot read as they are.
    """
    for text in (source, without_magics(source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return ast.Module(body=list(_readable(without_magics(source))), type_ignores=[])


def _readable(source: str) -> Iterator[ast.stmt]:
    """Yield the top-level statements that can be read one by one."""
    chunk: list[str] = []
    for line in [*source.replace("\0", "").split("\n"), "end"]:
        if line[:1].strip() and line[0] not in "#)]}@" and chunk:
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                yield from ast.parse("\n".join(chunk)).body
            chunk = []
        chunk.append(line)


def names_defined_by(sources: Iterable[str]) -> frozenset[str]:
    """Return the global names that cells bind, change or delete, but for imported ones.

    A name counts also when only a part of it is set (`df["total"] = …`) or when a method is
    called on it for its effect (`names.append(…)`).
    """
    found: set[str] = set()
    imported: set[str] = set()
    for source in sources:
        globals_ = _globals_of(source)
        found |= globals_.bound
        imported |= globals_.imported - globals_.assigned
    return frozenset(found - imported)


def imports_of(source: str) -> list[ast.Import | ast.ImportFrom]:
    """Return the import statements of a cell that run at its top level."""
    found = []
    for node in _statements(parsed(source).body):
        if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0):
            found.append(node)
    return found


def functions_of(source: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions that a cell defines at its top level."""
    body = parsed(source).body
    return [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def definitions_of(source: str) -> list[ast.stmt]:
    """Return the imports, functions, classes and literals that a cell binds to names."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    literals = {id(value) for value in constants_of(source).values()}
    return [
        node
        for node in parsed(source).body
        if isinstance(node, kinds) or id(getattr(node, "value", None)) in literals
    ]


def constants_of(source: str) -> dict[str, ast.expr]:
    """Return the names that a cell binds to literals, once each."""
    found: dict[str, ast.expr] = {}
    for node in parsed(source).body:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Name):
            try:
                ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            found[target.id] = node.value
    return found


def members_defined_by(sources: Iterable[str]) -> ClassMembers:
    """Return what the classes in cells define: methods, fields and `self` attributes."""
    names: dict[str, frozenset[str]] = {}
    dataclasses: set[str] = set()
    fields: dict[str, tuple[FieldOf, ...]] = {}
    for source in sources:
        for node in parsed(source).body:
            fields.update(_fields_of_tuple(node))
            if isinstance(node, ast.ClassDef):
                names[node.name] = frozenset(_members(node))
                decorators = "".join(map(ast.unparse, node.decorator_list))
                if "dataclass" in decorators:
                    dataclasses.add(node.name)
                    if "frozen=True" in decorators or "unsafe_hash=True" in decorators:
                        names[node.name] |= {"__hash__"}
                    fields.update(_fields_of(node))
    own_equality = {name for name, members in names.items() if "__eq__" in members}
    known = frozenset(dataclasses - own_equality)
    fields = {name: each for name, each in fields.items() if name not in own_equality}
    return ClassMembers(names=names, dataclasses=known, fields=fields)


def _fields_of(node: ast.ClassDef) -> Iterator[tuple[str, tuple[FieldOf, ...]]]:
    """Yield a dataclass with its fields if its instances hold just what they were given."""
    methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    decorators = [ast.unparse(each) for each in node.decorator_list]
    is_plain = not node.bases and not methods & {"__init__", "__new__", "__post_init__"}
    if (
        not is_plain
        or len(decorators) != 1
        or re.search(r"\b(init|eq|kw_only)\b", decorators[0])
    ):
        return
    found = []
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            kind = ast.unparse(part.annotation)
            if "InitVar" in kind or "KW_ONLY" in kind:
                return
            if "ClassVar" not in kind:
                found.append(_field_of(part.target.id, part.value))
    yield node.name, tuple(found)


def _fields_of_tuple(node: ast.stmt) -> dict[str, tuple[FieldOf, ...]]:
    """Return the fields of `P = namedtuple("P", "x y")` or `class P(NamedTuple)`."""
    if isinstance(node, ast.ClassDef):
        bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        if bases != ["NamedTuple"] or methods & {"__new__", "__eq__"}:
            return {}
        rows = [each for each in node.body if isinstance(each, ast.AnnAssign)]
        found = [_field_of(ast.unparse(each.target), each.value) for each in rows]
        return {node.name: tuple(found)}
    call = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not (isinstance(call, ast.Call) and len(call.args) == 2 and not call.keywords):
        return {}
    if ast.unparse(call.func).rpartition(".")[2] != "namedtuple":
        return {}
    try:
        said = ast.literal_eval(call.args[1])
    except ValueError:
        return {}
    words = said.replace(",", " ").split() if isinstance(said, str) else said
    name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
    return {name: tuple(FieldOf(name=str(word)) for word in words)}


def _field_of(name: str, value: ast.expr | None) -> FieldOf:
    if value is None:
        return FieldOf(name=name)
    try:
        return FieldOf(name=name, has_default=True, default=ast.literal_eval(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return FieldOf(name=name, counts="compare=False" not in ast.unparse(value))


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.name
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.attr


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(getattr(node, name, []))


@lru_cache(maxsize=256)
def _globals_of(source: str) -> _Globals:
    visitor = _Globals()
    visitor.visit(parsed(source))
    return visitor


class _Globals(ast.NodeVisitor):
    """Collects what a cell binds in the notebook's own namespace."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.assigned: set[str] = set()
        self.imported: set[str] = set()

    def _define(self, name: str) -> None:
        self.bound.add(name)
        self.assigned.add(name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._define(node.name)
        for part in ast.walk(node):
            if isinstance(part, ast.Global):
                self.bound.update(part.names)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._define(node.name)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Its names are its own."""

    def _visit_comprehension(self, node: ast.AST) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.NamedExpr) and isinstance(part.target, ast.Name):
                self._define(part.target.id)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._define(node.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.imported.add((alias.asname or alias.name).partition(".")[0])

    visit_ImportFrom = visit_Import

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._define(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._define(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._define(node.rest)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._visit_part(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._visit_part(node)

    def _visit_part(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self._change(call.func)
        self.generic_visit(node)

    def _change(self, node: ast.expr) -> None:
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            self.bound.add(node.id)
