"""The demonstration school's work, handed in as learners do it, at the times of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from lms.blobs import BlobStore
from lms.catalogue import Library
from lms.demo import plan
from lms.demo.answers import Material, notebook_with, read_material
from lms.demo.school import learner_of
from lms.domain.course import Assignment, Course
from lms.services.progress import see_page
from lms.services.submissions import Upload, hand_in

#: Between opening one lesson and the next.
READING = timedelta(minutes=25)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where notebooks are made and handed in.

    :param authors: the course's own folder; its wrong answers are no part of what is served.
    """

    session: Session
    blobs: BlobStore
    library: Library
    course: Course
    authors: Path
    max_bytes: int
    began_at: datetime
    now: datetime


def hand_in_round(desk: Desk, number: int) -> None:
    """Hand in the work for one assignment of the course, oldest first.

    The next assignment opens only when this one is graded, so rounds are graded in between.
    """
    works = [
        (learner, work)
        for learner in plan.LEARNERS
        for work in learner.works
        if work.assignment == number
    ]
    _hand_in(desk, sorted(works, key=lambda pair: pair[1].day or 0.0))


def hand_in_waiting(desk: Desk) -> None:
    """Hand in what the worker is to take while people look."""
    _hand_in(desk, [(learner, work) for learner in plan.LEARNERS for work in learner.waiting])


def _hand_in(desk: Desk, works: Iterable[tuple[plan.Learner, plan.Work]]) -> None:
    known: dict[int, Material] = {}
    for learner, work in works:
        assignment = desk.course.assignments[work.assignment]
        if work.assignment not in known:
            known[work.assignment] = _material(desk, assignment)
        variant = plan.LEARNERS.index(learner)
        data = notebook_with(known[work.assignment], work.answer, variant=variant)
        at = desk.now if work.day is None else desk.began_at + timedelta(days=work.day)
        learner_id = learner_of(desk.session, learner.email).id
        _read_lessons(desk, learner_id, assignment, before=at)
        hand_in(
            desk.session,
            desk.blobs,
            learner_id=learner_id,
            course=desk.course,
            assignment=assignment,
            upload=Upload(data=data, filename=f"{assignment.id}.ipynb", is_confirmed=True),
            max_bytes=desk.max_bytes,
            now=at,
        )


def _read_lessons(
    desk: Desk, learner_id: int, assignment: Assignment, *, before: datetime
) -> None:
    """Note that the learner opened the lessons that lead to an assignment, one by one.

    A module's lessons are shared out evenly among its assignments.
    """
    module = next(found for found in desk.course.modules if assignment in found.assignments)
    share = (module.assignments.index(assignment) + 1) / len(module.assignments)
    pages = module.pages[: round(share * len(module.pages))]
    for position, page in enumerate(pages):
        see_page(
            desk.session,
            learner_id,
            course_slug=desk.course.slug,
            module_id=module.id,
            page_slug=page.slug,
            now=before - (len(pages) - position) * READING,
        )


def _material(desk: Desk, assignment: Assignment) -> Material:
    notebook = desk.library.read(desk.course, assignment.notebook)
    wrong = (desk.authors / assignment.notebook).with_suffix(".wrong.yml")
    return read_material(notebook, wrong.read_bytes())
