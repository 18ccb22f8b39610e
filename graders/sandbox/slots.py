"""Gives each room a user id that no other room on this machine has at the same time."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass

from graders.sandbox.errors import RoomFailed

#: How many rooms may live at once on one machine.
SLOTS = 512


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A user id, held as long as the claim is open."""

    uid: int
    claim: socket.socket | None = None

    def release(self) -> None:
        """Let another room have it."""
        if self.claim is not None:
            self.claim.close()


def take_slot(base: int, *, is_root: bool) -> Slot:
    """Return a free slot; without root, all rooms are ours and the user namespace parts them.

    A claim is an abstract socket: it is the same for all processes of the machine, and the
    kernel releases it when its holder dies.

    :param base: the first user id that rooms may have.
    :raises RoomFailed: if all are taken.
    """
    if not is_root:
        return Slot(uid=os.geteuid())
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for uid in range(base, base + SLOTS):
        with suppress(OSError):
            claim.bind(f"\0garrigue-room-{uid}")
            return Slot(uid=uid, claim=claim)
    claim.close()
    raise RoomFailed("Trop de salles vivent en même temps sur cette machine.")
