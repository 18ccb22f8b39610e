"""What can keep a room from being built or a kernel from answering.

SandboxError
├── EnvironmentMissing  the interpreter of the kernels was not found
├── Unsupported         this machine cannot build rooms
├── Unguaranteed        memory or process totals cannot be held, and nobody opted in
├── RoomFailed          a room could not be built: our fault, worth another try
└── KernelDied          the kernel is gone, so it runs no more cells
"""

from __future__ import annotations


class SandboxError(Exception):
    """Base of all; `str(error)` is a sentence for the operator."""


class EnvironmentMissing(SandboxError):
    """The interpreter that learners' code runs in was not found."""


class Unsupported(SandboxError):
    """This machine cannot build rooms."""


class Unguaranteed(SandboxError):
    """Totals of memory or processes cannot be held here, and nobody opted in."""


class RoomFailed(SandboxError):
    """A room could not be built or its keeper died: our fault, never the learner's."""


class KernelDied(SandboxError):
    """The kernel is gone, so it runs no more cells."""
