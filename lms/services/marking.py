"""Marking a work: drafts that are kept, marks that become final, and taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.domain import words
from lms.domain.access import HIDDEN
from lms.domain.manual_marks import COUNTING, Held, MarkState, Slot, slot_for
from lms.errors import Conflict, NotAllowed, NotFound
from lms.models import ManualMark, ManualMarkPart, Submission
from lms.services import audit, marking_evidence
from lms.services.marking_input import (
    Markable,
    TypedMark,
    parts_of,
    plain,
    refuse_incomplete,
    refuse_unreadable,
)
from lms.services.marking_plans import Plan


class Stale(Conflict):
    """Somebody wrote the mark in between; `mark` is what is kept now."""

    def __init__(self, mark: ManualMark) -> None:
        super().__init__(
            words.mark(
                "%(name)s a enregistré une lecture de ce rendu pendant que vous lisiez. "
                "Ce que vous avez écrit est ci-dessous, et rien n’est encore écrasé."
            )
            if mark.marker
            else words.mark(
                "Une autre personne a enregistré une lecture de ce rendu pendant que vous "
                "lisiez. Ce que vous avez écrit est ci-dessous, et rien n’est encore écrasé."
            ),
            name=mark.marker.name if mark.marker else "",
        )
        self.mark = mark


def marks_of(session: Session, submission_id: int) -> dict[Slot, ManualMark]:
    """Return the marks of a work."""
    found = session.scalars(select(ManualMark).where(ManualMark.submission_id == submission_id))
    return {Slot(each.slot): each for each in found}


def held(marks: Mapping[Slot, ManualMark]) -> dict[Slot, Held]:
    """Return the marks as far as the order of marking is concerned."""
    return {
        slot: Held(marker_id=each.marker_id, is_final=each.state == MarkState.FINAL)
        for slot, each in marks.items()
        if slot is not Slot.PEERS
    }


def save(
    session: Session,
    submission: Submission,
    plan: Plan,
    exercises: Mapping[str, Markable],
    typed: TypedMark,
    *,
    marker_id: int,
    now: datetime,
) -> ManualMark:
    """Keep a mark, as a draft or for good. Sending the same twice changes nothing.

    :raises NotAllowed: if it is the marker's own work.
    :raises Conflict: if others mark it, or the mark is final already.
    :raises Stale: if somebody wrote it since it was read.
    :raises Incomplete: if points cannot be read, or it should be final and something is
        missing.
    """
    _refuse_own(submission, marker_id)
    refuse_unreadable(exercises, typed)
    _take_turn(session, submission)
    marks = marks_of(session, submission.id)
    slot = slot_for(plan.is_double, held(marks), marker_id)
    if slot is None:
        raise Conflict("Deux personnes lisent déjà ce rendu : passez au suivant.")
    before = marks.get(slot)
    parts = parts_of(exercises, typed, before)
    if before is not None:
        if _is_same(before, parts, typed):
            return before
        if before.revision != typed.revision:
            raise Stale(before)
        if before.state == MarkState.FINAL:
            raise Conflict("Cette note est définitive. Reprenez-la pour la changer.")
    if typed.is_final:
        refuse_incomplete(slot, exercises, parts, typed)
    return _write(session, submission, slot, before, parts, typed, marker_id, now)


def withdraw(
    session: Session, submission: Submission, mark_id: int, *, actor_id: int, now: datetime
) -> ManualMark:
    """Make a final mark a draft again: the learner no longer reads it, nothing is lost.

    :raises NotFound: if the work has no such mark.
    :raises NotAllowed: if it is one's own work, or one of two marks and another person's.
    :raises Conflict: if it was reconciled: then the reconciliation comes first.
    """
    _refuse_own(submission, actor_id)
    _take_turn(session, submission)
    marks = marks_of(session, submission.id)
    found = {each.id: each for each in marks.values()}.get(mark_id)
    if found is None or found.slot == Slot.PEERS:
        raise NotFound(HIDDEN)
    if found.slot in (Slot.FIRST, Slot.SECOND):
        if found.marker_id != actor_id:
            raise NotAllowed("Cette lecture est celle d’une autre personne.")
        if Slot.RECONCILED in marks:
            raise Conflict("Ce rendu est concilié : reprenez d’abord la conciliation.")
    if found.state == MarkState.FINAL:
        found.state, found.final_at, found.changed_at = MarkState.DRAFT.value, None, now
        found.revision += 1
        _note(session, "mark.withdrawn", found, actor_id, now, points_before=_summary(found))
        session.flush()
        marking_evidence.follow(session, found.submission_id, now=now)
    session.flush()
    return found


def _refuse_own(submission: Submission, marker_id: int) -> None:
    if submission.learner_id == marker_id:
        raise NotAllowed("C’est votre propre rendu : une autre personne doit le lire.")


def _take_turn(session: Session, submission: Submission) -> None:
    """Wait until nobody else marks the work: a write that changes nothing locks it."""
    session.execute(
        update(Submission)
        .where(Submission.id == submission.id)
        .values(id=Submission.id)
        .execution_options(synchronize_session=False)
    )


def _content(part: ManualMarkPart) -> tuple[object, ...]:
    key = (part.exercise_id, part.rubric_version_id, part.points, part.comment)
    return (*key, tuple(sorted(part.choices.items())), tuple(sorted(part.cells.items())))


def _is_same(before: ManualMark, parts: list[ManualMarkPart], typed: TypedMark) -> bool:
    return (
        (before.state == MarkState.FINAL) == typed.is_final
        and (before.comment, before.reason) == (plain(typed.comment), plain(typed.reason))
        and sorted(map(repr, map(_content, before.parts)))
        == sorted(map(repr, map(_content, parts)))
    )


def _write(
    session: Session,
    submission: Submission,
    slot: Slot,
    before: ManualMark | None,
    parts: list[ManualMarkPart],
    typed: TypedMark,
    marker_id: int,
    now: datetime,
) -> ManualMark:
    kept = before or ManualMark(
        submission=submission, slot=slot.value, revision=0, begun_at=now
    )
    was = _summary(before) if before else None
    session.add(kept)
    kept.parts.clear()
    kept.changed_at, kept.marker_id = now, marker_id
    kept.state = (MarkState.FINAL if typed.is_final else MarkState.DRAFT).value
    session.flush()  # the old parts go before the new ones come
    kept.parts.extend(parts)
    kept.comment, kept.reason = plain(typed.comment), plain(typed.reason)
    kept.final_at = now if typed.is_final else None
    kept.revision += 1
    session.flush()
    event = "mark.finished" if typed.is_final else "mark.drafted"
    _note(session, event, kept, marker_id, now, points_before=was, points_after=_summary(kept))
    if typed.is_final:
        marking_evidence.follow(session, kept.submission_id, now=now)
    session.flush()
    return kept


def _summary(found: ManualMark) -> str:
    """Return the points by exercise, in one line: « double 3/4; essai 2/2 »."""
    return "; ".join(
        f"{part.exercise_id} {'–' if part.points is None else f'{part.points:g}'}"
        f"/{part.max_points:g}"
        for part in found.parts
    )


def _note(
    session: Session,
    event: str,
    found: ManualMark,
    actor_id: int,
    now: datetime,
    **details: Any,
) -> None:
    """Write an event down; the promotion's journal tells those of marks that count alone.

    Drafts and the two marks of a double marking are kept under the mark: in the journal they
    would tell one marker of the other's mark, and the name behind a number.
    """
    counts = found.slot in COUNTING and event != "mark.drafted"
    subject = f"submission:{found.submission_id}" if counts else f"mark:{found.id}"
    audit.record(
        session,
        event,
        subject,
        actor_id=actor_id,
        now=now,
        mark=found.id,
        slot=found.slot,
        state=found.state,
        revision=found.revision,
        **details,
    )
