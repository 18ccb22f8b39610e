"""Compiles the list of system calls that a room may use into a seccomp filter.

What is not listed gets ENOSYS, so a call that a later kernel adds is closed until somebody has
read about it. A call made through a foreign ABI (i386, x32) kills the process.
"""

from __future__ import annotations

import errno
import json
import platform
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from graders.sandbox.errors import Unsupported

Instruction = tuple[int, int, int, int]

#: The first number of calls that have the same answer, and that answer.
Range = tuple[int, list[Instruction]]

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


@cache
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
    program = [*_guard_abi(machine), *_search(_ranges(_answers(machine)))]
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def _answers(machine: str) -> dict[int, list[Instruction]]:
    """Return what becomes of each call that has a number here."""
    tables = _tables()
    answers = {
        **{name: [_return(REFUSE | errno.EPERM)] for name in tables["refused"]},
        **{name: [_return(ALLOW)] for name in tables["allowed"]},
        **_special_calls(),
    }
    numbers = tables["numbers"][machine]
    return {numbers[name]: answer for name, answer in answers.items() if name in numbers}


def _ranges(answers: Mapping[int, list[Instruction]]) -> list[Range]:
    """Return the first number of each run of calls with one answer, and that answer."""
    unknown = [_return(REFUSE | errno.ENOSYS)]
    ranges = [(0, unknown)]
    for number in sorted({*answers, *(number + 1 for number in answers)}):
        answer = answers.get(number, unknown)
        if number == 0:
            ranges = [(0, answer)]
        elif answer != ranges[-1][1]:
            ranges.append((number, answer))
    return ranges


def _search(ranges: Sequence[Range]) -> list[Instruction]:
    """Return what finds a number's range by halving; each process of a room pays its length."""
    if len(ranges) == 1:
        return ranges[0][1]
    half = len(ranges) // 2
    below, above = _search(ranges[:half]), _search(ranges[half:])
    return [(JUMP_IF_AT_LEAST, len(below), 0, ranges[half][0]), *below, *above]


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


def _special_calls() -> dict[str, list[Instruction]]:
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
    return {
        "socket": only_unix,
        "socketpair": only_unix,
        "clone": no_namespace,
        # Its flags lie in memory that a filter cannot read; libc falls back to `clone`.
        "clone3": [_return(REFUSE | errno.ENOSYS)],
        "ioctl": no_typing,
    }


def _load(offset: int) -> Instruction:
    return (LOAD, 0, 0, offset)


def _return(action: int) -> Instruction:
    return (RETURN, 0, 0, action)
