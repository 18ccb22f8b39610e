"""Answers the checker's questions about the learner's values, inside the learner's process.

Nothing here is trusted: the learner's code may change any of it. It uses the standard library
and the codec alone, and keeps no secret.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import io
import operator
import socket
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from graders.verdict import agent_files, frames
from graders.verdict.agent_door import newest_connection, tell_done
from graders.verdict.around import Captured, no_figures_shown, patched
from graders.verdict.codec import BadValue, Decoder, Encoder, Json, Uncopyable
from graders.verdict.operators import DUNDERS, OPERATORS
from graders.verdict.seat import Seat
from graders.verdict.snapshots import is_mutable, watch
from graders.verdict.stand_in import Exposed, failure

MAX_PRINTED = 1 << 20
MAX_FRAMES = 12

#: Values that the checker may ask for again, by number. They live as long as the kernel.
objects: dict[int, Any] = {}
numbers: dict[int, int] = {}


def serve(names: dict[str, Any] | None = None) -> None:
    """Answer until the checker hangs up.

    :param names: where the learner's names live; those of the calling cell by default.
    """
    if names is None:
        names = sys._getframe(1).f_globals
    try:
        connection = newest_connection()
        if connection is not None:
            _speak(connection, names)
    finally:
        tell_done()


def _speak(connection: socket.socket, names: dict[str, Any]) -> None:
    with connection, no_figures_shown():
        agent = Agent(connection, names)
        try:
            frames.send(connection, ["hello"], [])
            agent.answer_until(None)
        except (OSError, EOFError, BadValue):
            return  # the checker is gone, or has had enough
        finally:
            agent.seat.take(None)


class Agent:
    """One conversation with the checker."""

    def __init__(self, connection: socket.socket, names: dict[str, Any]) -> None:
        self.connection = connection
        self.names = names
        self.described: set[int] = set()
        self.request: Any = None
        self.seat = Seat()

    def answer_until(self, callback: Any) -> Any:
        """Answer requests until the one we wait for is answered, or for ever."""
        while True:
            message, buffers = frames.receive(self.connection, takes_shared=True)
            if message[1] in ("back", "fail") and message[0] == callback:
                return message, Decoder(buffers, self.resolve)
            self._answer(message, Decoder(buffers, self.resolve))

    def _answer(self, message: Any, decoder: Decoder) -> None:
        before, self.request = self.request, message[0]
        encoder = Encoder(self.refer)
        with Captured() as captured:
            try:
                reply = self._reply(message, decoder, encoder)
            except BaseException as error:
                encoder = Encoder(self.refer)
                reply = [message[0], "err", *self._described_error(encoder, error)]
        self.request = before
        reply.insert(2, captured.printed(MAX_PRINTED))
        decoder.buffers.clear()  # what was shared serves again as soon as nobody holds it
        try:
            frames.send(self.connection, reply, encoder.buffers)
        except BadValue:
            refusal = [message[0], "err", "", *self._described_error(encoder, MemoryError())]
            frames.send(self.connection, refusal, [])

    def _reply(self, message: Any, decoder: Decoder, encoder: Encoder) -> list[Any]:
        value, after = self._do(message, decoder)
        return [message[0], "ok", self._encoded(encoder, value), after(encoder)]

    def _encoded(self, encoder: Encoder, value: Any) -> Json:
        collects = gc.isenabled()
        gc.disable()  # a million lists in the making would be looked at again and again
        try:
            return encoder.encode(value)
        except (Uncopyable, RuntimeError):
            encoder.buffers.clear()
            encoder.count = 0
            return self.refer(value, encoder)
        finally:
            if collects:
                gc.enable()

    def _do(self, message: Any, decoder: Decoder) -> tuple[Any, Callable[[Encoder], Json]]:
        action = message[1]
        if action == "call":
            return self._call(decoder, *message[2:])
        return getattr(self, f"_do_{action}")(decoder, *message[2:]), _nothing

    def _call(
        self,
        decoder: Decoder,
        target: Json,
        method: Any,
        args: Json,
        named: Json,
        patches: Json,
    ) -> tuple[Any, Callable[[Encoder], Json]]:
        function = decoder.value(target)
        if method is not None:
            function = getattr(function, method)
        values = decoder.all(args)
        keywords = {name: decoder.value(value) for name, value in named} if named else {}
        mutable = [
            (key, value, watch(value, self._print_of))
            for key, value in (*enumerate(values), *keywords.items())
            if is_mutable(value)
        ]
        if patches:
            with patched([(place, decoder.value(value)) for place, value in patches]):
                result = function(*values, **keywords)
        else:
            result = function(*values, **keywords)
        if not mutable:
            return result, _nothing

        def after(encoder: Encoder) -> Json:
            changed = [(k, value) for k, value, has_changed in mutable if has_changed()]
            return [[key, self._encoded(encoder, value)] for key, value in changed]

        return result, after

    def _print_of(self, value: Any) -> Any:
        """Return what changes whenever the value does."""
        encoder = Encoder(self.refer)
        return self._encoded(encoder, value), [bytes(buffer) for buffer in encoder.buffers]

    def _do_get(self, _decoder: Decoder, name: str) -> Any:
        if name not in self.names:
            raise NameError(f"name {name!r} is not defined")
        return self.names[name]

    def _do_has(self, _decoder: Decoder, names: list[str]) -> list[bool]:
        return [name in self.names for name in names]

    def _do_set(self, decoder: Decoder, name: str, value: Json) -> None:
        self.names[name] = decoder.value(value)

    def _do_del(self, _decoder: Decoder, name: str) -> None:
        if name not in self.names:
            raise NameError(f"name {name!r} is not defined")
        del self.names[name]

    def _do_attr(self, decoder: Decoder, target: Json, name: str) -> Any:
        value = getattr(decoder.value(target), name)
        return dict(value) if type(value) is types.MappingProxyType else value

    def _do_setattr(self, decoder: Decoder, target: Json, name: str, value: Json) -> None:
        setattr(decoder.value(target), name, decoder.value(value))

    def _do_delattr(self, decoder: Decoder, target: Json, name: str) -> None:
        delattr(decoder.value(target), name)

    def _do_op(self, decoder: Decoder, name: str, args: Json) -> Any:
        return OPERATORS[name](*decoder.all(args))

    def _do_module(self, _decoder: Decoder, name: str) -> Any:
        return importlib.import_module(name)

    def _do_signature(self, decoder: Decoder, target: Json) -> Any:
        found = inspect.signature(decoder.value(target))
        empty = inspect.Parameter.empty
        rows = [
            [p.name, int(p.kind), *_present(p.default, empty), *_present(p.annotation, empty)]
            for p in found.parameters.values()
        ]
        return [rows, *_present(found.return_annotation, empty)]

    def _do_stay(self, _decoder: Decoder, number: int | None) -> None:
        self.seat.take(number)

    def _do_read(self, _decoder: Decoder, path: str) -> bytes | None:
        return agent_files.read(path)

    def _do_write(self, decoder: Decoder, path: str, data: Json) -> None:
        agent_files.write(path, decoder.value(data))

    def _do_folder(self, _decoder: Decoder, path: str) -> None:
        agent_files.make_folder(path)

    def _do_list(self, _decoder: Decoder, path: str) -> list[list[Any]] | None:
        return agent_files.listing(path)

    def refer(self, value: Any, encoder: Encoder) -> Json:
        """Return the description of a value that stays here."""
        kind = type(value)
        if kind is Exposed:
            return ["R", "x", object.__getattribute__(value, "_number")]
        if isinstance(value, type) and issubclass(kind, type):
            return ["R", "k", *self._described_class(value)]
        fields = getattr(kind, "_fields", None)
        if tuple in kind.__mro__ and type(fields) is tuple:
            items = [encoder.encode(item) for item in tuple.__iter__(value)]
            return ["R", "n", *self._described_class(kind), list(fields), items]
        number = _number(value)
        name = getattr(value, "__name__", None)
        return [
            *("R", "o", number, *self._described_class(kind)),
            name if type(name) is str else None,
            callable(value),
        ]

    def _described_class(self, kind: type) -> list[Any]:
        number = _number(kind)
        if number in self.described:
            return [number, None]
        self.described.add(number)
        chain = [
            [_number(base), str(base.__module__), str(base.__qualname__)]
            for base in kind.__mro__
        ]
        doc = kind.__doc__ if type(kind.__doc__) is str else None
        has = [name for name in DUNDERS if getattr(kind, name, None) is not None]
        return [number, [chain, doc, has]]

    def resolve(self, json: list[Any], decoder: Decoder) -> Any:
        """Return the value of ours, a stand-in for the checker's, or a library's."""
        if json[1] == "x":
            return Exposed(self, json[2], json[3])
        if json[1] == "o":
            return objects[json[2]]
        found = operator.attrgetter(json[3])(importlib.import_module(json[2]))
        if json[1] == "m":
            return found
        made = found(**decoder.value(json[4]))
        vars(made).update(decoder.value(json[5]))
        return made

    def _described_error(self, encoder: Encoder, error: BaseException) -> list[Any]:
        try:
            args = encoder.all([tuple(error.args), dict(vars(error))])
            text = str(error)[:2000]
        except BaseException:
            args, text = None, ""
        lines = [
            [line.filename[-80:], line.lineno, line.name[:80], (line.line or "")[:200]]
            for line in traceback.extract_tb(error.__traceback__)
            if "graders/verdict" not in line.filename
        ]
        return [self._described_class(type(error)), args, text, lines[-MAX_FRAMES:]]

    def ask(
        self, number: int, action: str, args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Use an object that the checker owns."""
        encoder = Encoder(self.refer)
        printed = sys.stdout.getvalue() if isinstance(sys.stdout, io.StringIO) else ""
        pairs = [[name, encoder.encode(value)] for name, value in named.items()]
        question = [self.request, "cb", printed, number, action, encoder.all(args), pairs]
        if printed:
            sys.stdout.truncate(0)
            sys.stdout.seek(0)
        frames.send(self.connection, question, encoder.buffers)
        reply, decoder = self.answer_until(self.request)
        if reply[1] == "fail":
            raise failure(reply[2], reply[3])
        return decoder.value(reply[2])


def _present(value: Any, empty: Any) -> tuple[bool, Any]:
    return (False, None) if value is empty else (True, value)


def _nothing(_encoder: Encoder) -> Json:
    return None


def _number(value: Any) -> int:
    number = numbers.get(id(value))
    if number is None:
        number = len(numbers) + 1
        numbers[id(value)] = number
        objects[number] = value
    return number
