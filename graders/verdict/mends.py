"""What the checker makes up itself so that common idioms run on stand-ins."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import io
import sys
import types
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any

from graders.verdict.exposed import TEST_MODULE
from graders.verdict.names import parsed
from graders.verdict.namespace import Namespace
from graders.verdict.peer import Peer
from graders.verdict.proxy import RemoteMeta, is_remote
from graders.verdict.raised import Unproven

#: Functions that a test may replace for the time of a learner's call.
PATCHABLE = (
    *("builtins.input", "builtins.print", "time.sleep", "time.time", "random.random"),
    *("random.randint", "random.choice", "random.uniform", "random.shuffle", "random.sample"),
    *("random.randrange", "getpass.getpass"),
)
PYPLOT = "matplotlib.pyplot"


class Patches:
    """Notices what a test replaced, to replace it in the learner's process too."""

    def __init__(self) -> None:
        self._genuine = [(place, *_home_of(place)) for place in PATCHABLE]
        self._stdin = sys.stdin

    def current(self) -> list[tuple[str, Any]]:
        """Return the place and the value of each replacement."""
        changed = [
            (place, home[name])
            for place, home, name, value in self._genuine
            if home[name] is not value
        ]
        if isinstance(sys.stdin, io.StringIO) and PATCHABLE[0] not in dict(changed):
            changed.append((PATCHABLE[0], _read_line))
        return changed

    def undo(self) -> None:
        """Put everything back, whatever the test forgot."""
        for _, home, name, value in self._genuine:
            home[name] = value
        sys.stdin = self._stdin


def _home_of(place: str) -> tuple[dict[str, Any], str, Any]:
    module, _, name = place.rpartition(".")
    home = vars(importlib.import_module(module))
    return home, name, home[name]


def _read_line(_prompt: str = "") -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.rstrip("\n")


class Mends:
    """Special attributes and metrics of learner's objects."""

    def __init__(self, peer: Peer, names: Namespace, sources: Sequence[str]) -> None:
        self._peer = peer
        self._names = names
        self._sources = list(sources)

    def meet(self, sources: Sequence[str]) -> None:
        """Know these cells of the learner's too."""
        self._sources += sources

    def install(self) -> None:
        """Mend `inspect` and pyplot in this process, for its whole life."""
        self._peer.mend = self.mend
        find = inspect.getsource

        def getsource(value: Any) -> str:
            return self.source_of(value) if is_remote(value) else find(value)

        def getsourcelines(value: Any) -> tuple[list[str], int]:
            return getsource(value).splitlines(keepends=True), 0

        vars(inspect).update(getsource=getsource, getsourcelines=getsourcelines)
        for name in ("fields", "asdict", "astuple", "replace"):
            setattr(dataclasses, name, self._where_it_lives(name))
        if "numpy" in sys.modules:
            mend_numpy()
        sys.meta_path.insert(0, NumpyFinder())
        sys.modules["__main__"] = LearnerMain(self._peer, self._names)
        sys.meta_path.insert(0, PyplotFinder(self._peer))
        if PYPLOT in sys.modules:  # a warm process has imported the genuine one
            pyplot = RemoteModule(PYPLOT, self._peer)
            sys.modules[PYPLOT] = sys.modules["matplotlib"].pyplot = pyplot  # type: ignore[attr-defined]

    def _where_it_lives(self, name: str) -> Callable[..., Any]:
        """Return one of `dataclasses`' functions, which runs where its argument lives."""
        genuine = getattr(dataclasses, name)

        @functools.wraps(genuine)
        def function(value: Any, /, **named: Any) -> Any:
            if not is_remote(value):
                return genuine(value, **named)
            theirs = self._peer.ask("attr", self._peer.module("dataclasses"), name)
            return self._peer.call(theirs, None, (value,), named)

        return function

    def mend(self, target: Any, name: str) -> Any:
        """Return what we say of an attribute, or NotImplemented to ask the learner."""
        if name == "__signature__":
            return self._signature(target)
        if not isinstance(type(target), RemoteMeta):
            return NotImplemented
        claim = type(target).garrigue_claim
        if claim is not None and claim.__module__.startswith("sklearn"):
            if name == "score":
                return self._score(target)
            if name == "__sklearn_tags__":
                return _like(claim, target).__sklearn_tags__
            if name == "__sklearn_clone__" and self._peer.members_of(type(target)):
                return lambda: self._cloned(target)
        return NotImplemented

    def _signature(self, target: Any) -> inspect.Signature:
        kinds = list(inspect._ParameterKind)
        rows, *returned = self._peer.ask("signature", target)
        parameters = [
            inspect.Parameter(
                name,
                kinds[kind],
                default=_or_empty(has_default, default),
                annotation=_or_empty(has_annotation, annotation),
            )
            for name, kind, has_default, default, has_annotation, annotation in rows
        ]
        return inspect.Signature(parameters, return_annotation=_or_empty(*returned))

    def _cloned(self, target: Any) -> Any:
        """Return a clone of an estimator of the author's own class, made where that lives.

        Others are cloned as the genuine class that they claim: a subclass could remember from
        one fold what it is to predict in the next.
        """
        clone = self._peer.ask("attr", self._peer.module("sklearn.base"), "clone")
        return self._peer.call(clone, None, (target,), {})

    @staticmethod
    def _score(model: Any) -> Callable[..., float]:
        """Return a `score` that believes the predictions alone."""

        def score(features: Any, expected: Any, sample_weight: Any = None) -> float:
            metrics = importlib.import_module("sklearn.metrics")
            kind = getattr(model.__sklearn_tags__(), "estimator_type", None)
            rules = {"classifier": metrics.accuracy_score, "regressor": metrics.r2_score}
            if kind not in rules:
                raise Unproven("score() de ce genre de modèle")
            predictions = model.predict(features)
            return float(rules[kind](expected, predictions, sample_weight=sample_weight))

        return score

    def source_of(self, value: Any) -> str:
        """Return the source of a learner's function or class from their own cells.

        :raises OSError: when no cell defines it, or something else was bound to its name.
        """
        name = value.__name__
        found = ""
        for source in self._sources:
            for node in parsed(source).body:
                if getattr(node, "name", None) == name:
                    found = ast.get_source_segment(source, node) or ast.unparse(node)
                elif name in _bound(node):
                    found = ""
        if not found:
            raise OSError("could not get source code")
        return found + "\n"


