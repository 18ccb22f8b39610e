"""What is known of instances that a test made of an author's dataclass: what it gave them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graders.verdict.names import FieldOf
from graders.verdict.proxy import RemoteMeta, is_remote, number_of
from graders.verdict.raised import Unproven

if TYPE_CHECKING:
    from graders.verdict.peer import Peer


class Made:
    """Fields of instances that a test made by the author's own dataclass, by number.

    Known only until the learner's code sees the instance, which may then change it.
    """

    def __init__(self, peer: Peer, fields: dict[str, tuple[FieldOf, ...]]) -> None:
        self._peer = peer
        self._fields = fields
        self._given: dict[int, dict[str, Any]] = {}

    def note(
        self,
        kind: Any,
        made: Any,
        args: tuple[Any, ...],
        named: dict[str, Any],
        *,
        is_new: bool,
    ) -> None:
        """Note what a call of a learner's class gave.

        :param is_new: the object had not been met before.
        :raises Unproven: if the author's dataclass would have made a new instance, and this
            is none.
        """
        if type(kind) is not RemoteMeta or kind.__qualname__ not in self._fields:
            return
        given = _bound(self._fields[kind.__qualname__], args, named)
        if given is None:
            return
        is_object = is_remote(made) and type(made) is kind
        if is_object:
            is_right = is_new
        else:  # a named tuple does as well
            is_right = tuple in type(made).__mro__ and list(made) == list(given.values())
        if not is_right:
            raise Unproven(f"un objet de la classe {kind.__name__} qui n’en est pas un nouveau")
        if is_object:
            self._given[number_of(made)] = given

    @contextmanager
    def kept(self, target: Any) -> Iterator[None]:
        """Forget nothing of an instance during the block, which only looks at it."""
        number = number_of(target)
        given = self._given.get(number)
        yield
        if given is not None:
            self._given[number] = given

    def forget(self, number: int) -> None:
        """The learner's code sees the instance."""
        self._given.pop(number, None)

    def are_equal(self, one: Any, other: Any) -> bool | None:
        """Say whether two instances are equal; None if their class is no plain dataclass."""
        fields = self._fields.get(type(one).__qualname__)
        if fields is None:
            return None
        sides = [self._given.get(number_of(each)) for each in (one, other)]
        names = [field.name for field in fields if field.counts]
        rows = [
            [self._peer.ask("attr", each, name) for name in names]
            if side is None
            else [side[name] for name in names]
            for each, side in zip((one, other), sides, strict=True)
        ]
        return bool(rows[0] == rows[1])


def _bound(
    fields: tuple[FieldOf, ...], args: tuple[Any, ...], named: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the value of each field, or None when that cannot be told."""
    if len(args) > len(fields):
        return None
    given = dict(zip((field.name for field in fields), args, strict=False)) | named
    found = {}
    for field in fields:
        if field.name in given:
            found[field.name] = given[field.name]
        elif field.has_default:
            found[field.name] = field.default
        else:
            return None
    return found if len(found) == len(given.keys() | found.keys()) else None
