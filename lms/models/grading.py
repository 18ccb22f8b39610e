"""Jobs, the runs that they made, and their results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.submissions import AssignmentVersion, Submission


class Job(Base):
    """One piece of work that a worker leases, does, and reports with its fencing token."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_claim", "state", "priority", "run_after", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)

    #: `grade` for now.
    kind: Mapped[str]
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )

    #: Whose tests run; None for those that the submission answers.
    regrade_id: Mapped[int | None] = mapped_column(
        ForeignKey("regrade.id", ondelete="CASCADE"), index=True
    )

    #: One of `lms.domain.jobs.JobState`.
    state: Mapped[str]

    #: Lower goes first: see `lms.domain.jobs.Priority`.
    priority: Mapped[int]

    #: How many times it was claimed.
    attempts: Mapped[int] = mapped_column(default=0)

    #: Not before this moment: back-off after a fault.
    run_after: Mapped[datetime]
    leased_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]

    #: Raised by each claim; a report with an older token is refused.
    token: Mapped[int] = mapped_column(default=0)

    #: Of the last fault, for operators.
    fault: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()


class Worker(Base):
    """One worker process that grades, as it last said."""

    __tablename__ = "worker"

    #: Host and process, such as `salle-3:4711`.
    name: Mapped[str] = mapped_column(primary_key=True)

    #: How many jobs it does side by side.
    slots: Mapped[int]

    #: Why it does not grade, for operators; empty while it does.
    halted: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[datetime]


class GradingRun(Base):
    """One finished run of one submission against one version of its tests."""

    __tablename__ = "grading_run"
    __table_args__ = (
        Index(
            "uq_grading_run_counting",
            "submission_id",
            unique=True,
            sqlite_where=text("is_counting"),
            postgresql_where=text("is_counting"),
        ),
        UniqueConstraint("submission_id", "regrade_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))

    #: None for the run that followed the hand-in.
    regrade_id: Mapped[int | None] = mapped_column(
        ForeignKey("regrade.id", ondelete="CASCADE"), index=True
    )

    #: Whether it is the submission's result: one run is. That of a regrade is not until the
    #: regrade is applied.
    is_counting: Mapped[bool] = mapped_column(default=True, server_default=true())

    #: The run whose place it took when its regrade was applied.
    replaced_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("grading_run.id", ondelete="SET NULL")
    )

    #: The tests that ran: the submission's own version, or another one in a regrade.
    version_id: Mapped[int] = mapped_column(ForeignKey("assignment_version.id"))

    #: One of `graders.protocol.Outcome`; `system-error` is never recorded as a run.
    outcome: Mapped[str]
    points: Mapped[float]
    max_points: Mapped[float]
    is_forgeable: Mapped[bool]

    #: Why not all points, for the learner; empty when graded.
    message: Mapped[str]

    #: Blob of the executed notebook as clean HTML; None when nothing ran.
    feedback_hash: Mapped[str | None]

    #: Blob of the executed notebook itself, of which HTML is made when somebody looks: that of
    #: a run of a regrade, since most are never looked at.
    executed_hash: Mapped[str | None]
    durations_ms: Mapped[dict[str, Any]]
    cpu_ms: Mapped[float | None]
    peak_memory_bytes: Mapped[int | None]
    engine_version: Mapped[str]
    environment_digest: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]

    submission: Mapped[Submission] = relationship()
    version: Mapped[AssignmentVersion] = relationship()
    exercises: Mapped[list[ExerciseResult]] = relationship(
        back_populates="run", order_by="ExerciseResult.position", cascade="all, delete-orphan"
    )

    @property
    def has_notebook(self) -> bool:
        """Whether the executed notebook can be looked at."""
        return self.feedback_hash is not None or self.executed_hash is not None


class ExerciseResult(Base):
    """What one run says of one exercise."""

    __tablename__ = "exercise_result"
    __table_args__ = (UniqueConstraint("run_id", "exercise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"))
    position: Mapped[int]
    exercise_id: Mapped[str]
    title: Mapped[str]
    points: Mapped[float]
    max_points: Mapped[float]

    #: One of `graders.protocol.TestOutcome`.
    outcome: Mapped[str]
    is_forgeable: Mapped[bool]

    #: One object a test, as `graders.protocol.TestResult`.
    tests: Mapped[list[Any]]

    #: As `graders.protocol.CellError`, one object an error; None in the oldest runs.
    errors: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))

    #: What the learner wrote; None in the oldest runs.
    answer: Mapped[str | None]

    run: Mapped[GradingRun] = relationship(back_populates="exercises")