def _or_empty(is_there: Any, value: Any) -> Any:
    return value if is_there is True else inspect.Parameter.empty


def _like(claim: Any, target: Any) -> Any:
    """Return a genuine estimator of the class that the learner's claims, alike if possible."""
    try:
        return claim(**target.get_params(deep=False))
    except TypeError:  # settings of the learner's own class
        return claim.__new__(claim)


def _bound(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return {
        part.id for each in targets for part in ast.walk(each) if isinstance(part, ast.Name)
    }


def mend_numpy() -> None:
    """Have numpy's comparisons tell a test that nothing is not something.

    To numpy, `allclose([], 4)` holds: an empty answer would be near to whatever is expected.
    """
    numpy: Any = sys.modules["numpy"]

    def mend(home: Any, name: str, places: tuple[int, int], wrong: Callable[[], Any]) -> None:
        genuine = getattr(home, name)

        @functools.wraps(genuine)
        def compare(*args: Any, **named: Any) -> Any:
            is_asked = sys._getframe(1).f_globals.get("__name__") == TEST_MODULE
            sides = [
                args[place] if place < len(args) else named.get(name)
                for place, name in zip(places, ("a", "b"), strict=True)
            ]
            if is_asked or home is utils:
                sizes = [_size(numpy, side) for side in sides]
                if 0 in sizes and any(sizes):
                    return wrong()
            return genuine(*args, **named)

        setattr(home, name, compare)

    def refuse() -> None:
        raise AssertionError("une valeur vide n’est égale à aucune autre")

    utils = importlib.import_module("numpy.testing._private.utils")
    mend(numpy, "allclose", (0, 1), lambda: False)
    mend(numpy, "array_equiv", (0, 1), lambda: False)
    mend(numpy, "isclose", (0, 1), lambda: numpy.array(False))
    mend(utils, "assert_array_compare", (1, 2), refuse)


def _size(numpy: Any, side: Any) -> int:
    if is_remote(side):
        return 1
    try:
        return int(numpy.size(side))
    except Exception:  # rows of several lengths
        return 1


class NumpyFinder(MetaPathFinder):
    """Mends numpy as soon as it has been imported, where that comes after the beginning."""

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        """Find numpy as the others do, and mend it behind its loader."""
        if name != "numpy" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            load(module)
            mend_numpy()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


class PyplotFinder(MetaPathFinder, Loader):
    """Imports the learner's pyplot wherever a test imports pyplot."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        """Claim pyplot alone."""
        return ModuleSpec(name, self) if name == PYPLOT else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Return the stand-in."""
        return RemoteModule(spec.name, self._peer)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing: its code is in the learner's process."""


class LearnerMain(types.ModuleType):
    """`__main__` as a test sees it: `mock.patch("__main__.f")` reaches the learner's names."""

    def __init__(self, peer: Peer, names: Namespace) -> None:
        super().__init__("__main__")
        self.__dict__.update(_garrigue_peer=peer, _garrigue_names=names)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._garrigue_names[name]
        except (KeyError, NameError):
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        """Return what the tests define: unittest looks there for its cases."""
        return sorted(dict.keys(self._garrigue_names))

    def __setattr__(self, name: str, value: Any) -> None:
        self._garrigue_peer.ask("set", name, [value])
        self._garrigue_names.begin()

    def __delattr__(self, name: str) -> None:
        self._garrigue_peer.ask("del", name)
        self._garrigue_names.begin()


class RemoteModule(types.ModuleType):
    """A module whose state is in the learner's process: its figures are what tests look at."""

    def __init__(self, name: str, peer: Peer) -> None:
        super().__init__(name)
        self._garrigue_peer = peer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        peer = self._garrigue_peer
        return peer.ask("attr", peer.module(PYPLOT), name)
