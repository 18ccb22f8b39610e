"""The names that a test sees: its own, the author's, the libraries' and then the learner's."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from graders.verdict.exposed import TEST_MODULE
from graders.verdict.names import (
    constants_of,
    definitions_of,
    functions_of,
    imports_of,
    names_defined_by,
)
from graders.verdict.peer import Peer
from graders.verdict.proxy import is_remote
from graders.verdict.raised import Unproven

#: What a learner's import may bring into a test: the genuine module, from the checker.
LIBRARIES = frozenset(
    ("numpy", "pandas", "matplotlib", "sklearn", "scipy", "sqlite3", "joblib")
) | frozenset(sys.stdlib_module_names)


class Namespace(dict[str, Any]):
    """Globals of the tests of one notebook.

    A name that the author's own solution defines belongs to the learner, even one of a
    built-in. Any other name of the learner's comes last, so that it hides nothing.

    :param declared: names that the author's solution defines.
    :param learner: names that the learner's cells define.
    :param is_open: the author's notebook has no solution that would say which names are the
        learner's: any may be.
    """

    def __init__(
        self,
        peer: Peer,
        declared: frozenset[str],
        learner: frozenset[str],
        *,
        is_open: bool = False,
    ) -> None:
        super().__init__(__name__=TEST_MODULE, __builtins__=builtins, display=_display)
        self._peer = peer
        self._is_open = is_open
        self._declared = declared
        self._others = frozenset(name for name in learner if not hasattr(builtins, name))
        self._cache: dict[str, tuple[Any, int]] = {}
        self._deleted: set[str] = set()
        self._given: set[str] = set()
        self._constants: set[str] = set()
        self._importable: dict[str, list[ast.stmt]] = {}
        self._stars: list[ast.stmt] = []

    def give_author(self, sources: Iterable[str], touched: frozenset[str]) -> None:
        """Take imports, functions and constants from the author's cells.

        :param touched: names that the learner's cells change. Where no solution says which
            are theirs to change, constants among them are the learner's.
        """
        for source in sources:
            for statement in imports_of(source):
                self._take(statement)
            for function in functions_of(source):
                if function.name not in self._declared:
                    self._take(function)
            for name, value in constants_of(source).items():
                if name not in self._declared | self._rebound(touched):
                    super().__setitem__(name, ast.literal_eval(value))
                    self._constants.add(name)
        self._given = self._own()

    def give_tests(self, sources: Iterable[str]) -> None:
        """Take what tests that ran in an earlier checker had defined, where it can be read.

        The rest is nobody's: the learner's code may have killed that checker to take it over.
        """
        for source in sources:
            names = names_defined_by([source])
            self._others -= self._kept(names)
            for statement in definitions_of(source):
                if self._kept(_names_of(statement)):
                    self._take(statement)

    def _kept(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset() if self._is_open else frozenset(names) - self._declared

    def meet(self, names: frozenset[str]) -> None:
        """Leave these names to the learner too: constants of the author's among them."""
        self._others |= {name for name in names if not hasattr(builtins, name)}
        for name in self._rebound(names) & self._constants:
            self._constants.discard(name)
            self._given.discard(name)
            super().pop(name, None)

    def give_imports(self, sources: Iterable[str]) -> None:
        """Offer libraries that the learner's cells import, from here and not from there.

        A test takes them when it looks for their names, under its own alarm. No name of
        Python's is among them: `from builtins import bool as all` would have `all(…)` hold
        for whatever the test looks at.
        """
        for source in sources:
            for statement in filter(_is_library, imports_of(source)):
                for name in _bound_by(statement):
                    if name == "*":
                        self._stars.append(statement)
                    elif not hasattr(builtins, name):
                        self._importable.setdefault(name, []).append(statement)

    def _import(self, name: str) -> bool:
        """Take a name from the learner's imports; say whether it is bound now."""
        for statement in self._importable.get(name, ()):
            self._take(statement, frozenset((name,)))
        return super().__contains__(name)

    def _import_star(self, name: str) -> bool:
        for statement in self._stars:
            self._take(statement, frozenset((name,)))
        return super().__contains__(name)

    def _take(self, statement: ast.stmt, wanted: frozenset[str] | None = None) -> None:
        """Run an import or a definition, and bind what of it is not the learner's to define.

        :param wanted: only these names.
        """
        code = compile(ast.Module(body=[statement], type_ignores=[]), "<author>", "exec")
        try:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                exec(code, self)  # noqa: S102
                return
            bound: dict[str, Any] = {"__name__": TEST_MODULE, "__builtins__": builtins}
            exec(code, bound)  # noqa: S102
        except Exception:  # a package of the learner's room only
            return
        for name in bound.keys() - {"__name__", "__builtins__"} - self._declared:
            if wanted is None or name in wanted:
                super().__setitem__(name, bound[name])

    def _own(self) -> set[str]:
        return set(super().keys())

    def _rebound(self, names: frozenset[str]) -> frozenset[str]:
        """Return the names that the learner may take from the author and from tests.

        A helper of an earlier test, or a threshold that the author's cell gave, is none.
        """
        return names if self._is_open else names & self._declared

    def learner_ran(self, names: frozenset[str]) -> None:
        """Forget what tests bound to names of theirs that their cells have bound since."""
        for name in self._rebound(names):
            if name not in self._given:
                super().pop(name, None)
                self._importable.pop(name, None)
                self._deleted.discard(name)

    def begin(self) -> None:
        """Forget copies of an earlier test."""
        self._cache.clear()

    def _is_theirs(self, name: Any) -> bool:
        return name in self._declared or name in self._others

    def __missing__(self, name: str) -> Any:
        if name not in self._declared and self._import(name):
            return super().__getitem__(name)
        if not self._is_theirs(name):
            if not hasattr(builtins, name) and self._import_star(name):
                return super().__getitem__(name)
            raise KeyError(name)
        cached = self._cache.get(name)
        if cached is not None and (is_remote(cached[0]) or cached[1] == self._peer.asked):
            return cached[0]
        value = self._peer.ask("get", name)
        if name in self._peer.members.fields and not isinstance(value, type):
            raise Unproven(f"{name}, qui devait être une classe")
        self._cache[name] = (value, self._peer.asked)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        if self._is_theirs(name) and (is_remote(value) or name in self._deleted):
            self._peer.ask("set", name, [value])
            self._deleted.discard(name)
            self._cache.pop(name, None)
            super().pop(name, None)
            return
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if super().__contains__(name):
            super().__delitem__(name)
        elif not self._is_theirs(name):
            raise KeyError(name)
        if self._is_theirs(name):
            self._cache.pop(name, None)
            if name in self._existing():
                self._peer.ask("del", name)
                self._deleted.add(name)

    def _existing(self) -> list[str]:
        names = sorted(self._declared | self._others)
        found = self._peer.existing(names)
        return [name for name, is_there in zip(names, found, strict=True) if is_there is True]

    def __contains__(self, name: object) -> bool:
        return (
            super().__contains__(name)
            or (self._is_theirs(name) and name in self._existing())
            or (name in self._importable and self._import(str(name)))
        )

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value as `[]` does, or the default."""
        try:
            return self[name]
        except (KeyError, NameError):
            return default

    def keys(self) -> Any:
        """Return all names that have a value."""
        return dict.fromkeys([*super().keys(), *self._existing()]).keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())


def _is_library(statement: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return str(statement.module).partition(".")[0] in LIBRARIES
    return all(alias.name.partition(".")[0] in LIBRARIES for alias in statement.names)


def _names_of(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return _bound_by(statement)
    return set(names_defined_by([ast.unparse(statement)]))


def _bound_by(statement: ast.Import | ast.ImportFrom) -> set[str]:
    return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}


def _display(*_: Any, **__: Any) -> None:
    """Show nothing: a test has no screen."""
