"""Decisions: made by people, kept for good, taken back in the open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lms.domain.access import Role
from lms.domain.referentials import CompetenceKey, Edition
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.models import AuditEvent, LevelDecision
from lms.services import competences, levels, observations, referentials, undo
from lms.services.levels import Wish
from tests.factories import NOON, make_membership, make_user
from tests.lms.services.test_competences import NEW, OLD, bind, prove, standing

TODAY = NOON.date()
S1 = OLD.key("S1")


@pytest.fixture
def member(session):
    """A learner of a promotion that follows the first version."""
    member = make_membership(session)
    bind(session, member.promotion)
    return member


@pytest.fixture
def trainer(session, member):
    person = make_user(session, name="Nadia")
    make_membership(session, person, member.promotion, Role.TRAINER)
    return person


def wish(level=2, *, reason="Vu en projet.", key=S1, on=TODAY):
    return Wish(key=key, level=level, on=on, reason=reason)


def decide(session, member, trainer, *, level=2, others=(), now=NOON, **given):
    return levels.decide(
        session,
        member.promotion,
        [member.user_id, *others],
        wish(level, **given),
        actor_id=trainer.id,
        now=now,
    )


def test_a_person_decides_whatever_runs_propose(session, member, trainer):
    prove(session, member, level=3)
    decide(session, member, trainer, level=1, on=date(2030, 1, 10))
    found = standing(session, member)
    assert (found.proposed, found.decision.level) == (3, 1)
    assert (found.decision.by, found.decision.on) == ("Nadia", date(2030, 1, 10))
    assert found.decision.reason == "Vu en projet."


def test_a_new_decision_supersedes_and_the_old_one_stays(session, member, trainer):
    decide(session, member, trainer, level=1)
    decide(session, member, trainer, level=2, now=NOON + timedelta(days=1))
    found = standing(session, member)
    assert found.decision.level == 2
    assert [past.level for past in found.history] == [1]
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "level.decided").order_by(AuditEvent.id)
    ).all()
    told = [(event.details["before"], event.details["after"]) for event in events]
    assert told == [(None, "imiter"), ("imiter", "adapter")]
    assert {(event.promotion_id, event.person_id) for event in events} == {
        (member.promotion_id, member.user_id)
    }
    assert events[0].details["competence"] == "socle 1 S1"


def test_a_withdrawn_decision_gives_way_to_the_one_before(session, member, trainer):
    decide(session, member, trainer, level=1)
    decide(session, member, trainer, level=3, now=NOON + timedelta(days=1))
    wrong = standing(session, member).decision
    asked = (session, member.promotion, wrong.id)
    with pytest.raises(Invalid, match="raison"):
        levels.withdraw(*asked, " ", actor_id=trainer.id, now=NOON)
    levels.withdraw(*asked, "Erreur de ligne.", actor_id=trainer.id, now=NOON)
    found = standing(session, member)
    assert found.decision.level == 1
    assert found.history[0].withdrawal.reason == "Erreur de ligne."
    assert found.history[0].withdrawal.by == "Nadia"
    with pytest.raises(Conflict, match="déjà retirée"):
        levels.withdraw(*asked, "Encore.", actor_id=trainer.id, now=NOON)
    with pytest.raises(NotFound):
        levels.withdraw(
            session, make_membership(session).promotion, wrong.id, "Là", actor_id=1, now=NOON
        )


def test_several_are_decided_at_once_and_undone_at_once(session, member, trainer):
    other = make_membership(session, promotion=member.promotion)
    decide(session, member, trainer, level=1)
    batch = decide(session, member, trainer, level=3, others=[other.user_id])
    asked = {"actor_id": trainer.id}
    assert levels.batch_of(session, member.promotion, batch, **asked).standing == 2
    assert levels.batch_of(session, member.promotion, batch, actor_id=0) is None
    stranger = make_user(session)
    with pytest.raises(NotFound):
        levels.undo(session, member.promotion, batch, actor_id=stranger.id, now=NOON)
    assert len(levels.undo(session, member.promotion, batch, now=NOON, **asked)) == 2
    assert standing(session, member).decision.level == 1
    assert standing(session, other).decision is None
    assert levels.undo(session, member.promotion, batch, now=NOON, **asked) == ()
    assert levels.batch_of(session, member.promotion, batch, **asked) is None
    assert session.scalar(select(func.count(LevelDecision.id))) == 3


def test_the_journal_can_undo_a_decision(session, member, trainer):
    decide(session, member, trainer)
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "level.decided")
    ).one()
    by = undo.Undoing(actor_id=trainer.id, now=NOON)
    undone = undo.undo(session, event, by)
    assert (undone.action, undone.reverses_id) == ("level.withdrawn", event.id)
    assert standing(session, member).decision is None


def test_what_would_change_is_told_before(session, member, trainer):
    other = make_membership(session, make_user(session, name="Abel"), member.promotion)
    decide(session, member, trainer, level=1)
    found = levels.effects(
        session,
        member.promotion,
        [member.user_id, other.user_id],
        wish(),
        actor_id=trainer.id,
        now=NOON,
    )
    assert [effect.name for effect in found] == ["Abel", member.user.name]
    assert [effect.before.level if effect.before else 0 for effect in found] == [0, 1]
    assert session.scalar(select(func.count(LevelDecision.id))) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": "  "}, "raison"),
        ({"reason": "x" * 2001}, "2000"),
        ({"level": 4}, "niveau"),
        ({"level": 0}, "niveau"),
        ({"on": TODAY + timedelta(days=1)}, "avenir"),
    ],
)
def test_an_incomplete_decision_is_refused(session, member, trainer, given, said):
    with pytest.raises(Invalid, match=said):
        decide(session, member, trainer, **given)
    assert session.scalar(select(func.count(LevelDecision.id))) == 0


def test_who_and_what_must_belong_to_the_promotion(session, member, trainer):
    outsider = make_membership(session)
    with pytest.raises(NotFound):
        decide(session, member, trainer, others=[outsider.user_id])
    with pytest.raises(NotFound, match="référentiels suivis"):
        decide(session, member, trainer, key=NEW.key("P1"))
    unknown = CompetenceKey(edition=Edition(referential="", version=""), code="X")
    with pytest.raises(NotFound):
        decide(session, member, trainer, key=unknown)
    with pytest.raises(Invalid, match="au moins une personne"):
        levels.decide(session, member.promotion, [], wish(), actor_id=trainer.id, now=NOON)
    with pytest.raises(NotAllowed, match="propre niveau"):
        levels.decide(
            session,
            member.promotion,
            [member.user_id],
            wish(),
            actor_id=member.user_id,
            now=NOON,
        )


def test_an_observation_is_evidence_until_its_author_takes_it_back(session, member, trainer):
    asked = {"actor_id": trainer.id, "now": NOON}
    seen = observations.note(
        session, member.promotion, member.user_id, S1, " Relit. \n Aide.", on=TODAY, **asked
    )
    found = standing(session, member)
    assert (found.evidence, found.proposed, found.decision) == (1, 0, None)
    assert (found.observations[0].text, found.observations[0].by) == ("Relit.\n Aide.", "Nadia")
    with pytest.raises(NotFound):
        observations.withdraw(session, member.promotion, seen.id, actor_id=0, now=NOON)
    observations.withdraw(session, member.promotion, seen.id, **asked)
    observations.withdraw(session, member.promotion, seen.id, **asked)
    assert not standing(session, member).is_begun
    actions = session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.action.like("observation.%"))
        .order_by(AuditEvent.id)
    ).all()
    assert actions == ["observation.written", "observation.withdrawn"]


@pytest.mark.parametrize(
    ("text", "on", "said"),
    [
        (" ", TODAY, "observé"),
        ("x" * 2001, TODAY, "2000"),
        ("Vu.", TODAY + timedelta(days=1), "avenir"),
    ],
)
def test_an_incomplete_observation_is_refused(session, member, trainer, text, on, said):
    with pytest.raises(Invalid, match=said):
        observations.note(
            session,
            member.promotion,
            member.user_id,
            S1,
            text,
            on=on,
            actor_id=trainer.id,
            now=NOON,
        )


def test_a_decision_of_the_older_version_is_taken_over_and_can_be_replaced(
    session, member, trainer
):
    decide(session, member, trainer, level=3)
    referentials.move(
        session,
        member.promotion.programme,
        NEW.edition,
        actor_id=trainer.id,
        now=NOON,
    )
    taken = standing(session, member, "P1").decision
    assert (taken.level, str(taken.origin.key)) == (3, "socle 1 S1")
    decide(session, member, trainer, level=2, key=NEW.key("P1"), now=NOON + timedelta(days=1))
    found = standing(session, member, "P1")
    assert (found.decision.level, found.decision.origin) == (2, None)


def test_people_who_left_keep_their_sheet(session, member):
    gone = make_membership(session, promotion=member.promotion, ended_at=NOON)
    assert competences.learner_of(session, member.promotion, gone.user_id) == gone.user
    with pytest.raises(NotFound):
        competences.learner_of(session, member.promotion, make_user(session).id)
