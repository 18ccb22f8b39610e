"""Stands, in the learner's process, for objects that the test keeps to itself."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any, Protocol


class Asker(Protocol):
    """Whoever can use an object of the test's."""

    def ask(
        self, number: int, action: str, args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Use it."""


# What stands for an object of the checker's has that object's docstring, and none of its own.
class Exposed:
    def __init__(self, agent: Asker, number: int, details: list[Any]) -> None:
        object.__setattr__(self, "_agent", agent)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_details", details)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        module, name = object.__getattribute__(self, "_details")[:2]
        return getattr(sys.modules.get(module), name, Exposed) if module else Exposed

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._details[3]

    def __getattr__(self, name: str) -> Any:
        if name == "__name__" and self._details[2] is not None:
            return self._details[2]
        return self._agent.ask(self._number, "attr", (name,), {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._agent.ask(self._number, "setattr", (name, value), {})

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._agent.ask(self._number, "call", args, named)

    def __exit__(self, kind: Any, error: Any, _trace: Any) -> Any:
        raised = () if kind is None else (kind, str(error))
        return self._agent.ask(self._number, "exit", raised, {})

    def __repr__(self) -> str:
        return "<object of the test>"


def _operator(name: str) -> Callable[..., Any]:
    return lambda self, *args: self._agent.ask(self._number, name, args, {})


def failure(name: str, told: list[Any]) -> BaseException:
    """Return the exception that the test raised, as one of ours."""
    found = getattr(sys.modules.get("sqlite3"), name, None) or getattr(builtins, name, None)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        found = RuntimeError
    try:
        return found(*told)
    except TypeError:  # it cannot be made of these alone
        return RuntimeError(*told)


for _name in ("len", "iter", "next", "getitem", "setitem", "contains", "enter", "str"):
    setattr(Exposed, f"__{_name}__", _operator(_name))
