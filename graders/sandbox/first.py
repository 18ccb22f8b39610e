"""A warm room's first process: says that it is there, and ends with its keeper.

It is a few instructions without any library: to load an ordinary program would cost a room
more than all that it does. In C:

    signal(SIGCHLD, SIG_IGN);  /* the system buries who ends in the room without a parent */
    write(1, "!", 1);
    read(0, stack, 1);  /* until the keeper hangs up */
    exit(0);
"""

from __future__ import annotations

import platform
import struct

#: What both programs end with: `struct sigaction` that ignores, and what is said.
DATA = struct.pack("<4Q", 1, 0, 0, 0) + b"!"

#: ELF's number of the machine, and the instructions; DATA follows them.
PROGRAMS = {
    "x86_64": (
        62,
        "6a0d58 6a115f 488d352d000000 31d2 6a08415a 0f05"  # rt_sigaction(17, DATA, 0, 8)
        "6a0158 6a015f 488d3538000000 6a015a 0f05"  # write(1, DATA + 32, 1)
        "31c0 31ff 4889e6 6a015a 0f05"  # read(0, rsp, 1)
        "6a3c58 31ff 0f05",  # exit(0)
    ),
    "aarch64": (
        183,
        "c81080d2 200280d2 21020010 020080d2 030180d2 010000d4"  # rt_sigaction(17, DATA, 0, 8)
        "080880d2 200080d2 61020010 220080d2 010000d4"  # write(1, DATA + 32, 1)
        "e80780d2 000080d2 e1030091 220080d2 010000d4"  # read(0, sp, 1)
        "a80b80d2 000080d2 010000d4",  # exit(0)
    ),
}

#: Where the program lies in memory, and how long its headers are.
PLACE, HEADERS_BYTES = 0x400000, 120
EXECUTABLE, LOADED, READ_AND_EXECUTE, PAGE_BYTES = 2, 1, 5, 0x10000


def first_program(machine: str | None = None) -> bytes:
    """Return the program as a file, for this machine by default."""
    number, instructions = PROGRAMS[machine or platform.machine()]
    code = bytes.fromhex(instructions) + DATA
    size = HEADERS_BYTES + len(code)
    entry = PLACE + HEADERS_BYTES
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = (identity, EXECUTABLE, number, 1, entry, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = (LOADED, READ_AND_EXECUTE, 0, PLACE, PLACE, size, size, PAGE_BYTES)
    return struct.pack("<16sHHIQQQIHHHHHH", *header) + struct.pack("<IIQQQQQQ", *segment) + code
