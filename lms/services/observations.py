"""Observations: what a person saw of a learner's competence, in their words."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.domain.referentials import CompetenceKey
from lms.errors import Invalid, NotFound
from lms.models import Observation, Promotion
from lms.services import audit, competences, referentials

MAX_CHARACTERS = 2000


def note(
    session: Session,
    promotion: Promotion,
    learner_id: int,
    key: CompetenceKey,
    text: str,
    *,
    on: date,
    actor_id: int,
    now: datetime,
) -> Observation:
    """Write an observation down; it is evidence, and decides nothing.

    :raises Invalid: if nothing is written, too much, or a day to come is given.
    :raises NotFound: if the promotion has no such learner or competence.
    """
    learner = competences.learner_of(session, promotion, learner_id)
    referentials.competence_of(referentials.bound(session, promotion.programme_id), key)
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise Invalid("Écrivez ce que vous avez observé.")
    if len(text) > MAX_CHARACTERS:
        raise Invalid(
            "L’observation dépasse %(most)s caractères : raccourcissez-la.", most=MAX_CHARACTERS
        )
    if on > now.date():
        raise Invalid("Une observation ne peut pas être datée dans l’avenir.")
    observation = Observation(
        learner_id=learner.id,
        promotion_id=promotion.id,
        referential=key.edition.referential,
        version=key.edition.version,
        competence=key.code,
        text=text,
        observed_on=on,
        author_id=actor_id,
        written_at=now,
    )
    session.add(observation)
    session.flush()
    _audit(session, "observation.written", observation, actor_id, now)
    return observation


def withdraw(
    session: Session, promotion: Promotion, observation_id: int, *, actor_id: int, now: datetime
) -> Observation:
    """Take an observation of one's own back.

    :raises NotFound: if the person wrote no such observation in the promotion.
    """
    observation = session.get(Observation, observation_id)
    if (
        observation is None
        or observation.promotion_id != promotion.id
        or observation.author_id != actor_id
    ):
        raise NotFound(HIDDEN)
    if observation.withdrawn_at is None:
        observation.withdrawn_at = now
        _audit(session, "observation.withdrawn", observation, actor_id, now)
    session.flush()
    return observation


def _audit(
    session: Session, event: str, observation: Observation, actor_id: int, now: datetime
) -> None:
    audit.record(
        session,
        event,
        f"observation:{observation.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=observation.promotion_id,
        person_id=observation.learner_id,
        competence=f"{observation.referential} {observation.version} {observation.competence}",
    )
