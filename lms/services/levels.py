"""Deciding levels: one reason, one or several learners, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.domain.competences import LEVELS, Decision, effective
from lms.domain.people import sort_key
from lms.domain.referentials import CompetenceKey
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.models import AuditEvent, LevelDecision, LevelWithdrawal, Promotion
from lms.services import audit, competences, dossiers, referentials

MAX_CHARACTERS = 2000
UNDONE = "Annulé juste après."


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to decide.

    :param on: the day from which it holds.
    """

    key: CompetenceKey
    level: int
    on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a wish would do for one learner.

    :param before: the decision that holds now, if any.
    """

    learner_id: int
    name: str
    before: Decision | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one person decided at once.

    :param standing: how many of its decisions were not taken back.
    """

    name: str
    standing: int


def effects(
    session: Session,
    promotion: Promotion,
    learner_ids: Collection[int],
    wish: Wish,
    *,
    actor_id: int,
    now: datetime,
) -> tuple[Effect, ...]:
    """Return what a wish would do, in the order of the learners' names.

    :raises Invalid: if it is incomplete, or names nobody.
    :raises NotAllowed: if it is about the person who decides.
    :raises NotFound: if the promotion has no such competence, or a learner never followed it.
    """
    _check(wish, today=now.date())
    if not learner_ids:
        raise Invalid("Choisissez au moins une personne.")
    if actor_id in learner_ids:
        raise NotAllowed("Personne ne décide de son propre niveau.")
    found = referentials.bound(session, promotion.programme_id)
    referentials.competence_of(found, wish.key)
    people = competences.learners_of(session, promotion, learner_ids)
    known = dossiers.dossiers_of(
        session,
        learner_ids,
        promotion.programme_id,
        veil=competences.veil_over(session, promotion, actor_id),
    )
    return tuple(
        Effect(
            learner_id=each.id,
            name=each.name,
            before=effective(wish.key, known[each.id], found.origins),
        )
        for each in sorted(people, key=lambda person: sort_key(person.name))
    )


def decide(
    session: Session,
    promotion: Promotion,
    learner_ids: Collection[int],
    wish: Wish,
    *,
    actor_id: int,
    now: datetime,
) -> str:
    """Write a decision down for each of the learners; return the name of the batch.

    What was decided before stays in the history.

    :raises Invalid: if the wish is incomplete, or names nobody.
    :raises NotAllowed: if it is about the person who decides.
    :raises NotFound: if the promotion has no such competence, or a learner never followed it.
    """
    batch, edition = secrets.token_hex(8), wish.key.edition
    for each in effects(session, promotion, learner_ids, wish, actor_id=actor_id, now=now):
        decision = LevelDecision(
            learner_id=each.learner_id,
            promotion_id=promotion.id,
            referential=edition.referential,
            version=edition.version,
            competence=wish.key.code,
            level=wish.level,
            decided_by_id=actor_id,
            reason=wish.reason.strip(),
            decided_on=wish.on,
            decided_at=now,
            batch=batch,
        )
        session.add(decision)
        session.flush()
        audit.record(
            session,
            "level.decided",
            f"decision:{decision.id}",
            actor_id=actor_id,
            now=now,
            promotion_id=promotion.id,
            person_id=each.learner_id,
            competence=str(wish.key),
            before=LEVELS[each.before.level - 1] if each.before else None,
            after=LEVELS[wish.level - 1],
            batch=batch,
        )
    return batch


def withdraw(
    session: Session,
    promotion: Promotion,
    decision_id: int,
    reason: str,
    *,
    actor_id: int,
    now: datetime,
) -> LevelDecision:
    """Take a decision back; the one before it, if any, holds again.

    :raises NotFound: if the promotion has no such decision.
    :raises Invalid: if no reason is given, or a long one.
    :raises Conflict: if it was taken back already.
    """
    decision = session.get(LevelDecision, decision_id)
    if decision is None or decision.promotion_id != promotion.id:
        raise NotFound(HIDDEN)
    _check_reason(reason)
    take_back(session, decision, reason.strip(), actor_id=actor_id, now=now)
    return decision


def undo(
    session: Session, promotion: Promotion, batch: str, *, actor_id: int, now: datetime
) -> tuple[LevelDecision, ...]:
    """Take back all that the person decided at once, unless it was; return what was.

    :raises NotFound: if the person decided nothing of that name in the promotion.
    """
    decisions = session.scalars(
        select(LevelDecision).where(
            LevelDecision.batch == batch,
            LevelDecision.promotion_id == promotion.id,
            LevelDecision.decided_by_id == actor_id,
        )
    ).all()
    if not batch or not decisions:
        raise NotFound(HIDDEN)
    standing = tuple(each for each in decisions if each.withdrawal is None)
    for decision in standing:
        take_back(session, decision, UNDONE, actor_id=actor_id, now=now)
    return standing


def take_back(
    session: Session, decision: LevelDecision, reason: str, *, actor_id: int, now: datetime
) -> AuditEvent:
    """Write down that a decision does not stand any more; return the event of that.

    :raises Conflict: if it was taken back already.
    """
    if decision.withdrawal is not None:
        raise Conflict("Cette décision est déjà retirée.")
    decision.withdrawal = LevelWithdrawal(
        withdrawn_by_id=actor_id, reason=reason, withdrawn_at=now
    )
    session.flush()
    return audit.record(
        session,
        "level.withdrawn",
        f"decision:{decision.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=decision.promotion_id,
        person_id=decision.learner_id,
        competence=f"{decision.referential} {decision.version} {decision.competence}",
        before=LEVELS[decision.level - 1],
        after=None,
    )


def batch_of(
    session: Session, promotion: Promotion, name: str, *, actor_id: int
) -> Batch | None:
    """Return what the person decided at once under that name; None when nothing stands."""
    if not name:
        return None
    standing = session.scalar(
        select(func.count(LevelDecision.id))
        .outerjoin(LevelWithdrawal)
        .where(
            LevelDecision.batch == name,
            LevelDecision.promotion_id == promotion.id,
            LevelDecision.decided_by_id == actor_id,
            LevelWithdrawal.decision_id.is_(None),
        )
    )
    return Batch(name=name, standing=standing) if standing else None


def _check(wish: Wish, *, today: date) -> None:
    if not 1 <= wish.level <= len(LEVELS):
        raise Invalid("Choisissez un niveau : imiter, adapter ou transposer.")
    if wish.on > today:
        raise Invalid("Une décision ne peut pas être datée dans l’avenir.")
    _check_reason(wish.reason)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Écrivez la raison : la personne concernée la lira.")
    if len(reason) > MAX_CHARACTERS:
        raise Invalid(
            "La raison dépasse %(most)s caractères : raccourcissez-la.", most=MAX_CHARACTERS
        )
