"""The demonstration school's last days: what its trainer granted and read, what was opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.demo import plan
from lms.demo.school import HOLIDAYS, began_at, learner_of
from lms.domain.course import Course
from lms.domain.rubrics import Criterion, Grid, Level, RubricKind
from lms.models import Rubric, Submission
from lms.services import adjustments, marking, marking_plans, rubrics
from lms.services.adjustments import Grant
from lms.services.marking_input import TypedMark, TypedPart
from lms.services.marking_plans import Place, Plan, place_in
from lms.services.marking_reading import markables
from lms.services.planning import Planning, rederive
from lms.services.progress import see_page
from lms.services.promotions import find_promotion

#: Since the promotion began: the second week, before the second assignment is due.
AFTER = timedelta(days=11, hours=2)
ADJUSTED = ("elise@demo.example", 3, "Ordinateur en panne, prêté le mardi suivant")

RUBRIC = "Journal de bord"
READ_EXERCISE = "journal"
GRID = Grid(
    kind=RubricKind.POINTS,
    criteria=(
        Criterion(
            title="Raconte ce qui a été fait",
            levels=(
                Level(title="Pas encore", text="Une date, ou un mot.", value=0),
                Level(title="En partie", text="On sait ce qui a été fait.", value=1),
                Level(
                    title="Oui", text="On sait ce qui a été fait, et ce qui a aidé.", value=2
                ),
            ),
        ),
        Criterion(
            title="Se relit sans aide",
            levels=(
                Level(title="Pas encore", text="Il manque des mots.", value=0),
                Level(title="Oui", text="Une autre personne comprend.", value=1),
            ),
        ),
    ),
)
MARKED = ("amine@demo.example", (2, 1), "Vos trois journées se lisent très bien. Continuez.")

#: Who opened a lesson lately, and how many days ago.
VISITED = (
    ("camille@demo.example", 1.1),
    ("amine@demo.example", 2.2),
    ("mai@demo.example", 1.4),
    ("mathilde@demo.example", 2.1),
    ("sofia@demo.example", 3.2),
    ("leo@demo.example", 1.2),
    ("elise@demo.example", 2.4),
)


def teach(session: Session, course: Course, *, zone: ZoneInfo, now: datetime) -> None:
    """Grant days, read a work and open lessons, unless that was done."""
    if session.scalar(select(Rubric.id).limit(1)) is not None:
        return
    promotion = find_promotion(session, plan.PROMOTION_SLUG)
    trainer = learner_of(session, plan.STAFF[0][0])
    planning = Planning(
        promotion=promotion,
        course=course,
        zone=zone,
        holidays=HOLIDAYS,
        now=began_at(session, zone) + AFTER,
        actor_id=trainer.id,
    )
    email, days, reason = ADJUSTED
    adjustments.grant(
        session,
        planning,
        Grant(
            learner_id=learner_of(session, email).id,
            assignment_id=course.assignments[0].id,
            extra_days=days,
            reason=reason,
        ),
    )
    _mark(session, replace(planning, now=planning.now + timedelta(days=1)), trainer.id)
    for email, ago in VISITED:
        _visit(session, course, learner_of(session, email).id, now - timedelta(days=ago))


def _mark(session: Session, planning: Planning, trainer_id: int) -> None:
    """Write a rubric, choose it for the first assignment, and read one work with it."""
    organisation_id = planning.promotion.programme.organisation_id
    rubric = rubrics.make(
        session, organisation_id, RUBRIC, GRID, actor_id=trainer_id, now=planning.now
    )
    place: Place = place_in(planning.promotion, planning.course.assignments[0].id)
    marking_plans.choose_rubrics(
        session,
        place,
        organisation_id,
        {READ_EXERCISE: rubric.versions[-1].id},
        actor_id=trainer_id,
        now=planning.now,
    )
    email, levels, comment = MARKED
    work = session.scalars(
        select(Submission)
        .where(
            Submission.learner_id == learner_of(session, email).id,
            Submission.assignment_id == place.assignment_id,
        )
        .order_by(Submission.attempt.desc())
        .limit(1)
    ).one()
    part = TypedPart(choices=dict(enumerate(levels)), comment=comment)
    marking.save(
        session,
        work,
        Plan(),
        markables(session, work),
        TypedMark(parts={READ_EXERCISE: part}, is_final=True),
        marker_id=trainer_id,
        now=planning.now + timedelta(minutes=20),
    )
    rederive(
        session,
        planning,
        assignment_ids={place.assignment_id},
        learner_ids={work.learner_id},
        what="manual-marks",
    )


def _visit(session: Session, course: Course, learner_id: int, at: datetime) -> None:
    """Note that a learner opened a lesson half way through the second assignment's module."""
    second = course.assignments[1]
    module = next(found for found in course.modules if second in found.assignments)
    see_page(
        session,
        learner_id,
        course_slug=course.slug,
        module_id=module.id,
        page_slug=module.pages[len(module.pages) // 2].slug,
        now=at,
    )
