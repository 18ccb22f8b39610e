"""The journal of a promotion or of the whole site: its events, found and told page by page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from lms.domain.people import sort_key
from lms.models import AuditEvent, Contest, Membership, Question, Regrade, Submission, User
from lms.services import blind, undo
from lms.services.blind import Veil

PAGE_EVENTS = 50

#: What the beginnings of actions are about, as people choose it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "people": ("membership", "invitation"),
    "dates": ("date", "calendar", "closure", "adjustment", "group", "rules", "feedback"),
    "marks": (
        "submission",
        "mark",
        "marking",
        "score",
        "regrade",
        "contest",
        "rubric",
        "peer-review",
        "peer-reviews",
        "outside-mark",
    ),
    "levels": ("level", "levels", "evidence", "referential", "sheet"),
    "help": ("question", "alert", "alert-rule", "learner"),
    "courses": ("course", "quiz", "assignment"),
    "accounts": ("user",),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which events are looked for; what is empty does not matter.

    :param reader_id: from whom the names of works that are marked without them are hidden.
    :param promotion_id: None for all promotions, and for what belongs to none.
    :param person: part of the name or the address of who did it, or whom it is about.
    :param subject: part of what it is about, such as `premier-carnet`.
    :param kind: one of `KINDS`.
    :param since: from this moment on.
    :param until: before this moment.
    """

    reader_id: int
    promotion_id: int | None = None
    person: str = ""
    subject: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as it is told.

    :param actor: empty when the platform did it by itself.
    :param person: whom it is about; empty when nobody, or while that is hidden.
    :param subject: empty while it would tell whom it is about.
    :param title: of the assignment, where the subject is a submission.
    :param undone_at: when it was taken back.
    """

    id: int
    at: datetime
    actor: str
    person: str
    action: str
    subject: str
    title: str
    details: Mapping[str, Any]
    is_nameless: bool
    is_undoable: bool
    is_undoing: bool
    undone_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Journal:
    """One page of events, latest first."""

    entries: tuple[Entry, ...] = ()
    page: int = 1
    pages: int = 1
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What rows besides the events say of them."""

    names: Mapping[int, str] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    nameless: frozenset[str] = frozenset()
    undone: Mapping[int, datetime] = field(default_factory=dict)


def journal(session: Session, wanted: Wanted, *, page: int = 1) -> Journal:
    """Return one page of the events that are looked for.

    :param page: from 1; beyond the end, the last one.
    """
    nameless = _nameless(session, wanted)
    conditions = _conditions(session, wanted, nameless)
    count = session.scalar(select(func.count(AuditEvent.id)).where(*conditions)) or 0
    pages = max(1, -(-count // PAGE_EVENTS))
    page = min(max(1, page), pages)
    events = session.scalars(
        select(AuditEvent)
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(PAGE_EVENTS)
        .offset((page - 1) * PAGE_EVENTS)
    ).all()
    told = _told(session, events, nameless)
    entries = tuple(_entry(event, told) for event in events)
    return Journal(entries=entries, page=page, pages=pages, count=count)


def _conditions(
    session: Session, wanted: Wanted, nameless: frozenset[str]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.promotion_id is not None:
        found.append(AuditEvent.promotion_id == wanted.promotion_id)
    if wanted.kind in KINDS:
        found.append(or_(*(AuditEvent.action.like(f"{noun}.%") for noun in KINDS[wanted.kind])))
    if wanted.person:
        ids = _people(session, wanted)
        found.append(or_(AuditEvent.actor_id.in_(ids), AuditEvent.person_id.in_(ids)))
        found.append(AuditEvent.subject.not_in(nameless))  # whoever finds them has the name
    if wanted.subject:
        text = wanted.subject
        told = cast(AuditEvent.details, String)
        found.append(
            or_(
                AuditEvent.subject.contains(text, autoescape=True),
                told.contains(text, autoescape=True),
            )
        )
    if wanted.since is not None:
        found.append(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEvent.at < wanted.until)
    return found


def _nameless(session: Session, wanted: Wanted) -> frozenset[str]:
    """Return the subjects of events that are about works without a name for the reader."""
    works = session.execute(blind.hidden_works(wanted.reader_id)).all()
    veil = Veil(works=frozenset(works))
    learners = {learner_id for learner_id, _course, _assignment in veil.works}
    if not learners:
        return frozenset()
    subjects = {f"score:{learner}:{course}:{key}" for learner, course, key in veil.works}
    for kind, row in (
        ("submission", Submission),
        ("question", Question),
        ("regrade", Regrade),
    ):
        found = session.execute(
            select(row.id, row.learner_id, row.course_slug, row.assignment_id).where(
                row.learner_id.in_(learners)
            )
        )
        subjects |= {f"{kind}:{key}" for key, *work in found if tuple(work) in veil.works}
    contested = session.scalars(
        select(Contest).join(Submission).where(Submission.learner_id.in_(learners))
    )
    subjects |= {f"contest:{one.id}" for one in contested if veil.hides_work(one.submission)}
    return frozenset(subjects)


def _people(session: Session, wanted: Wanted) -> Collection[int]:
    """Return the ids of those whose name or address has the text, accents aside."""
    people = select(User.id, User.name, User.email)
    if wanted.promotion_id is not None:
        people = people.join(Membership).where(Membership.promotion_id == wanted.promotion_id)
    text = sort_key(wanted.person.strip())
    return {
        user_id
        for user_id, name, email in session.execute(people)
        if text in sort_key(name) or text in email
    }


def _told(session: Session, events: Sequence[AuditEvent], nameless: frozenset[str]) -> _Told:
    people = {event.actor_id for event in events} | {event.person_id for event in events}
    numbers = {
        undo.subject_id(event) for event in events if event.subject.startswith("submission:")
    }
    names = session.execute(select(User.id, User.name).where(User.id.in_(people - {None})))
    submissions = session.scalars(select(Submission).where(Submission.id.in_(numbers)))
    undone = session.execute(
        select(AuditEvent.reverses_id, AuditEvent.at).where(
            AuditEvent.reverses_id.in_([event.id for event in events])
        )
    )
    return _Told(
        names=dict(names.all()),
        titles={found.id: found.version.title for found in submissions},
        undone={key: at for key, at in undone if key is not None},
        nameless=nameless,
    )


def _entry(event: AuditEvent, told: _Told) -> Entry:
    is_submission = event.subject.startswith("submission:")
    undone_at = told.undone.get(event.id)
    is_nameless = event.subject in told.nameless
    is_own = is_nameless and event.actor_id == event.person_id
    return Entry(
        id=event.id,
        at=event.at,
        actor="" if is_own else told.names.get(event.actor_id or 0, ""),
        person="" if is_nameless else told.names.get(event.person_id or 0, ""),
        action=event.action,
        subject="" if is_nameless else event.subject,
        is_nameless=is_nameless,
        title=told.titles.get(undo.subject_id(event), "") if is_submission else "",
        details=event.details,
        is_undoable=undo.reversal_of(event) is not None and undone_at is None,
        is_undoing=event.reverses_id is not None,
        undone_at=undone_at,
    )
