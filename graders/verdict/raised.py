"""Exceptions that the learner's code raised, as classes that catch nothing else.

A learner may bind any class to a name that a test catches: `EmptyError = AssertionError`
would swallow the test's own assertion. So every exception class that comes from the
learner's process becomes a class of our own, made for it, below the built-in that it claims.
"""

from __future__ import annotations

import builtins
import sys
from typing import Any

#: Modules whose exceptions a test may catch. Those that test runners treat specially, such
#: as unittest's SkipTest, are missing on purpose.
HOMES = frozenset(
    (
        *("builtins", "sqlite3", "json", "numpy", "pandas", "sklearn", "decimal", "csv"),
        *("zipfile", "statistics", "re", "dataclasses", "configparser", "zoneinfo", "copy"),
        *("subprocess", "shutil", "struct", "binascii", "pickle", "queue", "locale"),
    )
)


class RemoteError(BaseException):
    """Raised by the learner's code; every exception from there is also one of these."""

    garrigue_text: str | None = None
    garrigue_lines: tuple[tuple[str, int, str, str], ...] = ()

    def __str__(self) -> str:
        return super().__str__() if self.garrigue_text is None else self.garrigue_text


class Stopped(RemoteError, RuntimeError):
    """StopIteration, raised by what is no iterator: it must end nothing of the test's."""


Stopped.__name__ = "StopIteration"


class Unproven(TypeError):
    """The test asks for something that a learner's object could answer as it likes."""


def genuine_error(module: str, qualname: str) -> type[BaseException] | None:
    """Return the library's own exception class of that name, or None."""
    if module.partition(".")[0] not in HOMES or "." in qualname:
        return None
    home: Any = builtins if module == "builtins" else sys.modules.get(module)
    found = getattr(home, qualname, None)
    if isinstance(found, type) and issubclass(found, BaseException):
        return found
    return None


def is_error_chain(chain: list[tuple[int, str, str]]) -> bool:
    """Whether a described class claims to be an exception."""
    return any(module == "builtins" and name == "BaseException" for _, module, name in chain)


class ErrorClasses:
    """The exception classes of one learner's process, by number."""

    def __init__(self) -> None:
        self.by_number: dict[int, type[RemoteError]] = {}
        self.numbers: dict[type[RemoteError], int] = {}

    def get(self, chain: list[tuple[int, str, str]]) -> type[RemoteError]:
        """Return the class for a chain of bases, the class itself first."""
        number, module, qualname = chain[0]
        made = self.by_number.get(number)
        if made is None:
            base = genuine_error(module, qualname)
            bases: tuple[type[BaseException], ...]
            if base is None:
                above = next(
                    (at for at in range(1, len(chain)) if self._is_error(chain[at:])), 0
                )
                bases = (self.get(chain[above:]),) if above else (RemoteError, Exception)
            else:
                bases = (RemoteError, base)
            made = _subclass(qualname.rpartition(".")[2], module, bases)
            self.by_number[number] = made
            self.numbers[made] = number
        return made

    @staticmethod
    def _is_error(chain: list[tuple[int, str, str]]) -> bool:
        return is_error_chain(chain) and chain[0][2] != "BaseException"


def _subclass(name: str, module: str, bases: tuple[Any, ...]) -> type[RemoteError]:
    try:
        made: type[RemoteError] = type(name, bases, {"__module__": module})
    except TypeError:  # bases whose layouts do not fit together
        made = type(name, (RemoteError, Exception), {"__module__": module})
    return made


def make_error(
    kind: type[RemoteError],
    args: tuple[Any, ...],
    fields: dict[str, Any],
    text: str,
    lines: Any,
) -> RemoteError:
    """Return an instance to raise, as the learner's process described it."""
    error = kind.__new__(kind, *args)
    error.args = args
    for name, value in fields.items():
        if not hasattr(BaseException, name) and not name.startswith(("_", "garrigue")):
            setattr(error, name, value)
    plain = kind.__mro__[2].__str__ if len(kind.__mro__) > 2 else None
    if plain is None or _said(plain, error) != text:
        error.garrigue_text = text
    error.garrigue_lines = tuple(
        (str(file), int(number or 0), str(function), str(line))
        for file, number, function, line in lines[:20]
    )
    return error


def _said(plain: Any, error: BaseException) -> str | None:
    try:
        return str(plain(error))
    except Exception:
        return None
