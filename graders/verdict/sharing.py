"""Gives large arguments to the learner's process without copying them through a socket.

Only the checker shares: it writes a file in memory, and the learner's process maps it for
itself. A page that the learner's code writes to becomes its own. Fresh pages cost several times
what writing to them does, so a file that the other side has let go of serves again.
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

#: How much is kept for later arguments.
KEPT_BYTES = 128 << 20

PAGEMAP = Path("/proc/self/pagemap")

#: A page's word in `/proc/self/pagemap`: it is there, or swapped out; it is still the file's.
PAGE_THERE, PAGE_OF_FILE = 0b11 << 62, 1 << 61
_WORD = struct.Struct("=Q")

#: The file keeps its size, and whoever gets it may only read.
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
F_SEAL_FUTURE_WRITE = 0x10


class Loan:
    """A file in memory that we write to and the other side reads."""

    def __init__(self, size_bytes: int) -> None:
        """Make one.

        :raises OSError: where the limits leave no room for it.
        """
        self.size_bytes = size_bytes
        made = os.memfd_create("garrigue", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(made, size_bytes)
            self._space = mmap.mmap(made, size_bytes)
            fcntl.fcntl(made, fcntl.F_ADD_SEALS, _SEALS | F_SEAL_FUTURE_WRITE)
            # Opened by name it counts as open, which a lease asks for.
            self._descriptor = os.open(f"/proc/self/fd/{made}", os.O_RDWR | os.O_CLOEXEC)
        finally:
            os.close(made)

    @property
    def is_back(self) -> bool:
        """Whether nobody else has it open or mapped: the system then gives us a lease."""
        try:
            fcntl.fcntl(self._descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError:
            return False
        fcntl.fcntl(self._descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return True

    def lend(self, view: memoryview) -> int:
        """Write a copy, and return a descriptor that can only be read."""
        self._space[: view.nbytes] = view
        return os.open(f"/proc/self/fd/{self._descriptor}", os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        """Forget it; it lives on where it is mapped."""
        self._space.close()
        os.close(self._descriptor)


class Lender:
    """The files of one checker."""

    def __init__(self) -> None:
        self._kept: list[Loan] = []

    def lend(self, view: memoryview) -> int | None:
        """Return the descriptor of a copy; None where the limits leave no room for one."""
        try:
            return self._loan(view.nbytes).lend(view)
        except OSError:
            return None

    def _loan(self, size_bytes: int) -> Loan:
        for loan in self._kept:
            if loan.size_bytes >= size_bytes and loan.is_back:
                return loan
        loan = Loan(size_bytes)
        self._keep(loan)
        return loan

    def _keep(self, loan: Loan) -> None:
        """Keep the newest, as many as may be kept."""
        self._kept.insert(0, loan)
        while len(self._kept) > 1 and sum(each.size_bytes for each in self._kept) > KEPT_BYTES:
            self._kept.pop().close()


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
