"""Objects of the test's that learner's code may use: little, and by a closed list."""

from __future__ import annotations

import io
import sqlite3
import sys
import types
from collections.abc import Callable
from functools import partial
from typing import Any

from graders.verdict.codec import Encoder, Json, expect
from graders.verdict.raised import RemoteError, make_error
from graders.verdict.values import INT64

#: The module name of classes that tests define.
TEST_MODULE = "__test__"

#: How much of a message that the test raised learner's code gets.
MAX_TOLD = 500
MAX_SQL_BYTES = 64 << 20
#: SQLite's own names for what only the test may do: reach files.
FORBIDDEN_SQL = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
#: Functions that would run code: one registers whatever address it is given.
FORBIDDEN_FUNCTIONS = ("fts3_tokenizer", "load_extension")
SQL_STEPS = 100_000
PRAGMAS = ("table_info", "table_list", "index_list", "foreign_key_list", "foreign_keys")

FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, partial)
LIBRARY_FUNCTIONS = (
    *(types.FunctionType, types.BuiltinFunctionType),
    *(types.MethodDescriptorType, types.WrapperDescriptorType),
)
ITERATORS: tuple[type, ...] = (
    *(types.GeneratorType, map, filter, zip, enumerate),
    *(type(iter([])), type(iter(())), type(iter("")), type(iter({})), type(iter(set()))),
    type(iter(range(0))),
)

FILE = frozenset(
    (
        *("read", "readline", "readlines", "write", "writelines", "seek", "tell", "close"),
        *("flush", "getvalue", "truncate", "iter", "next", "enter", "exit", "closed"),
    )
)
RUNNING = ("execute", "executemany", "executescript", "close")
FETCHING = ("fetchone", "fetchall", "fetchmany", "description", "rowcount", "lastrowid")
MEMBERS: dict[type, frozenset[str]] = {
    sqlite3.Connection: frozenset(
        (
            *(*RUNNING, "cursor", "commit", "rollback", "total_changes", "in_transaction"),
            *("enter", "exit", "row_factory"),
        )
    ),
    sqlite3.Cursor: frozenset((*RUNNING, *FETCHING, "iter", "next", "connection")),
    sqlite3.Row: frozenset(("keys", "getitem", "iter", "len")),
    io.StringIO: FILE,
    io.BytesIO: FILE,
    io.TextIOWrapper: FILE,
    io.BufferedReader: FILE,
    **dict.fromkeys(ITERATORS, frozenset(("iter", "next"))),
}
OPERATORS: dict[str, Callable[..., Any]] = {
    "len": len,
    "iter": iter,
    "next": next,
    "str": str,
    "getitem": lambda value, key: value[key],
    "contains": lambda value, item: item in value,
    "enter": lambda value: value.__enter__(),
    "exit": lambda value, *raised: value.__exit__(*_raised(*raised)),
}


def _raised(kind: Any = None, text: Any = "") -> tuple[Any, Any, None]:
    """Return what `__exit__` gets for an exception that left the learner's `with` block."""
    if kind is None:
        return None, None, None
    if not (isinstance(kind, type) and issubclass(kind, RemoteError)):
        raise TypeError("no exception")
    return kind, make_error(kind, (text,), {}, expect(text, str), ()), None


