"""Stand-ins for learner's objects that cannot be copied: never equal to a trusted value."""

from __future__ import annotations

import sqlite3
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from graders.verdict.raised import Unproven

if TYPE_CHECKING:
    from graders.verdict.peer import Peer

#: Special attributes that a test may read off a learner's object.
READABLE = frozenset(
    f"__{name}__"
    for name in (
        *("name", "qualname", "annotations", "defaults", "kwdefaults", "code", "dict", "self"),
        *("func", "members", "dataclass_fields", "slots", "abstractmethods", "closure", "all"),
        *("file", "version", "sklearn_is_fitted", "cause", "match_args"),
    )
)

#: Modules that look for marks such as "passthrough" among estimators and functions.
LOOKING_FOR_MARKS = ("sklearn.", "numpy.lib.")

#: Library classes that an object may claim to be an instance of. Data types are missing on
#: purpose: their exact instances are copied, and a subclass may lie.
CLAIMABLE_ROOTS = ("sklearn", "matplotlib", "scipy")
CLAIMABLE_PLACES = ("pandas.core.groupby", "pandas.api.typing", "pandas.core.window")
CLAIMABLE: dict[tuple[str, str], type] = {
    ("builtins", str(kind.__name__)): kind
    for kind in (
        *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType),
        *(types.GeneratorType, types.CodeType),
    )
}
CLAIMABLE["sqlite3", "Connection"] = sqlite3.Connection
CLAIMABLE["sqlite3", "Cursor"] = sqlite3.Cursor
CLAIMABLE["sqlite3", "Row"] = sqlite3.Row


def claimed_class(chain: list[tuple[int, str, str]]) -> type | None:
    """Return the genuine library class that a described class claims to be or to extend.

    Of one that extends several, such as an estimator that is also a transformer, a class that
    extends them all is made.
    """
    found: list[type] = []
    for each in _claimed_classes(chain[:30]):
        if not any(issubclass(other, each) for other in found):
            found.append(each)
    if len(found) < 2:
        return found[0] if found else None
    try:
        return type(found[0].__name__, tuple(found), {"__module__": found[0].__module__})
    except TypeError:  # layouts that do not fit together
        return found[0]


def _claimed_classes(chain: list[tuple[int, str, str]]) -> Iterator[type]:
    for _, module, qualname in chain:
        found: Any = CLAIMABLE.get((module, qualname))
        is_known = module.startswith(CLAIMABLE_PLACES)
        if found is None and (is_known or module.partition(".")[0] in CLAIMABLE_ROOTS):
            found = getattr(sys.modules.get(module), qualname, None)
        if isinstance(found, type):
            yield found


def data_names() -> frozenset[str]:
    """Return what tests read off built-in, numpy's and pandas' values, such as `equals`."""
    always = ("equals", "all", "any", "shape", "size", "mean", "sum", "isin", "eq")
    kinds: list[type] = [str, bytes, int, float, list, tuple, dict, set, range]
    for module, names in (
        ("numpy", ("ndarray",)),
        ("pandas", ("DataFrame", "Series", "Index")),
    ):
        if module in sys.modules:
            kinds += [getattr(sys.modules[module], name) for name in names]
    return frozenset(always) | _methods_of(*kinds)


@cache
def _methods_of(*kinds: type) -> frozenset[str]:
    """Return the public methods of classes; a warm process has looked for its forks."""
    names = ((kind, name) for kind in kinds for name in dir(kind) if name[0] != "_")
    return frozenset(name for kind, name in names if callable(getattr(kind, name, None)))


