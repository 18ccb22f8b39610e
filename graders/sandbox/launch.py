"""First code of ours in a room: sets the limits, then becomes the kernel or the program."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from graders.sandbox import channel

Order = Mapping[str, Any]


def main(order_fd: int) -> None:
    """Do what the order on a descriptor says; a cold start comes here."""
    with os.fdopen(order_fd) as file:
        order = json.load(file)
    if order["kind"] == "kernel":
        app = import_module("graders.sandbox.kernel_app").prepare()
        settle(order)
        app.serve(order)
    else:
        settle(order)
        run_program(order)


def settle(order: Order) -> None:
    """Apply the limits of one process and the seeds, and name the inherited channel."""
    for name, (soft, hard) in order["rlimits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (soft, hard))
    if "channel" in order["sockets"]:
        channel.tell(order["sockets"]["channel"])
    sow(order["seed"])


def sow(seed: int | None) -> None:
    """Seed the global generators, afresh when no seed is given.

    numpy is only seeded here when it is loaded already: a later import draws its own
    entropy, so a fixed seed loads it.
    """
    import random

    random.seed(seed)
    numpy = import_module("numpy") if _wants_numpy(seed) else sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(None if seed is None else seed % 2**32)


def _wants_numpy(seed: int | None) -> bool:
    if seed is None:
        return False
    from importlib.util import find_spec

    return find_spec("numpy") is not None


def run_program(order: Order) -> None:
    """Call the trusted function that the order names, with its sockets by name."""
    module, _, name = order["target"].partition(":")
    function: Callable[..., object] = getattr(import_module(module), name)
    sockets = {name: socket.socket(fileno=fd) for name, fd in order["sockets"].items()}
    function(**sockets)
