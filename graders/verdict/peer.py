"""The checker's side of the conversation with the learner's process; believes nothing."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from graders.verdict import frames, restore
from graders.verdict.catalogue import Catalogue
from graders.verdict.codec import BadValue, Decoder, Encoder, Json, expect
from graders.verdict.made import Made
from graders.verdict.names import ClassMembers
from graders.verdict.proxy import (
    RemoteMeta,
    data_names,
    is_remote,
    number_of,
)
from graders.verdict.raised import (
    RemoteError,
    Stopped,
    Unproven,
    make_error,
)
from graders.verdict.seat import Pace, Seat
from graders.verdict.sharing import Lender

MAX_REQUESTS = 200_000
MAX_TEXT = 1 << 20

#: Methods by which a test takes the next value of a learner's generator.
STEPS = ("send", "throw")

Chain = list[tuple[int, str, str]]


class Broken(BaseException):
    """The conversation cannot be trusted any more; the test has failed, whatever it catches."""


class Peer:
    """The learner's process, as the checker sees it, over all tests of one notebook.

    :param members: what the author's own classes define, by name of the class.
    """

    def __init__(self, members: ClassMembers) -> None:
        self.members = members
        self.catalogue = Catalogue(self)
        self.made = Made(self, members.fields)
        self.connection: socket.socket | None = None
        self.broken = ""
        self.mend: Callable[[Any, str], Any] | None = None
        self.before_call: Callable[[], Json] = list
        self.held: list[Callable[[], None]] | None = None
        self._stepping: set[int] = set()
        self._number = 0
        self._seen_modules = 0
        self._data_names: frozenset[str] = frozenset()
        self._left = MAX_REQUESTS
        self._seat, self._pace = Seat(), Pace()
        self._lender = Lender()

    def open(self, connection: socket.socket) -> None:
        """Begin a test over a fresh connection."""
        self.connection, self.broken, self._left = connection, "", MAX_REQUESTS
        self._pace = Pace()
        message, _ = self._receive()
        if message != ["hello"]:
            self._break("no greeting")

    def close(self) -> None:
        """Hang up; the learner's process then goes on with its own work."""
        self._seat.take(None)
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, action: str, *parts: Any) -> Any:
        """Ask one question; a value among the parts stands in a list of its own.

        :raises RemoteError: when the learner's code raised.
        :raises Broken: when the answer is no answer, or there were too many questions.
        """
        encoder = Encoder(self.catalogue.refer)
        request = [self._next(), action]
        for part in parts:
            request.append(
                encoder.encode(part) if is_remote(part) else self._part(encoder, part)
            )
        return self._exchange(request, encoder)[0]

    def _part(self, encoder: Encoder, part: Any) -> Any:
        return encoder.encode(part[0]) if type(part) is list else part

    def call(
        self, target: Any, method: str | None, args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Call something of the learner's; what it does to mutable arguments is copied back."""
        patches = self.before_call()
        encoder = Encoder(self.catalogue.refer)
        request = [
            *(self._next(), "call", self.catalogue.refer(target, encoder), method),
            encoder.all(args),
            [[name, encoder.encode(value)] for name, value in named.items()] if named else [],
            [[place, encoder.encode(value)] for place, value in patches] if patches else [],
        ]
        met = len(self.catalogue.met)
        value, changes, decoder = self._exchange(request, encoder)
        if changes:
            self._restore(decoder, changes, args, named)
        if method is None:
            is_new = is_remote(value) and self.catalogue.met.get(number_of(value), -1) >= met
            self.made.note(target, value, args, named, is_new=is_new)
        return value

    def _restore(self, decoder: Decoder, changes: Json, args: Any, named: Any) -> None:
        given = {**dict(enumerate(args)), **named}
        try:
            after = [(given[key], decoder.value(value)) for key, value in changes]
        except Exception:
            self._break("unreadable arguments")
        for old, new in after:
            if self.held is None:
                restore.restore(old, new)
            else:
                self.held.append(lambda old=old, new=new: restore.restore(old, new))  # type: ignore[misc]

    def _exchange(self, request: Any, encoder: Encoder) -> tuple[Any, Json, Decoder]:
        self._settle()
        self._send(request, encoder.buffers)
        while True:
            message, buffers = self._receive()
            decoder = Decoder(buffers, self.catalogue.resolve)
            try:
                if expect(message, list)[0] != request[0]:
                    raise BadValue("answer to another question")
                kind = message[1]
                if message[2]:
                    self._print(message[2])
                if kind == "cb":
                    self._use_exposed(request[0], decoder, *message[3:])
                    continue
                if kind == "err":
                    raise self._fit(request, self._error(decoder, *message[3:]))
                value = decoder.decode(message[3]) if kind == "ok" else expect(kind)
                return value, message[4], decoder
            except (BadValue, IndexError, TypeError, ValueError) as error:
                if isinstance(error, RemoteError):
                    raise
                self._break(f"unreadable answer: {error}")

    def _fit(self, request: Any, error: BaseException) -> BaseException:
        """Return what may be raised for an exception that answers a request.

        A function that raises StopIteration would end a `map` of the test's, and with it
        whatever the test was to look at: as in a generator, that is an error. Only what is
        asked for its next value may say that there is none.
        """
        may_stop = request[1:3] == ["op", "next"] or (
            request[1] == "call" and request[2][2:] and request[2][2] in self._stepping
        )
        if not isinstance(error, StopIteration) or may_stop:
            return error
        stopped = Stopped(*error.args)
        stopped.garrigue_lines = getattr(error, "garrigue_lines", ())
        return stopped

    def _print(self, printed: Json) -> None:
        """Print what the learner's code printed: to stdout, or to stdout and stderr."""
        out, err = (printed, "") if type(printed) is str else expect(printed, list)
        sys.stdout.write(expect(out, str)[:MAX_TEXT])
        sys.stderr.write(expect(err, str)[:MAX_TEXT])

    def _settle(self) -> None:
        """Share a processor with the learner's process, or no longer."""
        if self._pace.is_to_change:
            number = self._pace.changed()
            self._seat.take(number)
            self.ask("stay", number)

    def _use_exposed(
        self,
        question: int,
        decoder: Decoder,
        number: Json,
        action: Json,
        args: Json,
        named: Json,
    ) -> None:
        encoder = Encoder(self.catalogue.refer)
        values = decoder.decode(["l", "", args])
        keywords = {expect(name, str): decoder.decode(value) for name, value in named}
        try:
            result = self.catalogue.exposures.use(number, action, values, keywords)
            reply = ["back", encoder.encode(result)]
        except Broken:
            raise
        except BaseException as error:
            if isinstance(error, AssertionError) and not isinstance(error, RemoteError):
                self.broken = self.broken or "an assertion failed inside a function of the test"
            encoder = Encoder(self.catalogue.refer)
            reply = ["fail", *self.catalogue.exposures.failure(error)]
        self._send([question, *reply], encoder.buffers)

    def _error(
        self, decoder: Decoder, described: Json, args: Json, text: Json, lines: Json
    ) -> BaseException:
        kind = self.catalogue.described(*described)
        if not (isinstance(kind, type) and issubclass(kind, RemoteError)):
            raise BadValue("no exception")
        values, fields = decoder.all(args) if args is not None else ((), {})
        return make_error(
            kind, expect(values, tuple), expect(fields, dict), expect(text, str), lines
        )

    def _next(self) -> int:
        self._number += 1
        self._left -= 1
        if self._left < 0:
            self._break("too many questions")
        return self._number

    def _send(self, message: Any, buffers: list[Any]) -> None:
        if self.broken or self.connection is None:
            raise Broken(self.broken)
        self._pace.speaks(buffers)
        try:
            frames.send(self.connection, message, buffers, lender=self._lender)
        except OSError:
            self._break("the learner's process is gone")

    def _receive(self) -> tuple[Any, list[Any]]:
        if self.broken or self.connection is None:
            raise Broken(self.broken)
        try:
            message, buffers = frames.receive(self.connection)
            self._pace.heard(buffers)
            return message, buffers
        except (OSError, EOFError):
            self._break("the learner's process is gone")
        except (BadValue, MemoryError) as error:
            self._break(str(error))

    def _break(self, reason: str) -> NoReturn:
        self.broken = self.broken or reason
        raise Broken(reason)

    def attribute(self, target: Any, name: str) -> Any:
        """Return an attribute of a learner's object."""
        self._refuse_mimicry(target, name)
        mended = self.mend(target, name) if self.mend is not None else NotImplemented
        if mended is not NotImplemented:
            return mended
        with self.made.kept(target):
            found = self.ask("attr", target, name)
        if is_remote(found):  # a method, which may change what it is a method of
            self.made.forget(number_of(target))
        if name in STEPS and is_remote(found):
            self._stepping.add(number_of(found))
        return found

    def _refuse_mimicry(self, target: Any, name: str) -> None:
        """Refuse `equals`, `all` and their like to classes that have no business with them.

        :raises Unproven: if the name is one of a plain value's, and neither the author's own
            class nor the genuine class that the object claims has it.
        """
        is_object = isinstance(type(target), RemoteMeta)
        kind = type(target) if is_object else target
        if name in self.members_of(kind):
            return
        if is_object and target.garrigue_is_tainted:
            raise Unproven(f"{name} du résultat d’un calcul avec une valeur du test")
        if len(sys.modules) != self._seen_modules:
            self._seen_modules, self._data_names = len(sys.modules), data_names()
        if name in self._data_names and not hasattr(kind.garrigue_claim, name):
            raise Unproven(f"{name} d’un objet de la classe {kind.__name__}")

    def mended(self, target: Any, name: str) -> Any:
        """Return a special attribute that we make up ourselves."""
        found = self.mend(target, name) if self.mend is not None else NotImplemented
        if found is NotImplemented:
            raise AttributeError(name)
        return found

    def operate(self, name: str, *args: Any) -> Any:
        """Return what an operator says of a learner's object."""
        encoder = Encoder(self.catalogue.refer)
        request = [self._next(), "op", name, encoder.all(args)]
        return self._exchange(request, encoder)[0]

    def text(self, name: str, *args: Any) -> str:
        """Return a text that a learner's object gives of itself."""
        found = self.operate(name, *args)
        if type(found) is not str:
            raise TypeError(f"{name} returned no string")
        return found

    @property
    def asked(self) -> int:
        """How many questions were asked so far."""
        return self._number

    def existing(self, names: list[str]) -> list[Any]:
        """Return for each global name whether the learner's process has it."""
        encoder = Encoder(self.catalogue.refer)
        found = self._exchange([self._next(), "has", names], encoder)[0]
        if type(found) is not list or len(found) != len(names):
            self._break("unreadable answer")
        return list(found)

    def module(self, name: str) -> Any:
        """Return a module of the learner's process."""
        return self.ask("module", name)

    def members_of(self, kind: Any) -> frozenset[str]:
        """Return what the author's own class of that name, or of a base of it, defines."""
        names = self.members.names
        return frozenset().union(*(names.get(name, ()) for name in kind.garrigue_names))

    def hash_of(self, value: Any) -> int:
        """Return the hash of a learner's object: its class's own where the author's has one.

        Equal hashes make nothing equal to a value of the test's.
        """
        if "__hash__" in self.members_of(type(value)):
            with self.made.kept(value):
                found = self.operate("hash", value)
            if type(found) is int:
                return hash(found)
        return hash(number_of(value))

    def are_equal(self, one: Any, other: Any) -> bool:
        """Whether two learner's objects of the same class are equal.

        The values of an author's dataclass are compared here. Otherwise the class decides,
        which is the learner's: a test that leans on it is a weak one.
        """
        kind = type(one)
        if type(other) is not kind:
            return False
        known = self.made.are_equal(one, other)
        if known is not None:
            return known
        if kind.__qualname__ in self.members.dataclasses:
            mine, theirs = (self.ask("attr", each, "__dict__") for each in (one, other))
            return type(mine) is dict and type(theirs) is dict and bool(mine == theirs)
        return self.operate("eq", one, other) is True
