"""Rows made afresh for the routes that change them: their numbers by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.referentials import CompetenceKey, Edition
from lms.models import (
    Adjustment,
    AlertAside,
    AssignmentRules,
    AuditEvent,
    Closure,
    Comment,
    Group,
    Invitation,
    LevelDecision,
    Promotion,
    User,
)
from lms.services import invitations, levels, observations, resets, roles
from tests.access.marking_rows import number_of, snippet_of
from tests.access.people import DECIDERS, NOW
from tests.factories import make_membership, make_user

S1 = CompetenceKey(edition=Edition(referential="socle", version="1"), code="S1")


def link_rows(world: Any, session: Session, template: str, person: str) -> dict[str, str]:
    """What links hold that work once, or that hide a number."""
    values, key = {}, world.site.config.secret_key
    submission = world.submissions.get(person, world.submissions["owner"])
    if "{reset}" in template:
        values["reset"] = resets.reset_token(
            session.get(User, world.people["fellow"].id), secret_key=key
        )
    if "{comment}" in template:
        comment = Comment(
            submission_id=submission,
            exercise_id="",
            author_id=world.people["trainer"].id,
            text="Bien vu",
            written_at=datetime.now(UTC),
        )
        session.add(comment)
        session.flush()
        values["comment"] = str(comment.id)
    if "{number}" in template:
        values["number"] = number_of(session, submission, key)
    if "{snippet}" in template:
        owner = world.people.get(person, world.people["trainer"])
        values["snippet"] = snippet_of(session, owner.id)
    if "{invitation}" in template:
        values["invitation"] = invitations.invite(
            session,
            email="nouvelle@ecole.example",
            name="Nouvelle",
            promotion=session.get(Promotion, world.promotion.id),
            role=Role.LEARNER,
            lifetime_s=3600,
            now=datetime.now(UTC),
        )
    return values


def decision_of(
    world: Any, session: Session, promotion: Promotion, *, name: str
) -> LevelDecision:
    """A decision of that person where possible, else of the trainer."""
    decider = world.people[name if name in DECIDERS else "trainer"]
    batch = levels.decide(
        session,
        promotion,
        [world.people["owner"].id],
        levels.Wish(key=S1, level=2, on=NOW.date(), reason="Vu."),
        actor_id=decider.id,
        now=NOW,
    )
    return session.query(LevelDecision).filter_by(batch=batch).one()


def rows_of(world: Any, session: Session, template: str, person: str) -> dict[str, str]:
    """What the routes change that name it in their address."""
    promotion = session.get(Promotion, world.promotion.id)
    moment = datetime.now(UTC)
    made: dict[str, Any] = {}
    if "{batch}" in template or "{decision}" in template:
        decision = decision_of(world, session, promotion, name=person)
        made |= {"batch": decision.batch, "decision": decision.id}
    if "{observation}" in template:
        made["observation"] = observations.note(
            session,
            promotion,
            world.people["owner"].id,
            S1,
            "Vu.",
            on=moment.date(),
            actor_id=world.people["trainer"].id,
            now=moment,
        ).id
    if "{membership}" in template:
        made["membership"] = make_membership(session, promotion=promotion).id
    if "{left}" in template:
        made["left"] = make_membership(session, promotion=promotion, ended_at=moment).id
    rules = {"promotion_id": promotion.id, "assignment_id": "premier-carnet"}
    if "{opened}" in template or "{closed}" in template:
        session.query(AssignmentRules).delete()
        released_at = moment if "{opened}" in template else None
        session.add(AssignmentRules(**rules, released_at=released_at))
        made["opened"] = made["closed"] = "premier-carnet"
    if "{adjustment}" in template:
        learner_id = world.people["owner"].id
        row = Adjustment(
            promotion_id=promotion.id,
            learner_id=learner_id,
            reason="Panne",
            granted_at=moment,
        )
        session.add(row)
        session.flush()
        made["adjustment"] = row.id
    if "{group}" in template:
        group = Group(promotion_id=promotion.id, name=f"Groupe {moment.isoformat()}")
        session.add(group)
        session.flush()
        made["group"] = group.id
    if "{closure}" in template:
        day = date(2030, 1, 1) + timedelta(days=session.query(Closure).count())
        row = Closure(promotion_id=promotion.id, first_on=day, last_on=day, label="Fermeture")
        session.add(row)
        session.flush()
        made["closure"] = row.id
    if "{event}" in template:
        newcomer = make_user(session)
        roles.join(session, newcomer, promotion, Role.LEARNER, now=moment)
        session.flush()
        made["event"] = session.query(func.max(AuditEvent.id)).scalar()
    if "{aside}" in template:
        aside = AlertAside(
            promotion_id=promotion.id,
            learner_id=make_user(session).id,
            rule="sans-activite",
            subject="",
            note="En stage",
            until=moment.date(),
            set_at=moment,
        )
        session.add(aside)
        session.flush()
        made["aside"] = aside.id
    if "{pending}" in template:
        invitations.invite(
            session,
            email="attendue@ecole.example",
            name="Attendue",
            promotion=promotion,
            role=Role.LEARNER,
            lifetime_s=3600,
            now=moment,
        )
        made["pending"] = session.query(func.max(Invitation.id)).scalar()
    return {name: str(number) for name, number in made.items()}