class RemoteMeta(type):
    """Makes a learner's class usable as a class; what it does happens in their process."""

    garrigue_number: int
    garrigue_chain: frozenset[int]
    garrigue_names: tuple[str, ...]
    garrigue_peer: Peer
    garrigue_doc: str | None
    garrigue_claim: type | None

    @property
    def __doc__(cls) -> str | None:  # type: ignore[override]
        return cls.garrigue_doc

    def __call__(cls, *args: Any, **named: Any) -> Any:
        return cls.garrigue_peer.call(cls, None, args, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("__", "garrigue")) and name not in READABLE:
            raise AttributeError(name)
        return cls.garrigue_peer.attribute(cls, name)

    def __instancecheck__(cls, value: Any) -> bool:
        kind = type(value)
        if isinstance(kind, RemoteMeta):
            return cls is kind or cls is Remote or cls.garrigue_number in kind.garrigue_chain
        return cls is not Remote and cls.garrigue_peer.catalogue.is_tuple_of(
            kind, cls.garrigue_number
        )

    def __subclasscheck__(cls, kind: type) -> bool:
        if type(kind) is not RemoteMeta:
            return False
        return cls is kind or cls.garrigue_number in kind.garrigue_chain

    def __setattr__(cls, name: str, value: Any) -> None:
        cls.garrigue_peer.ask("setattr", cls, name, [value])

    def __iter__(cls) -> Any:
        return iter(
            cls.garrigue_peer.call(cls.garrigue_peer.module("builtins"), "list", (cls,), {})
        )

    def __getitem__(cls, key: Any) -> Any:
        return cls.garrigue_peer.operate("getitem", cls, key)

    def __len__(cls) -> int:
        return int(cls.garrigue_peer.operate("len", cls))

    def __bool__(cls) -> bool:
        return True

    def __eq__(cls, other: object) -> bool:
        return cls is other or (other is not None and cls.garrigue_claim is other)

    def __hash__(cls) -> int:
        return type.__hash__(cls)


class Remote(metaclass=RemoteMeta):
    """A learner's object; subclasses are made for each class that is met."""

    __slots__ = ("__weakref__", "garrigue_is_tainted", "garrigue_object")
    garrigue_is_tainted: bool
    garrigue_object: int
    garrigue_peer: Peer
    #: numpy then leaves operators to us, and we refuse them.
    __array_ufunc__ = None

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        kind = type(self)
        return kind.garrigue_claim or kind

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in READABLE:
            return self.garrigue_peer.mended(self, name)
        return self.garrigue_peer.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.garrigue_peer.ask("setattr", self, name, [value])

    def __delattr__(self, name: str) -> None:
        self.garrigue_peer.ask("delattr", self, name)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(type(other), RemoteMeta) and self.garrigue_peer.are_equal(self, other)
        )

    def __ne__(self, other: object) -> bool:
        if other is None or isinstance(type(other), RemoteMeta):
            return not self == other
        if str(sys._getframe(1).f_globals.get("__name__")).startswith(LOOKING_FOR_MARKS):
            return True
        raise Unproven(f"l’inégalité avec une valeur de type {type(other).__name__}")

    def __hash__(self) -> int:
        return self.garrigue_peer.hash_of(self)

    def __bool__(self) -> bool:
        return self.garrigue_peer.operate("truth", self) is True

    def __str__(self) -> str:
        return self.garrigue_peer.text("str", self)

    def __repr__(self) -> str:
        return self.garrigue_peer.text("repr", self)

    def __format__(self, form: str) -> str:
        return self.garrigue_peer.text("format", self, form)

    def __dir__(self) -> Any:
        return self.garrigue_peer.operate("dir", self)

    def __copy__(self) -> Any:
        return self.garrigue_peer.call(self.garrigue_peer.module("copy"), "copy", (self,), {})

    def __deepcopy__(self, memo: Any) -> Any:
        return self.garrigue_peer.call(
            self.garrigue_peer.module("copy"), "deepcopy", (self,), {}
        )


#: They would hide those of the learner's functions.
del Remote.__annotations__


def is_remote(value: Any) -> bool:
    """Whether a value is a stand-in for a learner's object or class."""
    return isinstance(type(value), RemoteMeta) or type(value) is RemoteMeta


