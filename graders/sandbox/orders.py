"""A wish for a room, as its keeper receives it."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from graders.protocol import Limits
from graders.sandbox import post
from graders.sandbox.room import place_of


class Order:
    """A wish for a room, with the descriptors that came with it."""

    def __init__(self, message: dict[str, Any], descriptors: Sequence[int]) -> None:
        self.message = message
        self.limits = Limits(**message["limits"])
        self.seed: int | None = message["seed"]
        self.is_warm: bool = message["is_warm"]
        owner, self.output, *rest = descriptors
        self.owner = socket.socket(fileno=owner)
        names = message["sockets"]
        self.sockets = dict(zip(names, rest, strict=False))
        self.files = tuple(
            (fd, place_of(name))
            for fd, name in zip(rest[len(names) :], message["files"], strict=True)
        )

    def inner(self, rlimits: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
        """Return what `launch` reads inside; sockets are named by their descriptors."""
        return {
            "kind": self.message["kind"],
            "target": self.message["target"],
            "key": self.message["key"],
            "seed": self.seed,
            "is_terse": self.message["is_terse"],
            "output_bytes": self.limits.output_bytes,
            "sockets": self.sockets,
            "rlimits": dict(rlimits),
        }

    def tell(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Tell whoever ordered; that they are gone is no fault."""
        with suppress(OSError):
            post.send(self.owner, message, descriptors)

    def refuse(self, reason: str) -> None:
        """Say that there will be no room."""
        self.tell({"failed": reason})
        self.close()

    def close(self) -> None:
        """Close every descriptor that came with the order."""
        self.owner.close()
        post.close([self.output, *self.sockets.values(), *(fd for fd, _ in self.files)])
