from __future__ import annotations

from datetime import timedelta

import pytest

from lms.content.rendered import Heading
from lms.domain.access import Role
from lms.models import PromotionDate, Score
from lms.services import overview, progress
from tests.factories import (
    NOON,
    make_membership,
    make_promotion,
    make_submission,
    make_version,
)
from tests.lms.services.test_progress import make_run, see

COURSE = """\
title: Petit cours
modules:
  debut:
    title: Début
    pages: [debut/lire.md]
    assignments:
      premier-carnet: {notebook: debut/premier.ipynb, due: semaine-1}
  suite:
    title: Suite
    assignments:
      second-carnet:
        notebook: debut/second.ipynb
        opens: {after: premier-carnet, score: 50}
"""


@pytest.fixture
def course(site):
    folder = site.config.courses / "petit-cours"
    (folder / "course.yml").write_text(COURSE, encoding="utf-8")
    source = (folder / "debut" / "premier.ipynb").read_text(encoding="utf-8")
    (folder / "debut" / "second.ipynb").write_text(source, encoding="utf-8")
    return site.library.course("petit-cours")


@pytest.fixture
def member(session):
    promotion = make_promotion(session, ends_on=(NOON + timedelta(days=30)).date())
    return make_membership(session, promotion=promotion, started_at=NOON - timedelta(days=9))


def whole(session, member, course):
    return overview.course_overview(session, member.user_id, course, now=NOON)


def reach(session, member, points):
    version = make_version(session)
    submission = make_submission(session, membership=member, version=version)
    run = make_run(session, submission, exercises=("passed",) if points == 4 else ("failed",))
    session.add(
        Score(
            learner_id=member.user_id,
            promotion_id=member.promotion_id,
            course_slug="petit-cours",
            assignment_id="premier-carnet",
            points=points,
            max_points=4,
            run_id=run.id,
            derived_at=NOON,
        )
    )
    session.flush()


class TestCourse:
    def test_says_where_one_is_and_what_is_due(self, session, member, course):
        at = NOON + timedelta(days=2)
        session.add(PromotionDate(promotion_id=member.promotion_id, symbol="semaine-1", at=at))
        see(session, member.user, "lire", now=NOON)

        found = whole(session, member, course)

        first, second = found.modules
        assert (found.done, found.total) == (1, 3)
        assert (first.is_current, second.is_current) == (True, False)
        assert (first.next_due.at, first.next_due.is_past) == (at, False)
        assert second.next_due is None

    def test_says_what_a_module_waits_for_until_it_is_reached(self, session, member, course):
        (missing,) = whole(session, member, course).modules[1].waits_for
        assert (missing.prerequisite.score, missing.reached) == (50, None)
        assert missing.module.title == "Début"

        reach(session, member, 2)

        shown = whole(session, member, course).modules[1]
        assert shown.waits_for == ()
        assert shown.prerequisites[0].reached == 50

    def test_people_who_do_not_follow_it_see_no_progress(self, session, member, course):
        trainer = make_membership(session, promotion=member.promotion, role=Role.TRAINER)
        found = whole(session, trainer, course)
        assert not found.is_learner
        assert found.resume is None
        assert [shown.progress for shown in found.modules] == [None, None]


class TestModule:
    def test_goes_on_where_reading_stopped_in_it(self, session, member, course):
        see(session, member.user, "lire", now=NOON)
        progress.keep_place(
            session,
            member.user_id,
            course_slug="petit-cours",
            module_id="debut",
            page_slug="lire",
            heading=Heading(level=2, id="s-fin", text="La fin"),
        )
        session.flush()

        found = overview.module_overview(
            session, member.user_id, course, course.modules[0], now=NOON
        )

        assert found.resume.stop.anchor == "s-fin"
        assert (found.before, found.after.id) == (None, "suite")
