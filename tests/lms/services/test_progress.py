from __future__ import annotations

from datetime import timedelta

from lms.models import Draft, DraftVersion, ExerciseResult, GradingRun, PageVisit
from lms.services import progress
from tests.factories import NOON, make_membership, make_submission, make_user, make_version


def see(session, user, page_slug, *, now):
    progress.see_page(
        session,
        user.id,
        course_slug="petit-cours",
        module_id="debut",
        page_slug=page_slug,
        now=now,
    )
    session.flush()


def make_run(session, submission, *, outcome="graded", exercises=("passed",)):
    run = GradingRun(
        submission_id=submission.id,
        version_id=submission.version.id,
        outcome=outcome,
        points=1.0,
        max_points=2.0,
        is_forgeable=True,
        message="",
        durations_ms={},
        engine_version="1",
        environment_digest="",
        started_at=NOON,
        finished_at=NOON,
        exercises=[
            ExerciseResult(
                position=position,
                exercise_id=f"exercice-{position}",
                title="",
                points=1.0,
                max_points=1.0,
                outcome=exercise,
                is_forgeable=True,
                tests=[],
            )
            for position, exercise in enumerate(exercises)
        ],
    )
    session.add(run)
    session.flush()
    return run


class TestSeePage:
    def test_keeps_one_row_a_lesson_with_the_first_and_the_latest_moment(self, session):
        user = make_user(session)
        see(session, user, "lire", now=NOON)
        see(session, user, "ecrire", now=NOON + timedelta(minutes=1))
        see(session, user, "lire", now=NOON + timedelta(minutes=2))

        visits = {visit.page_slug: visit for visit in session.query(PageVisit)}
        assert set(visits) == {"lire", "ecrire"}
        assert visits["lire"].first_seen_at == NOON
        assert visits["lire"].seen_at == NOON + timedelta(minutes=2)

    def test_writes_nothing_when_the_same_lesson_is_opened_again_soon(self, session):
        user = make_user(session)
        see(session, user, "lire", now=NOON)
        see(session, user, "lire", now=NOON + timedelta(minutes=9))
        assert session.query(PageVisit).one().seen_at == NOON

        see(session, user, "lire", now=NOON + timedelta(minutes=11))
        assert session.query(PageVisit).one().seen_at == NOON + timedelta(minutes=11)


class TestTrailOf:
    def test_tells_what_this_person_saw_handed_in_and_passed(self, session, site):
        course = site.library.course("petit-cours")
        member = make_membership(session)
        see(session, member.user, "lire", now=NOON)
        see(session, make_user(session), "autre", now=NOON)
        first = make_submission(session, membership=member, handed_in_at=NOON)
        later = NOON + timedelta(hours=1)
        make_submission(
            session, membership=member, version=first.version, attempt=2, handed_in_at=later
        )
        make_run(session, first, exercises=("passed", "manual"))

        trail = progress.trail_of(session, member.user_id, course)

        assert trail.seen == {("debut", "lire"): NOON}
        assert trail.handed_in == {"premier-carnet": later}
        assert trail.passed == {"premier-carnet"}

    def test_counts_as_passed_only_what_leaves_nothing_to_redo(self, session, site):
        course = site.library.course("petit-cours")
        member = make_membership(session)
        half_done = make_submission(
            session, membership=member, version=make_version(session, assignment_id="a")
        )
        cut_off = make_submission(
            session, membership=member, version=make_version(session, assignment_id="b")
        )
        make_run(session, half_done, exercises=("passed", "partial"))
        make_run(session, cut_off, outcome="timed-out", exercises=("passed", "not-run"))

        assert progress.trail_of(session, member.user_id, course).passed == frozenset()

    def test_counts_as_passed_what_was_stopped_after_all_points(self, session, site):
        course = site.library.course("petit-cours")
        member = make_membership(session)
        stopped = make_submission(session, membership=member)
        make_run(session, stopped, outcome="timed-out", exercises=("passed", "manual"))

        assert progress.trail_of(session, member.user_id, course).passed == {"premier-carnet"}

    def test_knows_the_drafts_that_were_not_handed_in(self, session, site):
        course = site.library.course("petit-cours")
        member = make_membership(session)
        version = make_version(session)
        submission = make_submission(session, membership=member, version=version)
        for assignment_id, handed_in in (("premier-carnet", None), ("autre", submission.id)):
            draft = Draft(
                learner_id=member.user_id,
                course_slug="petit-cours",
                assignment_id=assignment_id,
                number=2,
            )
            session.add(draft)
            session.flush()
            for number in (1, 2):
                session.add(
                    DraftVersion(
                        draft_id=draft.id,
                        number=number,
                        version_id=version.id,
                        content=b"",
                        size=0,
                        saved_at=NOON + timedelta(minutes=number),
                        is_pinned=False,
                        submission_id=handed_in if number == 2 else None,
                    )
                )
        session.flush()

        trail = progress.trail_of(session, member.user_id, course)

        assert trail.drafted == {"premier-carnet": NOON + timedelta(minutes=2)}
