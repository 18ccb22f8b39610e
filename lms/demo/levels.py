"""The demonstration school's levels: what its trainer saw and decided, for some learners."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.demo import plan
from lms.demo.school import learner_of
from lms.domain.course import Course
from lms.domain.referentials import CompetenceKey
from lms.models import LevelDecision
from lms.services import levels, observations, referentials
from lms.services.levels import Wish
from lms.services.promotions import find_promotion

#: Since the promotion began: after the work of the second week.
AFTER = timedelta(days=12, hours=8)

#: Who is decided at once, for which competence, at which level, and why.
DECIDED = (
    (
        ("amine@demo.example", "mai@demo.example", "mathilde@demo.example"),
        "S1",
        1,
        "A refait seul ou seule l’exemple du cours, puis l’a expliqué à l’oral.",
    ),
    (
        ("amine@demo.example", "mai@demo.example"),
        "S1",
        2,
        "A adapté le programme à un autre jeu de données pendant le brief.",
    ),
    (("camille@demo.example",), "T4", 1, "Travaille en binôme en suivant le cadre donné."),
)
OBSERVED = ("camille@demo.example", "T4", "A aidé deux personnes à lire un message d’erreur.")


def decide_levels(session: Session, course: Course, *, began_at: datetime) -> None:
    """Note an observation and decide levels, unless that was done."""
    if session.scalar(select(LevelDecision.id).limit(1)) is not None:
        return
    promotion, now = find_promotion(session, plan.PROMOTION_SLUG), began_at + AFTER
    referentials.bind_followers(session, course, now=now)
    found = referentials.bound(session, promotion.programme_id)
    keys: dict[str, CompetenceKey] = {
        competence.code: referential.key(competence.code)
        for referential in found.referentials
        for competence in referential.competences
    }
    trainer = learner_of(session, plan.STAFF[0][0])
    email, code, text = OBSERVED
    observations.note(
        session,
        promotion,
        learner_of(session, email).id,
        keys[code],
        text,
        on=now.date(),
        actor_id=trainer.id,
        now=now,
    )
    for position, (emails, code, level, reason) in enumerate(DECIDED):
        moment = now + position * timedelta(minutes=9)
        levels.decide(
            session,
            promotion,
            [learner_of(session, email).id for email in emails],
            Wish(key=keys[code], level=level, on=moment.date(), reason=reason),
            actor_id=trainer.id,
            now=moment,
        )
