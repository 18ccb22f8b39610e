"""Holds a room's totals of memory and processes by control groups, and says what is held."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from graders.protocol import Limits
from graders.sandbox.errors import Unguaranteed
from graders.sandbox.meter import Gauge

OPT_IN = "GARRIGUE_ALLOW_UNGUARANTEED_LIMITS"

V1_CONTROLLERS = ("memory", "pids", "cpuacct")
V2_CONTROLLERS = ("memory", "pids")

#: How long killed processes may take to leave their group.
REMOVE_MS = 5000

#: Rooms' groups are named after this, their keeper's process and a number.
PREFIX = "garrigue"

#: Where we stand ourselves, so that our group may hand its controllers down (v2).
SERVICE_GROUP = "garrigue-service"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A way to hold totals, and where its groups are made.

    :param kind: `cgroup v2`, `cgroup v1` or `none`.
    :param parents: the folders that a room's groups are made in.
    :param cpu: the gauges of processor time (ms), peak memory (bytes), killed processes.
    :param sentences: what it guarantees, for an operator.
    """

    kind: str
    parents: tuple[Path, ...] = ()
    cpu: Gauge | None = None
    peak: Gauge | None = None
    kills: Gauge | None = None
    sentences: tuple[str, ...] = ()

    @property
    def is_total(self) -> bool:
        """Whether memory and processes of a whole room are held."""
        return bool(self.parents)

    @cached_property
    def gauges(self) -> tuple[Gauge, ...]:
        """Those of `Meter`, in its order; none without control groups."""
        return tuple(gauge for gauge in (self.cpu, self.peak, self.kills) if gauge)

    @cached_property
    def gauges_told(self) -> list[dict[str, Any]]:
        """The same as plain data."""
        return [asdict(gauge) for gauge in self.gauges]

    def settings(self, limits: Limits) -> list[tuple[str, int, bool]]:
        """Return file, value and whether its failure matters, in the order of writing."""
        if self.kind == "cgroup v2":
            return [
                ("memory.max", limits.memory_bytes, True),
                ("memory.swap.max", 0, False),
                ("memory.oom.group", 1, False),
                ("pids.max", limits.processes, True),
            ]
        return [
            ("memory.limit_in_bytes", limits.memory_bytes, True),
            ("memory.memsw.limit_in_bytes", limits.memory_bytes, False),
            ("pids.max", limits.processes, True),
        ]


V2_SENTENCES = (
    "La mémoire et le nombre de processus de chaque salle sont tenus par cgroup v2.",
    "Une salle qui dépasse sa mémoire est arrêtée tout entière.",
    "Le temps processeur et le pic de mémoire de chaque salle sont mesurés.",
)
V1_SENTENCES = (
    "La mémoire et le nombre de processus de chaque salle sont tenus par cgroup v1.",
    "Une salle qui dépasse sa mémoire perd un processus, puis nous l’arrêtons.",
    "Le temps processeur et le pic de mémoire de chaque salle sont mesurés.",
)
NO_SENTENCES = (
    "Aucun groupe de contrôle n’est utilisable : la mémoire est limitée pour chaque "
    "processus, pas pour la salle entière.",
    "Le nombre de processus est limité pour tout un utilisateur : une salle peut gêner sa "
    "voisine.",
    "Ni le temps processeur ni le pic de mémoire ne sont mesurés.",
)


