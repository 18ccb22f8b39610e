"""Drafts: what a person wrote so far, saved by number, found again and gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from lms.blobs import BlobStore
from lms.domain.draft_cells import SentCell, Work, is_same, written
from lms.domain.drafts import Saved, kept
from lms.domain.words import mark
from lms.errors import Conflict, NotFound
from lms.models import AssignmentVersion, Draft, DraftOutputs, DraftVersion
from lms.services import traces
from lms.services.draft_documents import (
    NOTHING,
    Document,
    as_notebook,
    frame_of,
    keep_outputs,
    message_for,
    packed_work,
    shown,
    work_in,
)
from lms.services.submissions import take_turn

__all__ = [
    "Document",
    "Place",
    "Receipt",
    "Stale",
    "as_notebook",
    "at",
    "current",
    "latest_of",
    "resume",
    "save",
    "version_at",
    "versions",
]

#: Thinning looks at every version, so it is not done at each save.
THIN_EVERY = 20


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose draft, of which assignment as it stands now."""

    learner_id: int
    course_slug: str
    version: AssignmentVersion


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a save.

    :param is_new: False when all of it was saved already.
    :param is_changed: what is stored is not, cell for cell, what was sent.
    """

    number: int
    saved_at: datetime | None
    is_new: bool
    is_changed: bool
    message: str = ""


class Stale(Conflict):
    """The draft was saved elsewhere meanwhile; `document` is what stands there."""

    def __init__(self, document: Document) -> None:
        super().__init__(
            mark(
                "Ce carnet a été modifié ailleurs, dans un autre onglet ou sur un autre "
                "ordinateur. Choisissez la version à garder : l’autre reste dans l’historique."
            )
        )
        self.document = document


def current(
    session: Session,
    blobs: BlobStore,
    *,
    learner_id: int,
    course_slug: str,
    version: AssignmentVersion,
) -> Document:
    """Return the person's draft, or the released form when there is none; writes nothing."""
    place = Place(learner_id=learner_id, course_slug=course_slug, version=version)
    return shown(session, blobs, version, latest_of(session, place))


def at(session: Session, blobs: BlobStore, place: Place, number: int) -> Document:
    """Return the draft as it stood at that version.

    :raises NotFound: if there is no such version, or not any more.
    """
    return shown(session, blobs, place.version, version_at(session, place, number))


def save(
    session: Session,
    blobs: BlobStore,
    place: Place,
    *,
    base: int,
    sent: Sequence[SentCell],
    now: datetime,
) -> Receipt:
    """Keep what a page sends as the next version, unless it is what is kept already.

    :param base: the version that the page had begun with.
    :raises Stale: if another version was saved since.
    """
    latest = latest_of(session, place)
    frame, before = frame_of(blobs, place.version), work_in(blobs, place.version, latest)
    work = written(frame, sent, before)
    row, is_new = latest, not _holds(place, latest, before, work)
    if is_new:
        row = _add(session, blobs, place, base=base, work=work, now=now)
    if row is not None:
        keep_outputs(session, row.draft_id, frame, work, sent)
    session.flush()
    return Receipt(
        number=row.number if row else 0,
        saved_at=row.saved_at if row else None,
        is_new=is_new,
        is_changed=not is_same(frame, work, sent),
        message=message_for(place.version, latest),
    )


def resume(
    session: Session,
    blobs: BlobStore,
    place: Place,
    number: int,
    *,
    base: int | None = None,
    now: datetime,
) -> Document:
    """Go back to an earlier version: it becomes the newest one, and none is lost.

    :param base: the version that the page shows, when it says so.
    :raises NotFound: if there is no such version, or not any more.
    :raises Stale: if the page does not show the latest version.
    """
    earlier, latest = version_at(session, place, number), latest_of(session, place)
    assert latest is not None  # there is an earlier one
    work = work_in(blobs, place.version, earlier)
    if not _holds(place, latest, work_in(blobs, place.version, latest), work):
        seen = latest.number if base is None else base
        latest = _add(session, blobs, place, base=seen, work=work, now=now)
        session.execute(delete(DraftOutputs).where(DraftOutputs.draft_id == latest.draft_id))
    return shown(session, blobs, place.version, latest)


def versions(session: Session, place: Place) -> Sequence[DraftVersion]:
    """Return the versions that are kept, the latest first."""
    return session.scalars(_versions(place).order_by(DraftVersion.number.desc())).all()


def latest_of(session: Session, place: Place) -> DraftVersion | None:
    """Return the latest version of a draft, or None."""
    return session.scalar(_versions(place).where(DraftVersion.number == Draft.number))


def version_at(session: Session, place: Place, number: int) -> DraftVersion:
    """Return one version of a draft.

    :raises NotFound: if there is no such version, or not any more.
    """
    found = session.scalar(_versions(place).where(DraftVersion.number == number))
    if found is None:
        raise NotFound("Cette version de votre carnet n’est plus gardée.")
    return found


def _versions(place: Place) -> Select[DraftVersion]:
    return (
        select(DraftVersion)
        .join(DraftVersion.draft)
        .options(joinedload(DraftVersion.version))
        .where(
            Draft.learner_id == place.learner_id,
            Draft.course_slug == place.course_slug,
            Draft.assignment_id == place.version.assignment_id,
        )
    )


def _holds(place: Place, latest: DraftVersion | None, before: Work, work: Work) -> bool:
    """Whether the work is saved already, for the assignment as it stands."""
    if latest is None:
        return work == NOTHING
    return work == before and latest.version_id == place.version.id


def _add(
    session: Session, blobs: BlobStore, place: Place, *, base: int, work: Work, now: datetime
) -> DraftVersion:
    take_turn(session, place.learner_id)  # from here on nobody else saves this draft
    draft = _draft(session, place)
    if base != draft.number:
        raise Stale(shown(session, blobs, place.version, latest_of(session, place)))
    draft.number += 1
    row = DraftVersion(
        draft=draft,
        number=draft.number,
        version_id=place.version.id,
        content=packed_work(work),
        size=work.size,
        saved_at=now,
    )
    session.add(row)
    traces.keep(
        session,
        learner_id=place.learner_id,
        course_slug=place.course_slug,
        assignment_id=place.version.assignment_id,
        now=now,
    )
    session.flush()
    if row.number % THIN_EVERY == 0:
        _thin(session, draft.id, now)
    return row


def _draft(session: Session, place: Place) -> Draft:
    """Return the draft as it stands in the database at this moment, or a new one."""
    names = {
        "learner_id": place.learner_id,
        "course_slug": place.course_slug,
        "assignment_id": place.version.assignment_id,
    }
    found = session.scalar(
        select(Draft).filter_by(**names).execution_options(populate_existing=True)
    )
    return found or Draft(**names, number=0)


def _thin(session: Session, draft_id: int, now: datetime) -> None:
    rows = session.execute(
        select(DraftVersion.number, DraftVersion.saved_at, DraftVersion.is_pinned).where(
            DraftVersion.draft_id == draft_id
        )
    )
    saved = [Saved(number=row[0], saved_at=row[1], is_pinned=row[2]) for row in rows]
    gone = {version.number for version in saved} - kept(saved, now=now)
    session.execute(
        delete(DraftVersion).where(
            DraftVersion.draft_id == draft_id, DraftVersion.number.in_(gone)
        )
    )
