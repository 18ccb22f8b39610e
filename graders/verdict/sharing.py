"""Gives large arguments to the learner's process without copying them through a socket.

Only the checker shares: it writes a sealed file in memory, which nobody can change, and the
learner's process maps it for itself. A page that the learner's code writes to becomes its own.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path

#: From this size on, two copies through a socket cost more than a file.
SHARED_FROM = 16 << 20

PAGEMAP = Path("/proc/self/pagemap")

#: A page's word in `/proc/self/pagemap`: it is there, or swapped out; it is still the file's.
PAGE_THERE, PAGE_OF_FILE = 0b11 << 62, 1 << 61
_WORD = struct.Struct("=Q")


def share(view: memoryview) -> int | None:
    """Return the descriptor of a sealed copy; None where the limits leave no room for one."""
    descriptor = os.memfd_create("garrigue", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    done = 0
    try:
        while done < view.nbytes:
            done += os.write(descriptor, view[done:])
    except OSError:
        os.close(descriptor)
        return None
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


class Shared(mmap.mmap):
    """What another process shared, ours to write to; it knows whether anybody did."""

    @classmethod
    def of(cls, descriptor: int, size_bytes: int) -> Shared:
        """Return the content of a descriptor, which is closed."""
        try:
            return cls(descriptor, size_bytes, flags=mmap.MAP_PRIVATE)
        finally:
            os.close(descriptor)


def is_touched(address: int, size_bytes: int) -> bool:
    """Say whether a page of a `Shared` was written to; when in doubt, it was."""
    first = address // mmap.PAGESIZE
    count = -(-(address + size_bytes) // mmap.PAGESIZE) - first
    words = b""
    with suppress(OSError), PAGEMAP.open("rb", buffering=0) as pages:
        words = os.pread(pages.fileno(), count * _WORD.size, first * _WORD.size)
    return len(words) < count * _WORD.size or any(
        word & PAGE_THERE and not word & PAGE_OF_FILE for (word,) in _WORD.iter_unpack(words)
    )
