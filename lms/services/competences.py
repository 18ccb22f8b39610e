"""Learners' competences as pages show them: what runs speak for, and what people decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN, Role
from lms.domain.competences import Chapter, Dossier, Standing, chapters_of
from lms.domain.course import Assignment, Course
from lms.domain.referentials import CompetenceKey, Referential, with_unnamed
from lms.errors import NotFound
from lms.models import Membership, Promotion, User
from lms.services import blind, dossiers, referentials, roles
from lms.services.blind import Veil
from lms.services.referentials import Bound

UNNAMED = "Autres compétences du cours"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One learner of a promotion with a standing for each competence that is asked for."""

    learner_id: int
    name: str
    standings: tuple[Standing, ...]


def chapters(
    session: Session,
    learner_id: int,
    promotion: Promotion,
    course: Course | None,
    *,
    reader_id: int,
    withheld: frozenset[str] = frozenset(),
) -> tuple[Chapter, ...]:
    """Return the referentials of a promotion as they stand for a learner.

    :param course: adds the codes that it aims at and no referential names; None when its
        files cannot be read.
    :param withheld: assignments of which the reader may not know yet what they gave.
    """
    found = referentials.bound(session, promotion.programme_id)
    known = dossiers.dossiers_of(
        session,
        [learner_id],
        promotion.programme_id,
        veil=veil_over(session, promotion, reader_id),
        withheld=withheld,
    )
    return chapters_of(_named(found.referentials, course), known[learner_id], found.origins)


def empty_chapters(
    known: tuple[Referential, ...], course: Course | None = None
) -> tuple[Chapter, ...]:
    """Return referentials for somebody of whom nothing is written down."""
    return chapters_of(_named(known, course), Dossier(), {})


def chances(course: Course) -> dict[str, tuple[tuple[Assignment, int], ...]]:
    """Return where each competence is worked on, with the level aimed at, in course order."""
    found: dict[str, list[tuple[Assignment, int]]] = {}
    for assignment in course.assignments:
        for code, level in assignment.competences.items():
            found.setdefault(code, []).append((assignment, level))
    return {code: tuple(places) for code, places in found.items()}


def matrix(
    session: Session,
    promotion: Promotion,
    found: Bound,
    keys: Collection[CompetenceKey],
    *,
    reader_id: int,
    now: datetime,
) -> tuple[Row, ...]:
    """Return the learners of a promotion by name, with their standing in these competences.

    The number of queries does not depend on how many learners or competences there are.
    """
    present = present_learners(session, promotion, now=now)
    return rows_of(session, promotion, found, keys, present, reader_id=reader_id)


def rows_of(
    session: Session,
    promotion: Promotion,
    found: Bound,
    keys: Collection[CompetenceKey],
    learners: Sequence[User],
    *,
    reader_id: int,
) -> tuple[Row, ...]:
    """Return these learners of a promotion with their standing in these competences."""
    known = dossiers.dossiers_of(
        session,
        [each.id for each in learners],
        promotion.programme_id,
        veil=veil_over(session, promotion, reader_id),
    )
    return tuple(
        Row(
            learner_id=each.id,
            name=each.name,
            standings=_standings(found, keys, known[each.id]),
        )
        for each in learners
    )


def veil_over(session: Session, promotion: Promotion, reader_id: int) -> Veil:
    """Return what has no name for the reader in the promotion's course."""
    return blind.veil(session, reader_id=reader_id, courses=[promotion.programme.course_slug])


def present_learners(
    session: Session, promotion: Promotion, *, now: datetime
) -> Sequence[User]:
    """Return who follows the promotion now, by name."""
    return [
        member.user
        for member in roles.members(session, promotion, now=now)
        if member.role == Role.LEARNER
    ]


def learner_of(session: Session, promotion: Promotion, learner_id: int) -> User:
    """Return somebody who follows the promotion, or did.

    :raises NotFound: if that person never did.
    """
    (found,) = learners_of(session, promotion, [learner_id])
    return found


def learners_of(
    session: Session, promotion: Promotion, learner_ids: Collection[int]
) -> Sequence[User]:
    """Return the people of these ids, who follow the promotion or did.

    :raises NotFound: if one of them never did.
    """
    found = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id.in_(learner_ids),
            Membership.promotion_id == promotion.id,
            Membership.role == Role.LEARNER,
        )
    ).all()
    if len(found) < len(set(learner_ids)):
        raise NotFound(HIDDEN)
    return found


def by_competence(chapters: Sequence[Chapter]) -> Mapping[CompetenceKey, Standing]:
    """Return the standings of some chapters by the competence that they are about."""
    return {
        chapter.referential.key(standing.competence.code): standing
        for chapter in chapters
        for standing in chapter.standings
    }


def _standings(
    found: Bound, keys: Collection[CompetenceKey], dossier: Dossier
) -> tuple[Standing, ...]:
    standings = by_competence(chapters_of(found.referentials, dossier, found.origins))
    return tuple(standings[key] for key in keys)


def _named(known: tuple[Referential, ...], course: Course | None) -> tuple[Referential, ...]:
    aimed = {
        code
        for assignment in (course.assignments if course else ())
        for code in assignment.competences
    }
    return with_unnamed(known, frozenset(aimed), title=UNNAMED)
