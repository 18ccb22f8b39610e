"""Evidence names the version that the promotion follows; nothing is taken over in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.domain.referentials import (
    Block,
    Competence,
    Correspondence,
    Edition,
    Passage,
    Referential,
    Shelf,
)
from lms.errors import Conflict, NotFound
from lms.models import AuditEvent, Evidence, ReferentialVersion
from lms.services import competences, evidence, referentials
from tests.factories import NOON, make_membership, make_promotion, make_submission, make_user
from tests.lms.services.test_progress import make_run


def version(name: str, *codes: str) -> Referential:
    block = Block(
        id="un",
        title="Un",
        competences=tuple(Competence(code=code, title=code) for code in codes),
    )
    return Referential(id="socle", title="Socle", version=name, blocks=(block,))


OLD, NEW = version("1", "S1", "S2"), version("2", "P1")
SHELF = Shelf(
    referentials=(OLD, NEW),
    correspondences=(
        Correspondence(
            source=OLD.edition,
            target=NEW.edition,
            note="Par la fiche.",
            passages=(Passage(code="S1", to=("P1",)), Passage(code="S2")),
        ),
    ),
)


def bind(session, promotion, *, shelf=SHELF, ids=("socle",)):
    referentials.keep(session, Shelf(referentials=(OLD,)), now=NOON)
    referentials.bind_missing(session, promotion.programme, ids, now=NOON)
    referentials.keep(session, shelf, now=NOON)


def prove(session, member, *, level, attempt=1, at=NOON, competence="S1"):
    """Have a run of the member pass one exercise."""
    submission = make_submission(session, membership=member, attempt=attempt, handed_in_at=at)
    submission.version.exercises = [
        {"id": "exercice-0", "title": "Le double", "competence": competence, "level": level}
    ]
    run = make_run(session, submission)
    evidence.propose(session, run, submission.version, learner_id=member.user_id, now=at)
    session.flush()
    return submission


def standing(session, member, code="S1"):
    found = competences.chapters(
        session, member.user_id, member.promotion, None, reader_id=member.user_id
    )
    return {each.competence.code: each for chapter in found for each in chapter.standings}[code]


def test_evidence_names_the_version_that_the_promotion_follows(session):
    member = make_membership(session)
    bind(session, member.promotion)
    prove(session, member, level=2)
    prove(session, member, level=1, competence="X9", attempt=2)
    named = {
        row.competence: (row.referential, row.version)
        for row in session.scalars(select(Evidence))
    }
    assert named == {"S1": ("socle", "1"), "X9": ("", "")}


def test_evidence_from_before_the_programme_was_bound_is_named_when_it_is(session):
    member, other = make_membership(session), make_membership(session)
    for each in (member, other):
        prove(session, each, level=2)
    bind(session, member.promotion)
    assert standing(session, member).proposed == 2
    versions = {row.learner_id: row.version for row in session.scalars(select(Evidence))}
    assert versions == {member.user_id: "1", other.user_id: ""}


def test_proofs_are_the_person_s_own_one_an_exercise_and_level_the_latest_first(session):
    member = make_membership(session)
    other = make_membership(session, promotion=member.promotion)
    bind(session, member.promotion)
    prove(session, member, level=1)
    prove(session, member, level=2, attempt=2, at=NOON + timedelta(hours=1))
    latest = prove(session, member, level=2, attempt=3, at=NOON + timedelta(days=1))
    found = standing(session, member)
    assert found.proposed == 2
    assert [proof.submission_id for proof in found.proofs[:1]] == [latest.id]
    assert len(found.proofs) == 2
    assert not standing(session, other).is_begun


def test_what_was_proven_in_another_programme_is_not_shown(session):
    member = make_membership(session)
    elsewhere = make_membership(session, user=member.user)
    for each in (member, elsewhere):
        bind(session, each.promotion)
    prove(session, elsewhere, level=3)
    assert not standing(session, member).is_begun


def test_moving_to_another_version_takes_evidence_over_and_says_from_where(session):
    manager = make_user(session)
    member = make_membership(session)
    bind(session, member.promotion)
    prove(session, member, level=2)
    event = referentials.move(
        session, member.promotion.programme, NEW.edition, actor_id=manager.id, now=NOON
    )
    found = standing(session, member, "P1")
    assert found.proposed == 2
    assert str(found.proofs[0].origin.key) == "socle 1 S1"
    event = session.scalars(select(AuditEvent).where(AuditEvent.actor_id == manager.id)).one()
    assert (event.details["before"], event.details["after"]) == ("1", "2")
    # and back: nothing was changed, so nothing was lost
    referentials.move(
        session, member.promotion.programme, OLD.edition, actor_id=manager.id, now=NOON
    )
    assert standing(session, member).proofs[0].origin is None


def test_a_version_that_is_not_known_is_refused(session):
    promotion = make_promotion(session)
    bind(session, promotion)

    def move(edition):
        referentials.move(session, promotion.programme, edition, actor_id=1, now=NOON)

    with pytest.raises(NotFound):
        move(Edition(referential="socle", version="9"))
    with pytest.raises(NotFound):
        move(Edition(referential="autre", version="1"))
    with pytest.raises(Conflict):
        move(OLD.edition)


def test_what_changes_in_a_known_version_is_written_down(session):
    referentials.keep(session, Shelf(referentials=(OLD,)), now=NOON)
    referentials.keep(session, Shelf(referentials=(OLD,)), now=NOON)
    referentials.keep(session, Shelf(referentials=(replace(OLD, note="Lisez."),)), now=NOON)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["referential.read", "referential.changed"]
    assert session.scalars(select(ReferentialVersion)).one().content["note"] == "Lisez."


def test_of_two_plugins_that_bring_one_version_the_later_one_counts(session):
    mine = replace(OLD, title="Le mien")
    merged = referentials.merged((SHELF, Shelf(referentials=(mine,))))
    assert merged.referentials == (mine, NEW)
    assert merged.correspondences == SHELF.correspondences


def test_a_referential_that_no_file_brings_is_left_out(session):
    promotion = make_promotion(session)
    bind(session, promotion, ids=("absent", "socle"))
    found = referentials.bound(session, promotion.programme_id)
    assert found.referentials == (OLD,)
