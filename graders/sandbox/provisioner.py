"""Lets any jupyter_client program (nbclient, nbconvert, JupyterLab) run kernels in our rooms.

A kernelspec asks for it in its metadata:
`{"kernel_provisioner": {"provisioner_name": "garrigue-room", "config": {…}}}`.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import signal
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Bool, Dict, Float, Int, Unicode

from graders.protocol import MIB, Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.lease import Lease
from graders.sandbox.lines import CHANNELS, Lines
from graders.sandbox.nursery import Nursery

#: What one cell may print: its clients set no limit of their own, and cannot see a cut.
OUTPUT_BYTES = 256 * MIB

#: How often we look whether a kernel has ended.
LOOK_S = 0.05


class RoomProvisioner(KernelProvisionerBase):  # type: ignore[misc]
    """Gives each kernel a room; the kernelspec's command is not used."""

    environment = Unicode("data", config=True, help="Kernel environment: base or data.")
    is_warm = Bool(True, config=True, help="Fork kernels from a warm process.")
    files = Dict(config=True, help="Read-only data: path from the notebook to the host's file.")
    memory_mib = Int(1024, config=True, help="Memory of the whole room.")
    cpu_s = Float(3600, config=True, help="Processor time of each process.")
    processes = Int(64, config=True, help="Processes and threads of the room.")
    disk_mib = Int(256, config=True, help="What the room's file systems may hold.")

    _lease: Lease | None = None
    _folder: Path | None = None

    @property
    def has_process(self) -> bool:
        """Whether a room was built."""
        return self._lease is not None

    async def poll(self) -> int | None:
        """Return None while the kernel lives, else how it ended."""
        if self._lease is None:
            return 0
        if not self._lease.has_ended:
            return None
        return -signal.SIGKILL if self._lease.status is None else self._lease.status

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(LOOK_S)
        return status

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's main process."""
        if self._lease is not None and not self._lease.has_ended:
            self._lease.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002
        """End the room."""
        if self._lease is not None:
            self._lease.end()

    async def terminate(self, restart: bool = False) -> None:
        """End the room: nothing in it is worth a farewell."""
        await self.kill(restart)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Drop the command: what runs in a room is ours to say."""
        prepared: dict[str, Any] = await super().pre_launch(cmd=[], **kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """Build a room with a kernel in it; return how to reach it."""
        key = self.parent.session.key if self.parent else b""
        nursery = await asyncio.to_thread(_nursery, self.environment, self.is_warm)
        # A restarted kernel keeps its addresses: clients are connected to them.
        with Lines(self._folder) as lines:
            self._folder = lines.folder
            self._lease = await asyncio.to_thread(
                nursery.lease_kernel,
                limits=self._limits(),
                files={name: Path(path) for name, path in self.files.items()},
                sockets=lines.listeners,
                key=key.decode(),
            )
        info: dict[str, Any] = {
            "transport": "ipc",
            "ip": lines.prefix,
            "key": key,
            "signature_scheme": "hmac-sha256",
            **{f"{name}_port": number for name, number in CHANNELS.items()},
        }
        self.connection_info = info
        return info

    async def cleanup(self, restart: bool = False) -> None:
        """Forget the room, and unless a restart follows its addresses."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None
        if self._folder is not None and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _limits(self) -> Limits:
        return Limits(
            cpu_s=int(self.cpu_s),
            memory_bytes=self.memory_mib * MIB,
            processes=self.processes,
            disk_bytes=self.disk_mib * MIB,
            output_bytes=OUTPUT_BYTES,
        )


@cache
def _nursery(environment: str, is_warm: bool) -> Nursery:
    """Return the one nursery of this process for an environment, warm until it exits."""
    nursery = Nursery(find_environment(environment), is_warm=is_warm)
    nursery.__enter__()
    atexit.register(nursery.close)
    return nursery
