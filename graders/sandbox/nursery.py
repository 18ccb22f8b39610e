"""Gives out kernels and programs in rooms; the worker's side of the keeper."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graders.kernel import Kernel
from graders.protocol import Limits
from graders.sandbox import post
from graders.sandbox.environment import Environment
from graders.sandbox.errors import RoomFailed, SandboxError, Unguaranteed, Unsupported
from graders.sandbox.lease import Lease, Program
from graders.sandbox.limits import OPT_IN
from graders.sandbox.lines import GRADED, Lines
from graders.sandbox.room import PASSED_ON, place_of

SOURCE = Path(__file__).parents[2]

#: The first user id that rooms may have when we are root; `GARRIGUE_FIRST_ROOM_UID`.
FIRST_UID = 40_000

#: Signatures would prove nothing: whoever runs in a kernel holds its key, and only we can open
#: its sockets, which lie in a folder of ours.
UNSIGNED = ""

#: Building the private view takes milliseconds; a busy machine may need more.
START_S = 60


class Nursery:
    """Rooms of one environment, ordered from any thread.

    :param slots: how many runs its owner means to have at once.
    :param is_warm: fork kernels from a process that has imported everything; else start each
        one cold, with the same behaviour.
    """

    def __init__(
        self, environment: Environment, *, slots: int = 1, is_warm: bool = True
    ) -> None:
        self.environment = environment
        self.slots = slots
        self.is_warm = is_warm
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self.limits_kind = ""

    def __enter__(self) -> Self:
        with self._lock:
            self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def keeper_id(self) -> int:
        """The process id of the keeper, for whoever watches over processes.

        :raises RoomFailed: if none is running.
        """
        if self._keeper is None:
            raise RoomFailed("Le gardien des salles n’est pas en marche.")
        return self._keeper.pid

    def close(self) -> None:
        """End all rooms."""
        with self._lock:
            self._stop()

    def kernel(
        self,
        *,
        limits: Limits,
        files: Mapping[str, Path] | None = None,
        seed: int | None = None,
        channel: socket.socket | None = None,
    ) -> Kernel:
        """Return a live kernel in a fresh room.

        :param files: read-only data: path from the notebook's folder to the host's file.
        :param seed: fixes the seeds of hashes and generators; None draws fresh ones.
        :param channel: a socket that the kernel's process inherits, named by its
            `GARRIGUE_CHANNEL`.
        :raises RoomFailed: if the room cannot be built: our fault, worth another try.
        :raises ValueError: if a data file's path leaves the notebook's home.
        """
        with Lines(channels=GRADED) as lines:
            sockets = dict(lines.listeners)
            if channel is not None:
                sockets["channel"] = channel
            lease = self.lease_kernel(
                limits=limits,
                files=files or {},
                sockets=sockets,
                key=UNSIGNED,
                seed=seed,
                is_terse=True,
            )
            return Kernel(lease, lines.connect(), output_bytes=limits.output_bytes)

    def lease_kernel(
        self,
        *,
        limits: Limits,
        files: Mapping[str, Path],
        sockets: Mapping[str, socket.socket],
        key: str,
        seed: int | None = None,
        is_terse: bool = False,
    ) -> Lease:
        """Return a room whose kernel listens on these sockets, for clients of their own.

        :param is_terse: it tells neither that a cell begins nor its source.
        """
        message = {
            "kind": "kernel",
            "target": "",
            "key": key,
            "seed": seed,
            "is_terse": is_terse,
        }
        return self._order(message, limits=limits, files=files, sockets=sockets)

    def program(
        self,
        target: str,
        *,
        limits: Limits,
        files: Mapping[str, Path] | None = None,
        channels: Mapping[str, socket.socket],
    ) -> Program:
        """Run a trusted function, `package.module:function`, in a room of its own.

        It is called with the channels by name. What it prints is lost, but for the last
        words on its stderr (`Program.last_words`).

        :raises RoomFailed: if the room cannot be built.
        """
        return Program(
            self._order(
                {
                    "kind": "program",
                    "target": target,
                    "key": "",
                    "seed": None,
                    "is_terse": True,
                },
                limits=limits,
                files=files or {},
                sockets=channels,
            )
        )

    def _order(
        self,
        message: dict[str, Any],
        *,
        limits: Limits,
        files: Mapping[str, Path],
        sockets: Mapping[str, socket.socket],
    ) -> Lease:
        for name in files:
            place_of(name)
        ours, theirs = post.pair()
        reader, writer = os.pipe()
        opened: list[int] = []
        order = {
            **message,
            "limits": asdict(limits),
            "is_warm": self.is_warm,
            "sockets": list(sockets),
            "files": list(files),
        }
        try:
            opened += [os.open(path, os.O_RDONLY) for path in files.values()]
            given = [each.fileno() for each in sockets.values()]
            self._send(order, [theirs.fileno(), writer, *given, *opened])
        except OSError as error:
            ours.close()
            os.close(reader)
            raise RoomFailed(f"La salle n’a pas pu être demandée : {error}.") from error
        finally:
            # Before we wait for the answer, so that a dead keeper is noticed.
            theirs.close()
            post.close([writer, *opened])
        return Lease(ours, reader)

    def _send(self, order: dict[str, Any], descriptors: list[int]) -> None:
        with self._lock:
            if self._keeper is not None and self._keeper.poll() is not None:
                self._stop()
            if self._control is None:
                self._start()
            assert self._control is not None
            post.send(self._control, order, descriptors)

    def _start(self) -> None:
        ours, theirs = post.pair()
        # A clean environment, because /proc/1/environ of a room shows that of bubblewrap.
        code = (
            f"import sys; sys.path[:0] = [{str(SOURCE)!r}]; "
            f"from graders.sandbox.keeper import main; main({theirs.fileno()})"
        )
        self._keeper = subprocess.Popen(
            [sys.executable, "-s", "-P", "-c", code],
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        names = (*PASSED_ON, OPT_IN)
        ours.settimeout(START_S)
        try:
            post.send(
                ours,
                {
                    "environment": self.environment.to_json(),
                    "settings": {
                        name: os.environ[name] for name in names if name in os.environ
                    },
                    "first_uid": int(os.environ.get("GARRIGUE_FIRST_ROOM_UID", FIRST_UID)),
                    "is_warm": self.is_warm,
                },
            )
            answer, _ = post.receive(ours)
        except (EOFError, OSError) as error:
            self._keeper.kill()
            self._keeper.wait()
            raise RoomFailed("Le gardien des salles n’a pas démarré.") from error
        if "error" in answer:
            self._keeper.wait()
            raise _refusal(answer)
        ours.settimeout(None)
        self._control = ours
        self.limits_kind = answer["kind"]

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._keeper is not None:
            self._keeper.wait()
            self._keeper = None


def _refusal(answer: Mapping[str, str]) -> SandboxError:
    kinds: dict[str, type[SandboxError]] = {
        "Unguaranteed": Unguaranteed,
        "Unsupported": Unsupported,
    }
    return kinds.get(answer["kind"], RoomFailed)(answer["error"])
