"""What the checker knows of the learner's process by number: objects, classes, exceptions."""

from __future__ import annotations

import collections
import keyword
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from graders.verdict.codec import BadValue, Decoder, Encoder, Json, expect
from graders.verdict.exposed import Exposures
from graders.verdict.proxy import RemoteMeta, is_remote, make_class, number_of
from graders.verdict.raised import ErrorClasses, is_error_chain

if TYPE_CHECKING:
    from graders.verdict.peer import Peer

Chain = list[tuple[int, str, str]]


class Catalogue:
    """Stand-ins by number, made as they are met and kept over all tests of a notebook."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.classes: dict[int, Any] = {}
        self.shapes: dict[int, RemoteMeta] = {}
        self.errors = ErrorClasses()
        self.exposures = Exposures()
        self.tuples: dict[int, type] = {}
        #: Objects by number, each with how many were met before it.
        self.met: dict[int, int] = {}
        self.remotes: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def refer(self, value: Any, encoder: Encoder) -> Json:
        """Return the description of a value for the learner's process.

        :raises TypeError: for objects of the test's that may not leave it.
        """
        if is_remote(value):
            number = number_of(value)
            self._peer.made.forget(number)
            return ["R", "o", number]
        if isinstance(value, type) and value in self.errors.numbers:
            return ["R", "o", self.errors.numbers[value]]
        return self.exposures.describe(value, encoder)

    def resolve(self, json: list[Any], decoder: Decoder) -> Any:
        """Return the stand-in for a described value of the learner's."""
        if json[1] == "x":
            return self.exposures.get(expect(json[2], int))
        tag, number, *rest = json[1:]
        if tag == "k":
            return self.described(number, rest[0])
        if tag == "n":
            return self._tuple(decoder, number, *rest)
        if tag != "o":
            raise BadValue("unknown reference")
        self.described(expect(rest[0], int), rest[1])
        found = self.remotes.get(expect(number, int))
        if found is None:
            found = object.__new__(self.shapes[rest[0]])  # type: ignore[arg-type]
            object.__setattr__(found, "garrigue_object", number)
            object.__setattr__(found, "garrigue_is_tainted", False)
            self.remotes[number] = found
            self.met.setdefault(number, len(self.met))
        return found

    def described(self, number: int, details: Json) -> Any:
        """Return the class of that number, learning it when it is described."""
        if details is not None:
            self._learn(number, details)
        return self.classes[number]

    def _learn(self, number: Any, details: Any) -> None:
        if expect(number, int) in self.classes:
            return
        rows, doc, dunders = details
        chain: Chain = [
            (expect(base, int), expect(module, str), expect(name, str))
            for base, module, name in rows
        ]
        if chain[0][0] != number or len(chain) > 100 or "\0" in chain[0][2]:
            raise BadValue("class")
        self.shapes[number] = make_class(self._peer, number, chain, doc, expect(dunders, list))
        is_error = is_error_chain(chain)
        self.classes[number] = self.errors.get(chain) if is_error else self.shapes[number]

    def _tuple(
        self, decoder: Decoder, number: Any, details: Json, fields: Json, items: Json
    ) -> Any:
        self.described(number, details)
        names = [expect(name, str) for name in expect(fields, list)]
        made: Any = self.tuples.get(number)
        if made is None:
            if any(not n.isidentifier() or keyword.iskeyword(n) or n[0] == "_" for n in names):
                raise BadValue("field")
            name = self.classes[number].__name__
            made = self.tuples[number] = collections.namedtuple(name, names)
        return made(*decoder.all(items))

    def is_tuple_of(self, kind: type, number: int) -> bool:
        """Whether a type is what we made for a learner's named tuple."""
        return self.tuples.get(number) is kind
