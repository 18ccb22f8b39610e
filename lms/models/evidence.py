"""Evidence for competences, and the levels that people decide."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.models.base import Base
from lms.models.people import User


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

    #: Both empty until the programme is bound, and for codes that no referential names.
    referential: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")

    #: Such as `S1`, in that version.
    competence: Mapped[str]

    #: 1 imiter, 2 adapter, 3 transposer.
    level: Mapped[int]
    proposed_at: Mapped[datetime]


class Observation(Base):
    """What one person saw of a learner's competence, on one day, in their words."""

    __tablename__ = "observation"

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    referential: Mapped[str]
    version: Mapped[str]
    competence: Mapped[str]
    text: Mapped[str]
    observed_on: Mapped[date]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    written_at: Mapped[datetime]

    #: None while it stands; only its author takes it back.
    withdrawn_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(foreign_keys=[author_id])


class LevelDecision(Base):
    """One person's decision, at one moment, about a learner's level in a competence.

    Never changed: a later decision supersedes it, a `LevelWithdrawal` takes it back.
    """

    __tablename__ = "level_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )

    #: In which it was decided; None in the oldest ones.
    promotion_id: Mapped[int | None] = mapped_column(
        ForeignKey("promotion.id", ondelete="CASCADE"), index=True
    )
    referential: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    competence: Mapped[str]
    level: Mapped[int]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str]

    #: The day from which it holds, as that person says; None in the oldest ones.
    decided_on: Mapped[date | None]
    decided_at: Mapped[datetime]

    #: Shared by what was decided at once, so that it is undone at once.
    batch: Mapped[str] = mapped_column(default="", index=True)

    decided_by: Mapped[User] = relationship(foreign_keys=[decided_by_id])
    withdrawal: Mapped[LevelWithdrawal | None] = relationship(back_populates="decision")


class LevelWithdrawal(Base):
    """One decision that was taken back, once and for good."""

    __tablename__ = "level_withdrawal"

    decision_id: Mapped[int] = mapped_column(
        ForeignKey("level_decision.id", ondelete="CASCADE"), primary_key=True
    )
    withdrawn_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime]

    decision: Mapped[LevelDecision] = relationship(back_populates="withdrawal")
    withdrawn_by: Mapped[User] = relationship()
