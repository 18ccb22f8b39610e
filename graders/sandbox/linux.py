"""The few Linux calls that Python lacks: namespaces, mounts, privileges, seccomp."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
#: All but that of processes, which a process cannot enter itself.
ROOM_NAMESPACES = (
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWNET
)

MS_RDONLY, MS_NOSUID, MS_NODEV = 0x1, 0x2, 0x4
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 0x2

PROT_READ, PROT_WRITE, PROT_EXEC = 0x1, 0x2, 0x4
MADV_COLLAPSE = 25
HUGE_PAGE_BYTES = 2 << 20

PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522


class _Program(ctypes.Structure):
    """`struct sock_fprog`: a filter's number of instructions, and where they are."""

    _fields_ = (("size", ctypes.c_ushort), ("code", ctypes.c_char_p))


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    # Called dozens of times by each child: told once, its arguments need no wrapping.
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    return libc


def _check(result: int, call: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")


def unshare(flags: int) -> None:
    """Leave the namespaces of our parent."""
    _check(_libc().unshare(ctypes.c_int(flags)), "unshare")


def bear_into(namespace: int) -> None:
    """Have the children born from now on live in a namespace of processes, open for reading."""
    _check(_libc().setns(ctypes.c_int(namespace), ctypes.c_int(CLONE_NEWPID)), "setns pid")


def enter(pidfd: int) -> None:
    """Enter the other namespaces of a room; `bear_into` is for its processes."""
    _check(_libc().setns(ctypes.c_int(pidfd), ctypes.c_int(ROOM_NAMESPACES)), "setns")


def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    """Call mount(2)."""
    result = _libc().mount(
        source.encode(),
        os.fsencode(target),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )
    _check(result, f"mount {kind or 'bind'} on {target}")


def unmount(target: Path) -> None:
    """Take a mount out of sight; it ends when its last user does."""
    _check(_libc().umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), f"umount {target}")


def join_pages(maps: Path = Path("/proc/self/maps")) -> None:
    """Have our own memory lie in huge pages where it can: forks and ends then copy less.

    A page that a child writes to is copied alone, as before. Kernels before Linux 6.1 refuse.
    """
    for line in maps.read_text().splitlines():
        place, rights, _, _, inode = line.split(maxsplit=5)[:5]
        if rights != "rw-p" or inode != "0":
            continue
        begin, end = (int(address, 16) for address in place.split("-"))
        for page in range(-(-begin // HUGE_PAGE_BYTES), end // HUGE_PAGE_BYTES):
            _libc().madvise(
                ctypes.c_void_p(page * HUGE_PAGE_BYTES),
                ctypes.c_size_t(HUGE_PAGE_BYTES),
                ctypes.c_int(MADV_COLLAPSE),
            )


def join_libraries(maps: Path = Path("/proc/self/maps")) -> None:
    """Have each library lie in two mappings instead of five: forks and ends pay for each.

    Its constants join its code, and what linking wrote joins its data: as linkers laid them out
    until 2018, and for processes that may write and run code of their own anyway.
    """
    parts = [line.split(maxsplit=5)[:5] for line in maps.read_text().splitlines()]
    for (place, rights, *_, inode), (_, next_rights, *_, next_inode) in pairwise(parts):
        if rights != "r--p" or inode == "0":
            continue
        is_linked = next_inode == inode and next_rights == "rw-p"
        begin, end = (int(address, 16) for address in place.split("-"))
        _libc().mprotect(
            ctypes.c_void_p(begin),
            ctypes.c_size_t(end - begin),
            ctypes.c_int(PROT_READ | (PROT_WRITE if is_linked else PROT_EXEC)),
        )


def prctl(option: int, *arguments: int) -> None:
    """Call prctl(2)."""
    _check(_libc().prctl(option, *(*arguments, 0, 0, 0, 0)[:4]), "prctl")


def confinement(program: bytes) -> Callable[[], None]:
    """Return what gives up every capability and applies a seccomp filter, for good.

    All that it needs is made here, before a fork: each page that a child touches is copied.
    """
    prctl, capset = _libc().prctl, _libc().capset
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    none = ctypes.create_string_buffer(bytes(24))
    listed = _Program(len(program) // 8, program)

    def confine() -> None:
        for capability in range(64):
            if prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
                break  # past the last capability that this kernel knows, or not ours to drop
        _check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl ambient")
        _check(capset(header, none), "capset")
        _check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl no_new_privs")
        # A change of user hid our own /proc from us; a cold kernel sees its own.
        _check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl dumpable")
        at = ctypes.addressof(listed)
        _check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, at, 0, 0), "prctl seccomp")

    return confine