def find_holding(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> Holding:
    """Return the best way that this machine and our rights allow."""
    paths = _own_groups(own)
    return (
        _find_v2(root, paths)
        or _find_v1(root, paths)
        or Holding(kind="none", sentences=NO_SENTENCES)
    )


def require_totals(holding: Holding, settings: Mapping[str, str]) -> None:
    """Refuse to go on where totals are not held, unless the operator opted in.

    :raises Unguaranteed: if they are not and nobody did.
    """
    if not holding.is_total and settings.get(OPT_IN) != "1":
        raise Unguaranteed(
            "La mémoire et le nombre de processus d’une salle ne peuvent pas être tenus ici. "
            "Lancez Garrigue en root, ou par systemd avec « Delegate=yes ». Pour accepter le "
            f"risque sur une machine à vous : {OPT_IN}=1."
        )


def _own_groups(own: Path) -> dict[str, str]:
    """Return our group's path by controller; the empty name is v2's."""
    groups: dict[str, str] = {}
    for line in own.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = path.lstrip("/")
    return groups


def _find_v2(root: Path, paths: Mapping[str, str]) -> Holding | None:
    group = root / paths.get("", "")
    if group.name == SERVICE_GROUP:
        group = group.parent  # another process of ours has already made way
    try:
        offered = (group / "cgroup.controllers").read_text().split()
    except OSError:
        return None
    if not set(V2_CONTROLLERS) <= set(offered) or not os.access(group, os.W_OK):
        return None
    if not _delegate(group):
        return None
    return Holding(
        kind="cgroup v2",
        parents=(group,),
        cpu=Gauge(file="cpu.stat", pattern=r"usage_usec (\d+)", factor=1e-3),
        peak=Gauge(file=_peak_file(group), pattern=r"(\d+)"),
        kills=Gauge(file="memory.events", pattern=r"oom_kill (\d+)"),
        sentences=V2_SENTENCES,
    )


def _peak_file(group: Path) -> str:
    """Return the file of the memory's peak; before Linux 5.19 only the present is known."""
    return "memory.peak" if (group / "memory.peak").exists() else "memory.current"


def _delegate(group: Path) -> bool:
    """Hand our controllers down: a group that does so may hold no process itself."""
    service = group / SERVICE_GROUP
    try:
        enabled = (group / "cgroup.subtree_control").read_text().split()
        if set(V2_CONTROLLERS) <= set(enabled):
            return True
        service.mkdir(exist_ok=True)
        for process in (group / "cgroup.procs").read_text().split():
            (service / "cgroup.procs").write_text(process)
        (group / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError:
        return False
    return True


def _find_v1(root: Path, paths: Mapping[str, str]) -> Holding | None:
    parents = tuple(root / name / paths.get(name, "") for name in V1_CONTROLLERS)
    if not all((parent / "tasks").exists() for parent in parents):
        return None
    if not all(os.access(parent, os.W_OK) for parent in parents):
        return None
    return Holding(
        kind="cgroup v1",
        parents=parents,
        cpu=Gauge(file="cpuacct.usage", pattern=r"(\d+)", factor=1e-6),
        peak=Gauge(file="memory.max_usage_in_bytes", pattern=r"(\d+)"),
        kills=Gauge(file="memory.oom_control", pattern=r"oom_kill (\d+)"),
        sentences=V1_SENTENCES,
    )


class RoomGroup:
    """The control groups of one room; without any, every method does nothing."""

    def __init__(self, holding: Holding, name: str, limits: Limits) -> None:
        self._holding = holding
        self._folders = [parent / name for parent in holding.parents]
        for folder in self._folders:
            folder.mkdir()
        if self._folders:
            for file, value, is_needed in holding.settings(limits):
                self._write(file, value, is_needed=is_needed)

    def _write(self, file: str, value: int, *, is_needed: bool) -> None:
        try:
            descriptor = os.open(self._find(file), os.O_WRONLY)
            try:
                os.write(descriptor, str(value).encode())
            finally:
                os.close(descriptor)
        except OSError:
            if is_needed:
                self.remove()
                raise

    def _find(self, file: str) -> str:
        """Return the path of a controller's file; v1 has a folder for each controller."""
        is_v1 = self._holding.kind == "cgroup v1"
        number = V1_CONTROLLERS.index(file.partition(".")[0]) if is_v1 else 0
        return f"{self._folders[number]}/{file}"

    def open_doors(self) -> list[int]:
        """Return descriptors; whoever writes `0` to each of them joins."""
        return [os.open(f"{folder}/cgroup.procs", os.O_WRONLY) for folder in self._folders]

    def open_gauges(self) -> list[int]:
        """Return the descriptors that a `Meter` reads."""
        return [os.open(self._find(g.file), os.O_RDONLY) for g in self._holding.gauges]

    def remove(self) -> bool:
        """Remove the groups; return False while a dying process still holds one."""
        self._folders = [folder for folder in self._folders if not _remove(folder)]
        return not self._folders

    def remove_soon(self) -> None:
        """Remove the groups as the last processes end; what stays is swept another time."""
        for _ in range(REMOVE_MS // 10):
            if self.remove():
                return
            time.sleep(0.01)


def sweep(holding: Holding) -> None:
    """Remove the groups of keepers that were killed before they could."""
    for parent in holding.parents:
        for folder in parent.glob(f"{PREFIX}-*-*"):
            if not Path("/proc", folder.name.split("-")[1]).exists():
                _remove(folder)


def join(doors: Sequence[int]) -> None:
    """Put the calling process into the groups behind these descriptors."""
    for door in doors:
        os.write(door, b"0")


def _remove(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
