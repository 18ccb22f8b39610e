"""Versions of referentials: kept when they are read, bound to programmes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from lms.domain.course import Course
from lms.domain.referentials import (
    Competence,
    CompetenceKey,
    Correspondence,
    Edition,
    Origins,
    Referential,
    Shelf,
    as_content,
    correspondence_from,
    in_force,
    origins_of,
    referential_from,
)
from lms.errors import Conflict, NotFound
from lms.models import (
    AuditEvent,
    Evidence,
    GradingRun,
    Programme,
    ProgrammeReferential,
    Promotion,
    ReferentialVersion,
    Submission,
)
from lms.services import audit


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The versions that a programme follows, in its order, and what leads to them."""

    referentials: tuple[Referential, ...] = ()
    origins: Origins


def merged(shelves: Iterable[Shelf]) -> Shelf:
    """Return one shelf of all; of the same version, the last one counts."""
    found = tuple(shelves)
    referentials = {each.edition: each for shelf in found for each in shelf.referentials}
    correspondences = {
        (each.source, each.target): each for shelf in found for each in shelf.correspondences
    }
    return Shelf(
        referentials=tuple(referentials.values()),
        correspondences=tuple(correspondences.values()),
    )


def keep(session: Session, shelf: Shelf, *, now: datetime) -> None:
    """Keep every version as it is read now; what changed in a known one is written down."""
    known = {_edition(row): row for row in session.scalars(select(ReferentialVersion))}
    leading: dict[Edition, list[Correspondence]] = {}
    for each in shelf.correspondences:
        leading.setdefault(each.target, []).append(each)
    for referential in shelf.referentials:
        content = as_content(referential)
        ways = [as_content(each) for each in leading.get(referential.edition, ())]
        row = known.get(referential.edition)
        if row is None:
            row = ReferentialVersion(
                referential=referential.id, version=referential.version, read_at=now
            )
            session.add(row)
            _note(session, "referential.read", referential.edition, now)
        elif (row.content, row.correspondences) != (content, ways):
            row.read_at = now
            _note(session, "referential.changed", referential.edition, now)
        row.content, row.correspondences = content, ways
    session.flush()


def bind_missing(
    session: Session, programme: Programme, ids: Iterable[str], *, now: datetime
) -> None:
    """Bind a programme to the version in force of each referential that it has none of.

    :param ids: of the referentials that its course names, in order.
    """
    bound = {row.referential for row in _rows(session, programme.id)}
    wanted = [id for id in ids if id not in bound]
    if not wanted:
        return
    rows = {
        _edition(row): row
        for row in session.scalars(
            select(ReferentialVersion).where(ReferentialVersion.referential.in_(wanted))
        )
    }
    known = [referential_from(row.content) for row in rows.values()]
    for position, found in enumerate(in_force(known, wanted, now.date()), start=len(bound)):
        _claim(session, programme.id, found)
        session.add(
            ProgrammeReferential(
                programme_id=programme.id,
                referential=found.id,
                version=rows[found.edition],
                position=position,
                bound_at=now,
            )
        )
        audit.record(
            session,
            "referential.bound",
            f"programme:{programme.id}",
            actor_id=None,
            now=now,
            referential=found.id,
            before=None,
            after=found.version,
        )
    session.flush()


def bind_followers(session: Session, course: Course, *, now: datetime) -> None:
    """Bind every programme of a course that has no version of one of its referentials."""
    programmes = session.scalars(
        select(Programme).where(Programme.course_slug == course.slug).order_by(Programme.id)
    )
    for programme in programmes:
        bind_missing(session, programme, course.referentials, now=now)


def bound(session: Session, programme_id: int) -> Bound:
    """Return the versions that a programme follows, and what leads to them from others."""
    ways = session.scalars(select(ReferentialVersion.correspondences))
    return Bound(
        referentials=tuple(
            referential_from(row.version.content) for row in _rows(session, programme_id)
        ),
        origins=origins_of(correspondence_from(way) for found in ways for way in found),
    )