def number_of(value: Any) -> int:
    """Return the number by which the learner's process knows an object or a class."""
    number: int = value.garrigue_number if type(value) is RemoteMeta else value.garrigue_object
    return number


def _call(self: Any, /, *args: Any, **named: Any) -> Any:
    return self.garrigue_peer.call(self, None, args, named)


def _unary(name: str) -> Callable[..., Any]:
    """Something that the learner's object answers without seeing a trusted value."""

    def operate(self: Any, *args: Any) -> Any:
        if self.garrigue_is_tainted:
            raise Unproven(f"{name} du résultat d’un calcul avec une valeur du test")
        return self.garrigue_peer.operate(name, self, *args)

    return operate


def _binary(name: str, dunder: str, *, is_reflected: bool = False) -> Callable[..., Any]:
    """Arithmetic: among learner's objects, or with what the author's own class defines."""

    def operate(self: Any, other: Any) -> Any:
        peer = self.garrigue_peer
        pair = (other, self) if is_reflected else (self, other)
        if is_remote(other):
            return peer.operate(name, *pair)
        if dunder not in peer.members_of(type(self)):
            return NotImplemented
        result = peer.operate(name, *pair)
        if not isinstance(type(result), RemoteMeta):
            raise Unproven(f"{dunder} entre votre objet et une valeur du test")
        object.__setattr__(result, "garrigue_is_tainted", True)
        return result

    return operate


def _ordered(name: str) -> Callable[..., Any]:
    def operate(self: Any, other: Any) -> Any:
        if not is_remote(other):
            return NotImplemented
        return self.garrigue_peer.operate(name, self, other) is True

    return operate


def _contains(self: Any, item: Any) -> bool:
    if is_remote(item) or "__contains__" in self.garrigue_peer.members_of(type(self)):
        return self.garrigue_peer.operate("contains", self, item) is True
    return any(item is each or item == each for each in self)


@property  # type: ignore[misc]
def _doc(self: Any) -> Any:
    return self.garrigue_peer.ask("attr", self, "__doc__")


FORWARDED: dict[str, Callable[..., Any]] = {
    "__call__": _call,
    "__contains__": _contains,
    **{f"__{name}__": _ordered(name) for name in ("lt", "le", "gt", "ge")},
    **{
        f"__{name}__": _unary(name)
        for name in (
            *("neg", "pos", "invert", "abs", "len", "iter", "next", "int", "float", "complex"),
            *("round", "index", "getitem", "setitem", "delitem", "enter", "exit", "reversed"),
        )
    },
    **{
        f"__{name}__": _binary(name, f"__{name}__")
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "xor")
    },
    "__and__": _binary("and_", "__and__"),
    "__or__": _binary("or_", "__or__"),
    **{
        f"__r{name}__": _binary(name, f"__r{name}__", is_reflected=True)
        for name in ("add", "sub", "mul", "truediv")
    },
}


def make_class(
    peer: Peer, number: int, chain: list[tuple[int, str, str]], doc: Any, dunders: Any
) -> RemoteMeta:
    """Return a class for one of the learner's, with the special methods that it claims."""
    _, module, qualname = chain[0]
    has = frozenset(name for name in dunders if name in FORWARDED)
    body: dict[str, Any] = {name: FORWARDED[name] for name in has}
    body.update(
        {
            "__slots__": (),
            "__doc__": _doc,
            "__module__": module,
            "__qualname__": qualname,
            "garrigue_number": number,
            "garrigue_chain": frozenset(base for base, _, _ in chain),
            "garrigue_names": tuple(name for _, place, name in chain if place == "__main__"),
            "garrigue_peer": peer,
            "garrigue_doc": doc if type(doc) is str else None,
            "garrigue_claim": claimed_class(chain),
        }
    )
    return RemoteMeta.__new__(RemoteMeta, qualname.rpartition(".")[2], (Remote,), body)
