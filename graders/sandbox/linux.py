"""The few Linux calls that Python lacks: namespaces, mounts, privileges, seccomp."""

from __future__ import annotations

import ctypes
import os
import struct
from functools import cache
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


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


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


def prctl(option: int, *arguments: int) -> None:
    """Call prctl(2)."""
    words = [ctypes.c_ulong(word) for word in (*arguments, 0, 0, 0, 0)[:4]]
    _check(_libc().prctl(ctypes.c_int(option), *words), f"prctl {option}")


def drop_privileges() -> None:
    """Give up every capability for good; later programs cannot regain any."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last capability that this kernel knows, or not ours to drop
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    _check(_libc().capset(header, ctypes.create_string_buffer(bytes(24))), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def install_filter(program: bytes) -> None:
    """Apply a seccomp filter to this thread and all that it starts."""
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog, with the padding that the pointer's alignment asks for.
    fprog = struct.pack("=H6xQ", len(program) // 8, ctypes.addressof(code))
    buffer = ctypes.create_string_buffer(fprog, len(fprog))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(buffer))
