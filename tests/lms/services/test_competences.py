from __future__ import annotations

from datetime import timedelta

from lms.models import Evidence, LevelDecision
from lms.services import competences
from tests.factories import NOON, make_membership, make_submission, make_user
from tests.lms.services.test_progress import make_run


def prove(session, member, *, level, attempt=1, at=NOON):
    submission = make_submission(session, membership=member, attempt=attempt, handed_in_at=at)
    run = make_run(session, submission)
    session.add(
        Evidence(
            learner_id=member.user_id,
            run_id=run.id,
            exercise_id="double",
            competence="S1",
            level=level,
            proposed_at=at,
        )
    )
    session.flush()
    return submission


def standing(session, site, user_id):
    course = site.library.course("petit-cours")
    chapters = competences.chapters(session, user_id, course, ())
    return {found.competence.code: found for chapter in chapters for found in chapter.standings}


def test_a_course_that_aims_at_nothing_has_no_chapter(session, site):
    assert standing(session, site, make_user(session).id) == {}


def test_evidence_and_decisions_are_the_person_s_own(session, site):
    settings = site.config.courses / "petit-cours" / "course.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("data: [", "competences: {S1: imiter}\n        data: ["), encoding="utf-8"
    )
    member, other = make_membership(session), make_membership(session)
    trainer = make_user(session, name="Nadia")
    prove(session, member, level=1)
    latest = prove(session, member, level=2, attempt=2, at=NOON + timedelta(days=1))
    for level, days in ((2, 1), (1, 0)):
        session.add(
            LevelDecision(
                learner_id=member.user_id,
                competence="S1",
                level=level,
                decided_by_id=trainer.id,
                reason="Vu en projet.",
                decided_at=NOON + timedelta(days=days),
            )
        )
    session.flush()

    found = standing(session, site, member.user_id)["S1"]

    assert (found.proposed, found.proofs[0].submission_id) == (2, latest.id)
    assert (found.decision.level, found.decision.by) == (2, "Nadia")
    assert not standing(session, site, other.user_id)["S1"].is_begun
