"""Evidence for competences, proposed by runs, and the levels that people decide."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.models.base import Base


class Evidence(Base):
    """One exercise that a learner passed and that speaks for a level of a competence."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("learner_id", "run_id", "exercise_id", "competence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"))
    exercise_id: Mapped[str]

    #: Such as `S1`, in a referential of the course.
    competence: Mapped[str]

    #: 1 imiter, 2 adapter, 3 transposer.
    level: Mapped[int]
    proposed_at: Mapped[datetime]


class LevelDecision(Base):
    """One person's decision, at one moment, about a learner's level in a competence."""

    __tablename__ = "level_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    competence: Mapped[str]
    level: Mapped[int]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str]
    decided_at: Mapped[datetime]
