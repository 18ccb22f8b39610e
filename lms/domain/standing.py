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
    WITHHELD = "withheld"  # graded; the feedback is not open to the learner yet

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in (Standing.PASSED, Standing.TO_REDO, Standing.WITHHELD)

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
    Standing.WITHHELD: "withheld",
}


#: Outcomes of an exercise after which the learner has nothing to redo.
SETTLED = frozenset({"passed", "manual"})


#: Outcomes of a run that was stopped, perhaps only after every test had passed.
STOPPED = frozenset({"timed-out", "out-of-memory", "kernel-died"})


def standing_of_run(outcome: str, exercise_outcomes: Collection[str]) -> Standing:
    """Return what a finished run means for the learner.

    A run that was stopped after all points were given has reached all that it could: it is
    passed, with a warning. `lms.services.progress.is_passed_run` says the same in SQL.

    >>> standing_of_run("graded", ["passed", "manual"]).value
    'passed'
    >>> standing_of_run("timed-out", ["passed", "manual"]).value
    'passed'
    >>> standing_of_run("timed-out", ["passed", "not-run"]).value
    'to-redo'
    >>> standing_of_run("unreadable", ["manual"]).value
    'to-redo'
    """
    has_proof = outcome == "graded" or (outcome in STOPPED and "passed" in exercise_outcomes)
    is_settled = has_proof and SETTLED.issuperset(exercise_outcomes)
    return Standing.PASSED if is_settled else Standing.TO_REDO


def standing_of_job(state: JobState) -> Standing:
    """Return where a submission stands that no run has answered yet."""
    if state is JobState.RUNNING:
        return Standing.RUNNING
    return Standing.HELD if state is JobState.QUARANTINED else Standing.QUEUED
