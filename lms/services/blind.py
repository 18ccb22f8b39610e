"""Whose works have no name yet: marking without names hides it from all but the learner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Exists, Select, case, exists, select
from sqlalchemy.orm import Session, aliased

from graders.protocol import TestOutcome
from lms.domain.manual_marks import MarkState, Slot
from lms.domain.words import mark
from lms.errors import Conflict
from lms.models import (
    ExerciseResult,
    GradingRun,
    ManualMark,
    MarkingPlan,
    RubricUse,
    Submission,
)


class NameHidden(Conflict):
    """What was asked for would put a name beside a work that is marked without names."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "Cet exercice se lit sans les noms, et le rendu de cette personne n’est pas "
                "encore lu. Cette page s’ouvrira quand sa note sera définitive ; pour voir "
                "les noms avant, changez les réglages de lecture de l’exercice."
            )
        )


@dataclass(frozen=True, kw_only=True)
class Veil:
    """The works that have no name for one reader at one moment.

    :param works: learner, course and assignment; all attempts of the learner with them.
    """

    works: frozenset[tuple[int, str, str]] = frozenset()

    def hides(self, learner_id: int, course_slug: str, assignment_id: str) -> bool:
        """Whether nothing of the learner's work for the assignment may stand by the name."""
        return (learner_id, course_slug, assignment_id) in self.works

    def hides_work(self, work: Submission) -> bool:
        """The same of a submission."""
        return self.hides(work.learner_id, work.course_slug, work.assignment_id)

    def name(self, work: Submission) -> str:
        """Return the name of a work's learner; nothing while it is hidden."""
        return "" if self.hides_work(work) else work.learner.name


#: Of a list of one's own works.
NO_VEIL = Veil()


def veil(session: Session, *, reader_id: int | None, courses: Iterable[str]) -> Veil:
    """Return what is hidden from somebody in these courses, whichever the promotion.

    :param reader_id: whose own works have a name; None when everybody may read.
    """
    asked = hidden_works(reader_id).where(Submission.course_slug.in_(list(courses)))
    return Veil(works=frozenset(session.execute(asked).all()))


def is_hidden(session: Session, work: Submission, *, reader_id: int | None) -> bool:
    """Whether the name of a work's learner is hidden from its reader."""
    return veil(session, reader_id=reader_id, courses=[work.course_slug]).hides_work(work)


def hidden_works(reader_id: int | None) -> Select[int, str, str]:
    """Return the query of the works without names: learner, course and assignment of each.

    Of an assignment that is marked without names, a learner's work is hidden as long as the
    latest attempt waits for a person, or may come to: it has not run yet. It is no more when
    its mark is final, or when there is nothing in it to mark. An earlier attempt whose mark
    was begun hides it as well.
    """
    asked = (
        select(Submission.learner_id, Submission.course_slug, Submission.assignment_id)
        .distinct()
        .join(
            MarkingPlan,
            (MarkingPlan.promotion_id == Submission.promotion_id)
            & (MarkingPlan.course_slug == Submission.course_slug)
            & (MarkingPlan.assignment_id == Submission.assignment_id),
        )
        .where(MarkingPlan.is_blind, ~_is_read(), _is_begun() | (_is_latest() & _may_wait()))
    )
    return asked if reader_id is None else asked.where(Submission.learner_id != reader_id)


def _is_read() -> Exists:
    """The mark that counts is final, as `lms.domain.manual_marks.state_for` has it."""
    counting = case((MarkingPlan.is_double, Slot.RECONCILED.value), else_=Slot.ONLY.value)
    return exists().where(
        ManualMark.submission_id == Submission.id,
        ManualMark.slot == counting,
        ManualMark.state == MarkState.FINAL.value,
    )


def _is_begun() -> Exists:
    return exists().where(
        ManualMark.submission_id == Submission.id, ManualMark.slot != Slot.PEERS.value
    )


def _is_latest() -> ColumnElement[bool]:
    later = aliased(Submission)
    return ~exists().where(
        later.learner_id == Submission.learner_id,
        later.promotion_id == Submission.promotion_id,
        later.course_slug == Submission.course_slug,
        later.assignment_id == Submission.assignment_id,
        later.attempt > Submission.attempt,
    )


def _may_wait() -> ColumnElement[bool]:
    """It has not run yet, leaves an exercise to a person, or a rubric asks for one."""
    has_run = exists().where(GradingRun.submission_id == Submission.id)
    is_manual = exists().where(
        GradingRun.submission_id == Submission.id,
        ExerciseResult.run_id == GradingRun.id,
        ExerciseResult.outcome == TestOutcome.MANUAL.value,
    )
    has_rubric = exists().where(
        RubricUse.promotion_id == MarkingPlan.promotion_id,
        RubricUse.course_slug == MarkingPlan.course_slug,
        RubricUse.assignment_id == MarkingPlan.assignment_id,
    )
    return ~has_run | is_manual | has_rubric
