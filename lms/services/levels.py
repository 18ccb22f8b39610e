"""Deciding levels: one reason, one or several learners, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.domain.competences import LEVELS, Decision, effective
from lms.domain.people import sort_key
from lms.domain.referentials import CompetenceKey
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.models import LevelDecision, LevelWithdrawal, Promotion
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
    require_known(found, wish.key)
    people = competences.learners_of(session, promotion, learner_ids)
    known = dossiers.dossiers_of(session, learner_ids, promotion.programme_id)
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
    batch = secrets.token_hex(8)
    for each in effects(session, promotion, learner_ids, wish, actor_id=actor_id, now=now):
        edition = wish.key.edition
        session.add(
            LevelDecision(
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
        )
        audit.record(
            session,
            "level.decided",
            f"user:{each.learner_id}",
            actor_id=actor_id,
            now=now,
            promotion=promotion.id,
            competence=str(wish.key),
            before=each.before.level if each.before else None,
            after=wish.level,
            batch=batch,
        )
    session.flush()
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
    if decision.withdrawal is not None:
        raise Conflict("Cette décision est déjà retirée.")
    _withdraw(session, decision, reason.strip(), actor_id=actor_id, now=now)
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
        _withdraw(session, decision, UNDONE, actor_id=actor_id, now=now)
    return standing


def require_known(found: referentials.Bound, key: CompetenceKey) -> None:
    """Return when one of the referentials has the competence.

    :raises NotFound: if none has.
    """
    known = (
        each.key(competence.code)
        for each in found.referentials
        for competence in each.competences
    )
    if key not in known:
        raise NotFound("Cette compétence n’est pas, ou plus, dans les référentiels suivis.")


def _check(wish: Wish, *, today: date) -> None:
    if not 1 <= wish.level <= len(LEVELS):
        raise Invalid("Choisissez un niveau : imiter, adapter ou transposer.")
    if wish.on > today:
        raise Invalid("Une décision ne peut pas être datée dans l’avenir.")
    _check_reason(wish.reason)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Écrivez la raison : la personne concernée la lira.")
    if len(reason) > MAX_CHARACTERS:
        raise Invalid(f"La raison dépasse {MAX_CHARACTERS} caractères : raccourcissez-la.")


def _withdraw(
    session: Session, decision: LevelDecision, reason: str, *, actor_id: int, now: datetime
) -> None:
    decision.withdrawal = LevelWithdrawal(
        withdrawn_by_id=actor_id, reason=reason, withdrawn_at=now
    )
    audit.record(
        session,
        "level.withdrawn",
        f"user:{decision.learner_id}",
        actor_id=actor_id,
        now=now,
        promotion=decision.promotion_id,
        competence=f"{decision.referential} {decision.version} {decision.competence}",
        decision=decision.id,
        before=decision.level,
        after=None,
    )
    session.flush()
