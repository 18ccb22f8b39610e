"""Where a submission stands, as people are told."""

from __future__ import annotations

from enum import StrEnum

from lms.domain.jobs import JobState
from lms.domain.marks import is_passed


class Standing(StrEnum):
    """Where a submission stands between « reçu » and a result."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"  # set aside after faults of ours: a person must look
    PASSED = "passed"
    TO_REDO = "to-redo"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (Standing.PASSED, Standing.TO_REDO)


def standing_of_run(points: float, max_points: float) -> Standing:
    """Return what a finished run means for the learner."""
    return Standing.PASSED if is_passed(points, max_points) else Standing.TO_REDO


def standing_of_job(state: JobState) -> Standing:
    """Return where a submission stands that no run has answered yet."""
    if state is JobState.RUNNING:
        return Standing.RUNNING
    return Standing.HELD if state is JobState.QUARANTINED else Standing.QUEUED
