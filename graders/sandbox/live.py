"""One room while it lives, seen from its keeper."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from graders.sandbox import ground, limits, post
from graders.sandbox.errors import RoomFailed
from graders.sandbox.meter import Meter
from graders.sandbox.orders import Order
from graders.sandbox.room import FIRST, PACKAGE, RoomSpec, room_command, room_environment
from graders.sandbox.site import Site
from graders.sandbox.slots import take_slot
from graders.sandbox.warm_process import Child, Entry
from graders.sandbox.warmth import Warmth

#: bubblewrap needs milliseconds; a machine that swaps may need more.
BUILD_S = 20

#: Where totals are not held, each process may map this much besides its memory limit.
ADDRESS_MARGIN_BYTES = 3 << 30

#: The environment of a warm kernel's first process; bubblewrap looks for no language then.
WAITING = {"PATH": os.defpath}

NUMBERS = itertools.count(1)


class LiveRoom:
    """A room from its building to its end."""

    def __init__(self, order: Order, site: Site, warmth: Warmth | None) -> None:
        self.number = next(NUMBERS)
        self.order = order
        self._site = site
        self._slot = take_slot(site.first_uid, is_root=site.ground.is_root)
        self._space = site.ground.spaces / str(self.number)
        name = f"{limits.PREFIX}-{os.getpid()}-{self.number}"
        self._group = limits.RoomGroup(site.holding, name, order.limits)
        self._gauges = self._group.open_gauges()
        self._process: subprocess.Popen[bytes] | None = None
        self._first, self._first_id = -1, -1
        self._kernel: Child | None = None
        self._hold: list[int] = []
        try:
            self._build(warmth)
        except BaseException:
            self._kill()
            self._let_go().remove_soon()
            raise
        order.tell({"gauges": site.holding.gauges_told}, self._gauges)

    def watched(self) -> list[int]:
        """Return the descriptors that tell of the room's end, or of its owner's wishes."""
        dead = self._kernel.fileno() if self._kernel else self._first
        return [self.order.owner.fileno(), dead]

    def attend(self) -> bool:
        """Do what the owner wishes; return False when the room is over."""
        if post.has_news(self.watched()[1], 0):
            return False
        while post.has_news(self.order.owner.fileno(), 0):
            try:
                message, _ = post.receive(self.order.owner)
            except EOFError:
                return False
            _signal(self._main_process(), message["signal"])
        return True

    def _main_process(self) -> int:
        """Return the id of the process that is the kernel."""
        if self._kernel is not None:
            return self._kernel.pid
        first = self._first_id
        born = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return int(born[0]) if born else first

    def end(self) -> limits.RoomGroup:
        """Kill what is left, tell the end, and return the groups to remove."""
        status = self._kill()
        usage = Meter(self._site.holding.gauges, [os.dup(fd) for fd in self._gauges])
        self.order.tell({"ended": status, "usage": asdict(usage.read())})
        usage.close()
        self.order.close()
        return self._let_go()

    def _build(self, warmth: Warmth | None) -> None:
        space = self._space
        owner = self._slot.uid if self._site.ground.is_root else 0
        ground.make_space(space, size_bytes=self.order.limits.disk_bytes, owner=owner)
        try:
            if warmth is None:
                self._build_cold(space)
            else:
                self._build_warm(space, warmth)
        finally:
            # bubblewrap has copied our view by now, or has failed.
            ground.drop_space(space)

    def _build_cold(self, space: Path) -> None:
        order_fd = _memory_file(json.dumps(self.order.inner(self._rlimits())).encode())
        code = f"import sys; sys.path[:0] = [{str(PACKAGE)!r}]; " + (
            f"from graders.sandbox.launch import main; main({order_fd})"
        )
        command = [self._site.ground.python, "-s", "-P", "-c", code]
        seed = self.order.seed
        hash_seed = secrets.randbits(32) if seed is None else seed % 2**32
        doors = self._group.open_doors()
        try:
            self._start(
                space,
                command,
                environment=room_environment(
                    self._site.settings,
                    hash_seed=hash_seed,
                    library_path=self._site.ground.library_path,
                ),
                stdin=subprocess.DEVNULL,
                stdout=self.order.output,
                inherited=[order_fd, *self.order.sockets.values()],
                before=lambda: limits.join(doors),
            )
        finally:
            post.close([order_fd, *doors])

    def _build_warm(self, space: Path, warmth: Warmth) -> None:
        inner, outer = os.pipe()
        said_in, said_out = os.pipe()
        self._hold = [outer]
        try:
            self._start(
                space,
                [str(FIRST)],
                is_first=True,
                environment=WAITING,
                stdin=inner,
                stdout=said_out,
            )
            os.close(said_out)
            said_out = -1
            _read(said_in, b"!")
        finally:
            post.close([fd for fd in (inner, said_in, said_out) if fd >= 0])
        doors = self._group.open_doors()
        with self._slot_user():  # root may not be let in
            processes = os.open(f"/proc/{self._first_id}/ns/pid", os.O_RDONLY)
        try:
            is_root = self._site.ground.is_root
            entry = Entry(
                first=self._first,
                processes=processes,
                doors=doors,
                uid=self._slot.uid if is_root else None,
                rlimits=self._rlimits(),
            )
            self._kernel = warmth.fork(self.order, entry)
        finally:
            post.close([processes, *doors])

    def _start(
        self,
        space: Path,
        command: Sequence[str],
        *,
        is_first: bool = False,
        environment: Mapping[str, str],
        stdin: int,
        stdout: int,
        inherited: Sequence[int] = (),
        before: Callable[[], None] | None = None,
    ) -> None:
        """Have bubblewrap build the room around a command.

        :param before: called between fork and exec; without it nothing of ours is copied.
        """
        info_in, info_out = os.pipe()
        filter_fd = _memory_file(self._site.filter)
        spec = RoomSpec(
            base=self._site.ground.base,
            space=space,
            files=self.order.files,
            seccomp_fd=filter_fd,
            info_fd=info_out,
            is_first=is_first,
        )
        passed = [info_out, filter_fd, *inherited, *(fd for fd, _ in self.order.files)]
        try:
            with self._slot_user():
                self._process = subprocess.Popen(
                    room_command(spec, command),
                    env=environment,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=self.order.output,
                    pass_fds=passed,
                    preexec_fn=before,
                )
            os.close(info_out)
            info_out = -1
            self._first_id = json.loads(_read(info_in, b"}"))["child-pid"]
            self._first = os.pidfd_open(self._first_id)
        finally:
            post.close([filter_fd, info_in, *([info_out] if info_out >= 0 else [])])

    @contextmanager
    def _slot_user(self) -> Iterator[None]:
        """Be the slot's user for a moment, so that what is started is it for good.

        Only the saved ids stay ours, and a program that starts loses those. To become another
        user between fork and exec instead would copy the whole keeper for each room.
        """
        if not self._site.ground.is_root:
            yield
            return
        uid = self._slot.uid
        try:
            os.setresgid(uid, uid, 0)
            os.setresuid(uid, uid, 0)
            yield
        finally:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)

    def _rlimits(self) -> dict[str, tuple[int, int]]:
        wanted = self.order.limits
        held = {
            "CPU": (wanted.cpu_s, wanted.cpu_s + 2),
            "FSIZE": (wanted.disk_bytes // 2,) * 2,
            "NOFILE": (256, 256),
            "CORE": (0, 0),
            "MEMLOCK": (65536, 65536),
            "MSGQUEUE": (0, 0),
        }
        if not self._site.holding.is_total:
            held["AS"] = (wanted.memory_bytes + ADDRESS_MARGIN_BYTES,) * 2
            held["NPROC"] = (wanted.processes, wanted.processes)
        return {name: (int(soft), int(hard)) for name, (soft, hard) in held.items()}

    def _kill(self) -> int | None:
        """End the room; return how its process ended, or None when we had to kill it."""
        status = self._kernel.end() if self._kernel else None
        # Before bubblewrap, which tells how it ended and is collected a moment later.
        had_ended = self._first >= 0 and post.has_news(self._first, 0)
        if self._first >= 0 and not had_ended:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
        if self._process is not None:
            if self._first < 0:
                self._process.kill()
            code = self._process.wait()
            if had_ended and self._kernel is None:
                status = code
        return status

    def _let_go(self) -> limits.RoomGroup:
        post.close([*self._gauges, *self._hold, *([self._first] if self._first >= 0 else [])])
        self._slot.release()
        self._space.rmdir()
        return self._group


def _signal(kernel: int, number: int) -> None:
    """Send a signal to a kernel and to what it has started, where it leads its group."""
    for send in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            send(kernel, number)
            return


def _memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("garrigue", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _read(descriptor: int, last: bytes) -> bytes:
    """Return what bubblewrap or the room says, up to its last character.

    :raises RoomFailed: if that takes too long or does not come.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    said = b""
    while last not in said:
        more = os.read(descriptor, 4096) if poll.poll(BUILD_S * 1000) else b""
        if not more:
            raise RoomFailed("bubblewrap n’a pas pu bâtir la salle.")
        said += more
    return said
