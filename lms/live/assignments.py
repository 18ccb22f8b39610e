"""Versions of assignments as live kernels and their checks want them, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from graders.autotests import Autotests
from graders.checker import is_in_kernel
from graders.notebooks.autotest import has_autotests
from graders.notebooks.cells import Cell, Notebook
from graders.notebooks.exercises import Exercise, group_exercises
from graders.notebooks.release import release
from graders.prepared import PreparedAssignment, prepare
from graders.protocol import MIB, Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from lms.blobs import BlobStore
from lms.database import Sessions
from lms.services import desks
from lms.transactions import in_transaction

#: Processor time of one process of a live kernel's room; its cells are bounded one by one.
CPU_S = 3600

DEFAULT_ENVIRONMENT = "data"
KEPT = 64


@dataclass(frozen=True)
class LiveAssignment:
    """One version of an assignment: its room, and the tests that learners may see.

    :param files: read-only data files on the host, by their path in the room.
    """

    prepared: PreparedAssignment
    files: Mapping[str, Path]
    limits: Limits

    @cached_property
    def released(self) -> Notebook:
        """The notebook as learners have it: no solution and no hidden test comes from here."""
        return release(self.prepared.source)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises with their released cells."""
        return group_exercises(self.released)

    @property
    def environment(self) -> str:
        """The environment that its cells run in."""
        return self.prepared.settings.environment or DEFAULT_ENVIRONMENT

    @cached_property
    def has_checker(self) -> bool:
        """Whether any of its tests runs outside the learner's process."""
        if self.prepared.settings.is_in_kernel:
            return False
        return any(
            cell.role is not None and cell.role.is_test and not is_in_kernel(cell)
            for cell in self.prepared.source.cells
        )

    @cached_property
    def author_cells(self) -> tuple[str, ...]:
        """Sources of the author's own cells that are neither answers nor tests."""
        return tuple(
            cell.source
            for cell in self.prepared.source.cells
            if cell.kind == "code"
            and not (cell.role and (cell.role.is_test or cell.role.is_solution))
        )

    @cached_property
    def visible(self) -> Mapping[str, Cell]:
        """The author's test cells of which learners see something, by `grade_id`.

        Their sources are the released ones, their other settings the author's.
        """
        shown = {cell.grade_id: cell for cell in self.released.cells}
        return {
            cell.grade_id: cell.with_source(shown[cell.grade_id].source)
            for cell in self.prepared.source.cells
            if cell.role is not None and cell.role.is_test and _has_code(shown[cell.grade_id])
        }

    @cached_property
    def names(self) -> Mapping[str, str]:
        """One name for each cell, by its id and by its `grade_id`."""
        names: dict[str, str] = {}
        for cell in self.released.cells:
            name = cell.grade_id or cell.id
            names |= {key: name for key in (cell.id, cell.grade_id) if key}
        return names


class Assignments:
    """The versions that are in use. Called from any thread."""

    def __init__(self, sessions: Sessions, blobs: BlobStore) -> None:
        self._sessions = sessions
        self._blobs = blobs
        self._nurseries: dict[str, Nursery] = {}
        self._known: dict[int, LiveAssignment] = {}
        self._autotests = Autotests()
        self._lock = Lock()

    def get(self, version_id: int) -> LiveAssignment:
        """Return a version.

        :raises NotFound: if there is none.
        :raises UnusableAssignment: if its notebook cannot be used.
        """
        with self._lock:
            if version_id not in self._known:
                if len(self._known) >= KEPT:
                    self._known.clear()
                self._known[version_id] = self._read(version_id)
            return self._known[version_id]

    def nursery(self, environment: str) -> Nursery:
        """Return the rooms of an environment, warm if they have started.

        :raises SandboxError: if this machine cannot build them.
        """
        with self._lock:
            return self._nursery(environment)

    def close(self) -> None:
        """End all rooms."""
        with self._lock:
            for nursery in self._nurseries.values():
                nursery.close()
            self._nurseries.clear()

    def _nursery(self, environment: str) -> Nursery:
        if environment not in self._nurseries:
            nursery = Nursery(find_environment(environment))
            nursery.__enter__()
            self._nurseries[environment] = nursery
        return self._nurseries[environment]

    def _read(self, version_id: int) -> LiveAssignment:
        needs = in_transaction(
            self._sessions, lambda session: desks.needs_of(session, version_id)
        )
        prepared = prepare(self._blobs.get(needs.source_hash))
        files = {path: self._blobs.path(blob) for path, blob in needs.files.items()}
        limits = Limits(
            wall_s=needs.limits.wall_s,
            cell_wall_s=min(Limits.cell_wall_s, needs.limits.wall_s),
            cpu_s=CPU_S,
            memory_bytes=needs.limits.memory_mib * MIB,
        )
        if has_autotests(prepared.source):
            environment = prepared.settings.environment or DEFAULT_ENVIRONMENT
            nursery = self._nursery(environment)
            prepared = self._autotests.made(prepared, nursery, files, limits)
        return LiveAssignment(prepared=prepared, files=files, limits=limits)


def _has_code(cell: Cell) -> bool:
    lines = (line.strip() for line in cell.source.splitlines())
    return cell.kind == "code" and any(line and not line.startswith("#") for line in lines)
