"""Compiles the list of system calls that a room may use into a seccomp filter.

What is not listed gets ENOSYS, so a call that a later kernel adds is closed until somebody has
read about it. A call made through a foreign ABI (i386, x32) kills the process.
"""

from __future__ import annotations

import errno
import json
import platform
import struct
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from graders.sandbox.errors import Unsupported

Instruction = tuple[int, int, int, int]

#: AUDIT_ARCH_* of the architectures whose tables we carry.
AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

KILL_PROCESS = 0x80000000
ALLOW = 0x7FFF0000
REFUSE = 0x00050000

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

#: Offsets in `struct seccomp_data`.
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT, SECOND_ARGUMENT_AT = 0, 4, 16, 24

X32_BIT = 0x40000000
AF_UNIX = 1

#: Every CLONE_NEW* flag that `clone` takes in its first argument.
NAMESPACE_FLAGS = 0x7E020000

#: Requests that put characters into a terminal's input (CVE-2017-5226, CVE-2023-28100).
TIOCSTI, TIOCLINUX = 0x5412, 0x541C


def compile_filter(machine: str | None = None) -> bytes:
    """Return the BPF program for an architecture, this machine's by default.

    :raises Unsupported: for an architecture whose table we do not carry.
    """
    machine = machine or platform.machine()
    tables = _tables()
    if machine not in tables["numbers"]:
        raise Unsupported(
            f"Les salles ne savent pas filtrer les appels système de « {machine} » : "
            "il faut une machine x86_64 ou aarch64."
        )
    numbers = tables["numbers"][machine]
    program = [*_guard_abi(machine), *_special_calls(numbers)]
    for name in tables["allowed"]:
        program += _when(numbers, name, [_return(ALLOW)])
    for name in tables["refused"]:
        program += _when(numbers, name, [_return(REFUSE | errno.EPERM)])
    program.append(_return(REFUSE | errno.ENOSYS))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


@cache
def _tables() -> dict[str, Any]:
    source = resources.files("graders.sandbox").joinpath("syscalls.json")
    tables: dict[str, Any] = json.loads(source.read_text("utf-8"))
    return tables


def _guard_abi(machine: str) -> list[Instruction]:
    guard = [
        _load(ARCHITECTURE_AT),
        (JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        _return(KILL_PROCESS),
        _load(NUMBER_AT),
    ]
    if machine == "x86_64":
        guard += [(JUMP_IF_AT_LEAST, 0, 1, X32_BIT), _return(KILL_PROCESS)]
    return guard


def _special_calls(numbers: Mapping[str, int]) -> list[Instruction]:
    only_unix = [
        _load(FIRST_ARGUMENT_AT),
        (JUMP_IF_EQUAL, 0, 1, AF_UNIX),
        _return(ALLOW),
        _return(REFUSE | errno.EAFNOSUPPORT),
    ]
    no_namespace = [
        _load(FIRST_ARGUMENT_AT),
        (JUMP_IF_ANY_BIT, 0, 1, NAMESPACE_FLAGS),
        _return(REFUSE | errno.EPERM),
        _return(ALLOW),
    ]
    no_typing = [
        _load(SECOND_ARGUMENT_AT),
        (JUMP_IF_EQUAL, 0, 1, TIOCSTI),
        _return(REFUSE | errno.EPERM),
        (JUMP_IF_EQUAL, 0, 1, TIOCLINUX),
        _return(REFUSE | errno.EPERM),
        _return(ALLOW),
    ]
    return [
        *_when(numbers, "socket", only_unix),
        *_when(numbers, "socketpair", only_unix),
        *_when(numbers, "clone", no_namespace),
        # Its flags lie in memory that a filter cannot read; libc falls back to `clone`.
        *_when(numbers, "clone3", [_return(REFUSE | errno.ENOSYS)]),
        *_when(numbers, "ioctl", no_typing),
    ]


def _when(numbers: Mapping[str, int], name: str, then: list[Instruction]) -> list[Instruction]:
    """Return the instructions for one call; none where the architecture lacks it."""
    if name not in numbers:
        return []
    return [(JUMP_IF_EQUAL, 0, len(then), numbers[name]), *then]


def _load(offset: int) -> Instruction:
    return (LOAD, 0, 0, offset)


def _return(action: int) -> Instruction:
    return (RETURN, 0, 0, action)
