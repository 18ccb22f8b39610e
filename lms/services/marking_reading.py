"""A work as its reader sees it: exercise by exercise, with what was marked so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from graders.protocol import TestOutcome
from lms.domain.manual_marks import MarkState, Slot, shown_slots, slot_for
from lms.domain.rubrics import Grid
from lms.models import GradingRun, ManualMark, ManualMarkPart, Submission
from lms.services import feedback
from lms.services.marking import held, marks_of
from lms.services.marking_input import Markable, TypedMark, TypedPart
from lms.services.marking_plans import Plan, place_of, uses_of
from lms.services.rubrics import grid_of
from lms.services.told import ExerciseShown


@dataclass(frozen=True, kw_only=True)
class ExerciseRead:
    """One exercise on the reading page.

    :param told: what the run says of it.
    :param grid: the rubric beside it; None without one.
    :param typed: what is chosen and typed so far.
    """

    told: ExerciseShown
    markable: Markable
    grid: Grid | None
    typed: TypedPart


@dataclass(frozen=True, kw_only=True)
class Other:
    """Another mark of the work that the reader may see, by exercise."""

    mark: ManualMark
    slot: Slot
    marker: str
    parts: Mapping[str, ManualMarkPart]
    grids: Mapping[str, Grid]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One work as its reader sees it.

    :param slot: the mark that the reader may write; None when two others do.
    :param mark: as it is kept; None before the first time.
    :param typed: what the page's fields hold.
    :param others: marks that stand beside, such as the two of a double marking.
    """

    exercises: tuple[ExerciseRead, ...]
    slot: Slot | None
    mark: ManualMark | None
    typed: TypedMark
    others: tuple[Other, ...]

    @property
    def is_final(self) -> bool:
        """Whether the reader's mark is final: then the page only shows it."""
        return self.mark is not None and self.mark.state == MarkState.FINAL

    @property
    def is_reconciling(self) -> bool:
        """Whether two marks lie beside each other, to be decided."""
        return self.slot is Slot.RECONCILED


def markables(session: Session, submission: Submission) -> dict[str, Markable]:
    """Return the exercises of a work as they may be marked, in order; none before a run."""
    run = feedback.run_of(session, submission.id)
    uses = uses_of(session, place_of(submission))
    return {
        result.exercise_id: Markable(
            id=result.exercise_id,
            title=result.title,
            max_points=result.max_points,
            is_manual=result.outcome == TestOutcome.MANUAL,
            version=uses.get(result.exercise_id),
        )
        for result in (run.exercises if run else ())
    }


def names_of_tests(run: GradingRun) -> frozenset[str]:
    """Return what the cells of a tests are called; answers that people mark are none."""
    return frozenset(
        test["id"]
        for result in run.exercises
        for test in result.tests
        if test["outcome"] != TestOutcome.MANUAL
    )


def read(
    session: Session,
    submission: Submission,
    plan: Plan,
    *,
    reader_id: int,
    now: datetime,
    typed: TypedMark | None = None,
    language: str = "fr",
) -> Reading:
    """Return a work for its reader.

    :param typed: what was sent and not kept, to be shown again; None shows what is kept.
    """
    marks = marks_of(session, submission.id)
    slot = slot_for(plan.is_double, held(marks), reader_id)
    mark = marks.get(slot) if slot else None
    said = typed or typed_of(mark)
    run = feedback.show(
        session,
        submission,
        now=now,
        language=language,
        is_nameless=True,
        has_all_hints=True,
    ).run
    able = markables(session, submission)
    seen = shown_slots(plan.is_double, held(marks), reader_id)
    return Reading(
        exercises=tuple(
            _exercise(told, able[told.id], mark, said)
            for told in (run.exercises if run else ())
        ),
        slot=slot,
        mark=mark,
        typed=said,
        others=tuple(
            other_of(each)
            for key, each in sorted(marks.items())
            if key in seen and key is not slot
        ),
    )


def typed_of(mark: ManualMark | None) -> TypedMark:
    """Return a mark as somebody would have typed it; a blank one for None."""
    if mark is None:
        return TypedMark()
    return TypedMark(
        parts={part.exercise_id: _typed_part(part) for part in mark.parts},
        comment=mark.comment,
        reason=mark.reason,
        revision=mark.revision,
        is_final=mark.state == MarkState.FINAL,
    )


def other_of(mark: ManualMark) -> Other:
    """Return a mark to stand beside another one."""
    return Other(
        mark=mark,
        slot=Slot(mark.slot),
        marker=mark.marker.name if mark.marker else "",
        parts={part.exercise_id: part for part in mark.parts},
        grids={
            part.exercise_id: grid_of(part.rubric_version)
            for part in mark.parts
            if part.rubric_version is not None
        },
    )


def _typed_part(part: ManualMarkPart) -> TypedPart:
    grid = grid_of(part.rubric_version) if part.rubric_version else None
    return TypedPart(
        choices=grid.usable(part.choices) if grid else {},
        points="" if part.points is None else f"{part.points:g}".replace(".", ","),
        comment=part.comment,
        cells=dict(part.cells),
    )


def _exercise(
    told: ExerciseShown, able: Markable, mark: ManualMark | None, said: TypedMark
) -> ExerciseRead:
    begun = {part.exercise_id: part for part in (mark.parts if mark else ())}.get(told.id)
    version = begun.rubric_version if begun and begun.rubric_version else able.version
    return ExerciseRead(
        told=told,
        markable=able,
        grid=grid_of(version) if version else None,
        typed=said.parts.get(told.id, TypedPart()),
    )