class Exposures:
    """Numbers for objects of the test's, and what may be done with each."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def get(self, number: int) -> Any:
        """Return the object itself, when it comes home."""
        return self._objects[number]

    def describe(self, value: Any, encoder: Encoder) -> Json:
        """Return how the learner's process reaches an object of the test's.

        :raises TypeError: when it may not.
        """
        place = _place_of(value)
        if place is not None:
            return ["R", "m", *place]
        learn = sys.modules.get("sklearn.base")
        if learn is not None and isinstance(value, learn.BaseEstimator):
            fields = {name: each for name, each in vars(value).items() if name.endswith("_")}
            settings = encoder.encode(value.get_params(deep=False))
            kind = type(value)
            return [
                "R",
                "e",
                kind.__module__,
                kind.__qualname__,
                settings,
                encoder.encode(fields),
            ]
        if not _is_exposable(value):
            raise TypeError(f"a {type(value).__name__} of the test cannot go to learner's code")
        if isinstance(value, sqlite3.Connection):
            _guard(value)
        number = self._numbers.setdefault(id(value), len(self._numbers) + 1)
        self._objects[number] = value
        return ["R", "x", number, _hints(value)]

    def use(self, number: Any, action: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """Do what the learner's code wants, if it may.

        :raises AttributeError: if it may not.
        """
        value = self._objects[expect(number, int)]
        if action == "call":
            if not callable(value) or isinstance(value, type):
                raise TypeError("not callable")
            return value(*args, **named)
        name = expect(args[0] if action in ("attr", "setattr") else action, str)
        if not _may(value, name):
            raise AttributeError(name)
        if action == "attr":
            return getattr(value, name)
        if action == "setattr":
            return _set(value, name, args[1])
        return OPERATORS[name](value, *args)

    def failure(self, error: BaseException) -> list[Any]:
        """Return what learner's code is told of an exception: its class and its arguments.

        Of an assertion nothing, because its message may tell what the test expects.
        """
        told: tuple[Any, ...] = error.args
        if isinstance(error, AssertionError) and not isinstance(error, RemoteError):
            told = ()
        elif not all(map(_is_plain, told)):
            told = (str(error),)
        return [
            type(error).__name__,
            [each[:MAX_TOLD] if type(each) is str else each for each in told],
        ]


def _is_plain(value: Any) -> bool:
    return type(value) in (str, bool) or (type(value) is int and value in INT64)


def _place_of(value: Any) -> list[str] | None:
    """Return the module and name of a library's class or function."""
    if not isinstance(value, (type, *LIBRARY_FUNCTIONS)):
        return None
    owner = getattr(value, "__objclass__", value)
    module, name = getattr(owner, "__module__", None), getattr(value, "__qualname__", "")
    if type(module) is not str or module.partition(".")[0] in (
        "graders",
        "__main__",
        TEST_MODULE,
    ):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return [module, name] if found is value else None


def _is_mock(value: Any) -> bool:
    mock = sys.modules.get("unittest.mock")
    return mock is not None and issubclass(type(value), mock.NonCallableMock)


def _is_exposable(value: Any) -> bool:
    kind = type(value)
    return (
        issubclass(kind, FUNCTIONS)
        or kind in MEMBERS
        or kind.__module__ == TEST_MODULE
        or _is_mock(value)
    )


def _may(value: Any, name: str) -> bool:
    kind = type(value)
    if kind in MEMBERS:
        return name in MEMBERS[kind]
    if _is_mock(value):
        return not name.startswith(
            ("_", "assert", "mock", "method_calls", "reset", "configure")
        )
    if name == "__name__":
        return issubclass(kind, FUNCTIONS)
    return kind.__module__ == TEST_MODULE and not name.startswith("_")


def _set(value: Any, name: str, new: Any) -> None:
    if name == "row_factory":
        value.row_factory = sqlite3.Row if new in (sqlite3.Row, "Row") else None
        return
    if type(value).__module__ != TEST_MODULE or callable(getattr(value, name, None)):
        raise AttributeError(name)
    setattr(value, name, new)


def _hints(value: Any) -> list[Any]:
    kind = type(value)
    home = ["sqlite3", kind.__name__] if kind.__module__ == "sqlite3" else ["", ""]
    is_own = isinstance(value, types.FunctionType) and value.__module__ == TEST_MODULE
    texts = [getattr(value, "__name__", None), value.__doc__ if is_own else None]
    return [*home, *(text[:MAX_TOLD] if type(text) is str else None for text in texts)]


def _guard(connection: sqlite3.Connection) -> None:
    """Keep learner's SQL away from files and endless memory."""

    def authorize(action: int, first: Any, second: Any, *_: Any) -> int:
        is_forbidden = (
            action in FORBIDDEN_SQL
            or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() not in PRAGMAS)
            or (
                action == sqlite3.SQLITE_FUNCTION and str(second).lower() in FORBIDDEN_FUNCTIONS
            )
        )
        return sqlite3.SQLITE_DENY if is_forbidden else sqlite3.SQLITE_OK

    connection.set_authorizer(authorize)
    # Python's signals, and so the alarm, are only heard when Python code runs.
    connection.set_progress_handler(lambda: 0, SQL_STEPS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_SQL_BYTES)
