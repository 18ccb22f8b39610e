"""Where a submission stands, as people are told."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from lms.domain.jobs import JobState


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

    @property
    def label(self) -> str:
        """What the templates' macro `state` calls it."""
        return LABELS[self]


LABELS = {
    Standing.QUEUED: "waiting",
    Standing.RUNNING: "running",
    Standing.HELD: "quarantined",
    Standing.PASSED: "passed",
    Standing.TO_REDO: "redo",
}


#: Outcomes of an exercise after which the learner has nothing to redo.
SETTLED = frozenset({"passed", "manual"})


def standing_of_run(outcome: str, exercise_outcomes: Collection[str]) -> Standing:
    """Return what a finished run means for the learner.

    >>> standing_of_run("graded", ["passed", "manual"]).value
    'passed'
    >>> standing_of_run("timed-out", ["passed"]).value
    'to-redo'
    """
    is_settled = outcome == "graded" and SETTLED.issuperset(exercise_outcomes)
    return Standing.PASSED if is_settled else Standing.TO_REDO


def standing_of_job(state: JobState) -> Standing:
    """Return where a submission stands that no run has answered yet."""
    if state is JobState.RUNNING:
        return Standing.RUNNING
    return Standing.HELD if state is JobState.QUARANTINED else Standing.QUEUED