def competence_of(found: Bound, key: CompetenceKey) -> tuple[Referential, Competence]:
    """Return a competence of the versions that are followed, and whose it is.

    :raises NotFound: if none has it.
    """
    for referential in found.referentials:
        for competence in referential.competences:
            if referential.key(competence.code) == key:
                return referential, competence
    raise NotFound("Cette compétence n’est pas, ou plus, dans les référentiels suivis.")


def versions_of(session: Session, id: str) -> tuple[Referential, ...]:
    """Return the known versions of a referential, the latest first."""
    rows = session.scalars(
        select(ReferentialVersion)
        .where(ReferentialVersion.referential == id)
        .order_by(ReferentialVersion.version.desc())
    )
    return tuple(referential_from(row.content) for row in rows)


def promotions_of(session: Session, programme_id: int) -> list[str]:
    """Return the names of the promotions that follow what a programme is bound to."""
    return list(
        session.scalars(
            select(Promotion.name)
            .where(Promotion.programme_id == programme_id)
            .order_by(Promotion.starts_on.desc(), Promotion.name)
        )
    )


def move(
    session: Session,
    programme: Programme,
    edition: Edition,
    *,
    promotion_id: int | None = None,
    actor_id: int | None,
    now: datetime,
) -> AuditEvent:
    """Have a programme follow another version of a referential; return the event of that.

    Nothing that names the version before is changed: correspondences take it over.

    :param promotion_id: in which it was asked for.
    :raises NotFound: if the programme follows no such referential, or there is no such version.
    :raises Conflict: if it follows that version already.
    """
    row = next(
        (
            each
            for each in _rows(session, programme.id)
            if each.referential == edition.referential
        ),
        None,
    )
    version = session.scalar(
        select(ReferentialVersion).where(
            ReferentialVersion.referential == edition.referential,
            ReferentialVersion.version == edition.version,
        )
    )
    if row is None or version is None:
        raise NotFound("Cette version de référentiel n’est pas connue du site.")
    before = row.version.version
    if before == edition.version:
        raise Conflict("La promotion suit déjà cette version.")
    row.version, row.bound_at, row.bound_by_id = version, now, actor_id
    session.flush()
    return audit.record(
        session,
        "referential.bound",
        f"programme:{programme.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=promotion_id,
        referential=edition.referential,
        before=before,
        after=edition.version,
    )


def editions_of(session: Session, promotion_id: int) -> Mapping[str, Edition]:
    """Return, by code, the version of the referential that a promotion follows for it."""
    contents = session.scalars(
        select(ReferentialVersion.content)
        .join(ProgrammeReferential, ProgrammeReferential.version_id == ReferentialVersion.id)
        .join(Promotion, Promotion.programme_id == ProgrammeReferential.programme_id)
        .where(Promotion.id == promotion_id)
        .order_by(ProgrammeReferential.position.desc())
    )
    return {
        competence.code: found.edition
        for found in map(referential_from, contents)
        for competence in found.competences
    }


def _rows(session: Session, programme_id: int) -> list[ProgrammeReferential]:
    return list(
        session.scalars(
            select(ProgrammeReferential)
            .options(joinedload(ProgrammeReferential.version))
            .where(ProgrammeReferential.programme_id == programme_id)
            .order_by(ProgrammeReferential.position)
        )
    )


def _claim(session: Session, programme_id: int, referential: Referential) -> None:
    """Name the version in the evidence that was proposed before the programme was bound."""
    runs = (
        select(GradingRun.id)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .join(Promotion, Submission.promotion_id == Promotion.id)
        .where(Promotion.programme_id == programme_id)
    )
    session.execute(
        update(Evidence)
        .where(
            Evidence.referential == "",
            Evidence.competence.in_([found.code for found in referential.competences]),
            Evidence.run_id.in_(runs),
        )
        .values(referential=referential.id, version=referential.version)
    )


def _edition(row: ReferentialVersion) -> Edition:
    return Edition(referential=row.referential, version=row.version)


def _note(session: Session, action: str, edition: Edition, now: datetime) -> None:
    audit.record(session, action, f"referential:{edition}", actor_id=None, now=now)
