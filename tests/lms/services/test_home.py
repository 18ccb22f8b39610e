from __future__ import annotations

from datetime import timedelta

from lms.domain.access import Role
from lms.domain.jobs import JobState, Priority
from lms.domain.path import Why
from lms.domain.standing import Standing
from lms.models import Job, PromotionDate
from lms.services import home, progress, queue, staff_home
from tests.factories import (
    NOON,
    make_membership,
    make_promotion,
    make_submission,
    make_user,
    make_version,
)
from tests.lms.services.test_progress import make_run

BEFORE = NOON - timedelta(days=365 * 3)


def make_learner(session, **given):
    """A learner, with a promotion that is still running at noon."""
    promotion = make_promotion(session, ends_on=(NOON + timedelta(days=30)).date(), **given)
    return make_membership(session, promotion=promotion, started_at=BEFORE)


def make_job(session, submission, state):
    session.add(
        Job(
            kind="grade",
            submission=submission,
            state=state.value,
            priority=Priority.INTERACTIVE,
            run_after=NOON,
            created_at=NOON,
        )
    )
    session.flush()


def followed(session, site, member):
    (course,) = home.followed(session, site.library, member.user_id, now=NOON)
    return course


class TestFollowed:
    def test_offers_the_first_lesson_to_somebody_who_has_just_arrived(self, session, site):
        course = followed(session, site, make_learner(session))

        assert course.resume.why is Why.START
        assert course.resume.step.title == "Lire"
        assert course.due == course.under_way == course.feedback == ()
        assert [(module.done, module.total) for module in course.modules] == [(0, 2)]

    def test_offers_the_lesson_that_was_open_last(self, session, site):
        member = make_learner(session)
        page = site.library.course("petit-cours").modules[0].pages[0]
        progress.see_page(
            session,
            member.user_id,
            course_slug="petit-cours",
            module_id="debut",
            page_slug=page.slug,
            now=NOON,
        )
        session.flush()
        course = followed(session, site, member)

        assert (course.resume.why, course.resume.step.id) == (Why.STOPPED, page.slug)
        assert course.modules[0].pages_seen == 1

    def test_tells_work_under_way_from_work_that_came_back(self, session, site):
        member = make_learner(session)
        graded = make_submission(session, membership=member, handed_in_at=NOON)
        make_run(session, graded, exercises=("failed",))
        queued = make_submission(
            session, membership=member, version=graded.version, attempt=2, handed_in_at=NOON
        )
        make_job(session, queued, JobState.WAITING)
        course = followed(session, site, member)

        assert [(w.submission_id, w.standing, w.points) for w in course.under_way] == [
            (queued.id, Standing.QUEUED, None)
        ]
        assert [(w.submission_id, w.standing, w.points) for w in course.feedback] == [
            (graded.id, Standing.TO_REDO, 1.0)
        ]

    def test_shows_nothing_of_other_learners(self, session, site):
        make_run(session, make_submission(session, membership=make_learner(session)))
        course = followed(session, site, make_learner(session))

        assert course.feedback == course.under_way == ()

    def test_leaves_out_a_promotion_that_the_learner_has_left(self, session, site):
        member = make_membership(session, ended_at=NOON - timedelta(days=1))

        assert home.followed(session, site.library, member.user_id, now=NOON) == ()

    def test_says_so_when_the_course_cannot_be_read(self, session, site):
        course = followed(session, site, make_learner(session, course_slug="disparu"))

        assert not course.is_served
        assert course.resume is None

    def test_lists_dates_of_work_not_passed_the_earliest_first(self, session, site, config):
        settings = config.courses / "petit-cours" / "course.yml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f"{text}        due: semaine-1\n", encoding="utf-8")
        member = make_learner(session)
        due_at = NOON - timedelta(hours=1)
        session.add(
            PromotionDate(promotion_id=member.promotion_id, symbol="semaine-1", at=due_at)
        )
        session.flush()

        (due,) = followed(session, site, member).due
        assert (due.assignment_id, due.due_at) == ("premier-carnet", due_at)
        assert due.is_past
        assert not due.is_handed_in

        make_run(session, make_submission(session, membership=member))
        assert followed(session, site, member).due == ()


class TestStaff:
    def test_counts_the_learners_of_each_promotion(self, session):
        promotion = make_promotion(session)
        make_membership(session, promotion=promotion, started_at=BEFORE)
        make_membership(session, promotion=promotion, ended_at=NOON - timedelta(days=1))
        make_membership(session, make_user(session), promotion, Role.TRAINER)

        (shown,) = staff_home.staff(session, {promotion.id}, reader_id=0, now=NOON).promotions
        assert (shown.slug, shown.learners) == (promotion.slug, 1)

    def test_shows_only_work_of_these_promotions_the_latest_first(self, session):
        member = make_learner(session)
        version = make_version(session)
        older = make_submission(session, membership=member, version=version, handed_in_at=NOON)
        newer = make_submission(
            session,
            membership=member,
            version=version,
            attempt=2,
            handed_in_at=NOON + timedelta(hours=1),
        )
        make_submission(session, membership=make_learner(session))

        latest = staff_home.staff(session, {member.promotion_id}, reader_id=0, now=NOON).latest
        assert [work.submission_id for work in latest] == [newer.id, older.id]

    def test_says_that_grading_has_halted_when_work_waits_and_nobody_grades(self, session):
        member = make_learner(session)
        make_job(session, make_submission(session, membership=member), JobState.WAITING)
        asked = {member.promotion_id}

        assert staff_home.staff(session, asked, reader_id=0, now=NOON).is_halted
        queue.say_alive(session, "correcteur", slots=1, now=NOON)
        session.flush()
        shown = staff_home.staff(session, asked, reader_id=0, now=NOON)
        assert not shown.is_halted
        assert shown.waiting == 1

    def test_counts_what_was_set_aside_after_faults_of_ours(self, session):
        member = make_learner(session)
        submission = make_submission(session, membership=member)
        make_job(session, submission, JobState.QUARANTINED)

        shown = staff_home.staff(session, {member.promotion_id}, reader_id=0, now=NOON)
        assert (shown.held, shown.waiting) == (1, 0)
        assert shown.latest[0].standing is Standing.HELD

    def test_is_empty_for_somebody_without_promotion(self, session):
        shown = staff_home.staff(session, frozenset(), reader_id=0, now=NOON)
        assert shown.promotions == shown.latest == ()
